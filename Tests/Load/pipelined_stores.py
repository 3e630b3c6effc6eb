#!/usr/bin/env python3
"""STOREs sent one behind the other without waiting, on a disk whose every sync takes 2 ms longer.

pipelined_stores.py [--count N] [--limit SECONDS]: fills INBOX with N messages, sends N `UID STORE n +FLAGS.SILENT (\\Seen)` in one go, and
measures until the last answer. Prints the time and `N passed, N failed`; issue 6 asks for 10,000 in under a second. Then kill -9: every
flag that was acknowledged must be there.
"""
import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import ROOT, Bed, Tally  # noqa: E402


class Line:
    """A connection that counts tagged answers."""

    def __init__(self, bed):
        self.socket = socket.create_connection((bed.host, bed.port("IMAP")))
        self.file = self.socket.makefile("rb")
        self.file.readline()
        self.ask(f"l LOGIN {bed.user(0)} {bed.password}")

    def ask(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        return self.until(command.split()[0])

    def until(self, tag):
        lines = []
        while True:
            line = self.file.readline().decode()
            assert line, "the connection ended"
            if line.startswith(tag + " "):
                assert line.startswith(tag + " OK"), line
                return lines
            lines.append(line)


def fill(line, count):
    while count:
        some = min(count, 500)
        message = " {12+}\r\nSubject: x\r\n"
        line.ask("a APPEND INBOX" + message * some)
        count -= some


def check(bed, count, limit):
    line = Line(bed)
    fill(line, count)
    line.ask("s SELECT INBOX")
    text = "".join(f"u{n} UID STORE {n} +FLAGS.SILENT (\\Seen)\r\n" for n in range(1, count + 1)).encode()
    began = time.monotonic()
    # Beside the reading: neither side may wait for the other with full buffers.
    sender = threading.Thread(target=line.socket.sendall, args=(text,))
    sender.start()
    lines = line.until(f"u{count}")
    took = time.monotonic() - began
    sender.join()
    print(f"  {count} single UID STOREs with 2 ms added to every sync: {took:.2f} s (limit {limit})", flush=True)
    assert len(lines) == count - 1 and all(" OK " in line for line in lines), "something else was answered"
    bed.kill9()
    bed.start()
    line = Line(bed)
    line.ask("s SELECT INBOX")
    found = line.ask("f SEARCH UNSEEN")
    assert found == ["* SEARCH\r\n"], f"not all flags are there: {found[0][:80]}"
    assert took < limit, f"{took:.2f} s"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--limit", type=float, default=1.0)
    options = options.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="barid-slowsync-") as folder:
        shim = os.path.join(folder, "slowsync.so")
        source = os.path.join(ROOT, "Tests", "Bench", "slowsync.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, source, "-ldl"], check=True)
        bed = Bed("stores", "127.0.0.17", lanes=None)
        bed.environment["LD_PRELOAD"] = shim
        with bed:
            tally.check("pipelined stores", check, bed, options.count, options.limit)
    tally.finish()


main()
