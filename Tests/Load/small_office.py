#!/usr/bin/env python3
"""Ten accounts, a hundred idle connections over TLS (half of them in IDLE with INBOX open): how much memory the whole program takes.

small_office.py [--most MB]: prints `N passed, N failed`; fails above --most (100).
"""
import argparse
import imaplib
import os
import ssl
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import Bed, Tally, letter  # noqa: E402


def office(bed, most):
    context = ssl.create_default_context(cafile=bed.authority)
    held = []
    for number in range(100):
        session = imaplib.IMAP4_SSL(bed.host, bed.port("IMAPS"), ssl_context=context)
        session.login(bed.user(number % 10), bed.password)
        if number < 10:
            for message in range(20):
                session.append("INBOX", None, None, letter(f"{number}-{message}", "office", to=bed.user(number)).encode())
        session.select("INBOX")
        if number % 2:
            session.send(b"x IDLE\r\n")
            session.readline()
        held.append(session)
    # All of it, shared libraries and the program's own file too.
    with open(f"/proc/{bed.pid}/status", encoding="ascii") as lines:
        facts = dict(line.split(":", 1) for line in lines)
    used = int(facts["VmRSS"].split()[0]) / 1024
    print(f"  anonymous {int(facts['RssAnon'].split()[0]) / 1024:.1f}, file {int(facts['RssFile'].split()[0]) / 1024:.1f} MiB")
    print(f"  100 idle connections, 10 accounts: {used:.1f} MiB", flush=True)
    assert used < most, f"{used:.1f} MiB"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--most", type=float, default=100e6 / 2**20)
    options = options.parse_args()
    tally = Tally()
    with Bed("office", "127.0.0.17", lanes=None) as bed:
        tally.check("office: memory", office, bed, options.most)
    tally.finish()


main()
