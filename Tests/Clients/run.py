#!/usr/bin/env python3
"""Real mail programs over TCP against the built server. Prints `N passed, N failed`.

run.py [--heavy] [WORD...]: only checks whose name contains one of the words; --heavy: those of `make interop` too.
"""
import sys

import imap_commands
import imap_mixed
import imap_stress
import pop3_clients
import pop3_devices
import smtp_clients
import test_bad_input
import test_curl
import test_demo
import test_evidence
import test_heavy
import test_imap_extensions
import test_keeping
import test_lmtp
import test_odd
import test_program
import test_python
import test_relays
import test_rfc_dialogues
import test_readers
import test_sync
import test_thunderbird
from bed import Bed, Tally


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]

    def named(module, check):
        return f"{module.__name__.removeprefix('test_')}: {check.__name__}"

    def wanted(name):
        return not words or any(word in name for word in words)

    tally = Tally()
    # These start servers of their own.
    for module in [test_program, test_keeping, test_odd, test_demo, test_evidence]:
        for check in module.CHECKS:
            name = named(module, check)
            if wanted(name):
                tally.check(name, check)
    for check in test_lmtp.OWN:
        if wanted(f"lmtp: {check.__name__}"):
            tally.check(f"lmtp: {check.__name__}", check)
    beds = [[test_lmtp, test_curl, test_python, test_bad_input, test_sync, imap_commands, smtp_clients, pop3_clients,
             pop3_devices, test_imap_extensions, test_rfc_dialogues, imap_stress, imap_mixed]]
    # In a bed of their own: they count the messages of users whom others have, too.
    if "--heavy" in sys.argv:
        beds.append([test_heavy, test_readers, test_thunderbird, test_relays])
    for modules in beds:
        if not any(wanted(named(module, check)) for module in modules for check in module.CHECKS):
            continue
        try:
            with Bed("clients") as bed:
                for module in modules:
                    for check in module.CHECKS:
                        name = named(module, check)
                        if wanted(name):
                            tally.check(name, check, bed)
        except (RuntimeError, OSError) as error:
            tally.failed += 1
            print(f"FAIL test bed: {error}")
    tally.finish()


main()
