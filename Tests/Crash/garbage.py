#!/usr/bin/env python3
"""Random bytes at every port for a while: the server keeps answering, with flat memory. garbage.py [--seconds N]"""
import argparse
import os
import random
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import Bed, Tally  # noqa: E402

STARTS = {
    "SMTP": [b"", b"EHLO a\r\n", b"EHLO a\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<user000@example.test>\r\nDATA\r\n", b"EHLO a\r\nBDAT 99999999\r\n"],
    "SUBMISSION": [b"", b"EHLO a\r\nAUTH PLAIN\r\n", b"EHLO a\r\nSTARTTLS\r\n"],
    "IMAP": [b"", b"a LOGIN user000@example.test benchpass\r\nb SELECT INBOX\r\nc ", b"a APPEND INBOX {1000000+}\r\n",
             b"a LOGIN user000@example.test benchpass\r\nb FETCH 1 "],
    "POP3": [b"", b"USER user000@example.test\r\nPASS benchpass\r\n"],
    "IMAPS": [b""], "SUBMISSIONS": [b""], "POP3S": [b""],
}


def throw(bed, name, end):
    chance = random.Random(name)
    letters = [bytes(range(256)), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ abc()<>{}[]\"\\%*:,.+-0123456789\r\n\r\n"]
    while time.monotonic() < end:
        try:
            with socket.create_connection((bed.host, bed.port(name)), timeout=5) as sock:
                sock.sendall(chance.choice(STARTS[name]))
                for _ in range(chance.randrange(1, 40)):
                    pool = chance.choice(letters)
                    sock.sendall(bytes(chance.choices(pool, k=chance.choice([10, 100, 3_000, 20_000]))))
                sock.settimeout(0.05)
                while sock.recv(65_536):
                    pass
        except OSError:
            continue


def flat(bed, name, seconds):
    warm = time.monotonic() + seconds / 4
    run_all(bed, name, warm)
    before = bed.resident_kib()
    run_all(bed, name, time.monotonic() + seconds)
    grown = bed.resident_kib() - before
    print(f"  {name}: {before} KiB, then {grown:+} KiB", flush=True)
    assert grown < 30_000, f"{grown} KiB more"
    with socket.create_connection((bed.host, bed.port("IMAP")), timeout=5) as sock:
        assert sock.recv(100).startswith(b"* OK")


def run_all(bed, name, end):
    threads = [threading.Thread(target=throw, args=(bed, name, end)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=60)
    options = options.parse_args()
    tally = Tally()
    with Bed("garbage", "127.0.0.16") as bed:
        for name in STARTS:
            tally.check(f"garbage: {name}", flat, bed, name, options.seconds)
    tally.finish()


main()
