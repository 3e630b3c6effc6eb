#!/usr/bin/env python3
"""A large store opens at once after kill -9, because recovery looks at the last batch and never at all mail.

bigstore.py [--gigabytes N] [--small N] [--limit SECONDS] [--folder FOLDER]: fills a store over SMTP with messages of 10 MB (base64 of
random bytes: on disk it takes three quarters) and by import with small ones, loads it, kills it in the middle, and measures how long the
program takes until it greets on IMAP. Prints `N passed, N failed`. The folder is removed at the end.
"""
import argparse
import base64
import os
import random
import shutil
import smtplib
import socket
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "Clients"))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from bed import letter  # noqa: E402
from load import user  # noqa: E402
from office import HOST, Server  # noqa: E402
from ports import free_offset  # noqa: E402

OFFSET = free_offset()
LARGE = 10_000_000


def size_of(folder):
    return sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(folder) for name in names if name != "reserve")


def fill(server, number, bytes_, stop=None):
    """Sends large messages to one person until that many bytes are sent, or the server is gone."""
    chance = random.Random(number)
    body = base64.encodebytes(chance.randbytes(LARGE * 3 // 4)).replace(b"\n", b"\r\n")
    sent = 0
    try:
        with smtplib.SMTP(HOST, 25 + server.offset, timeout=120) as client:
            while sent < bytes_ and not (stop and stop.is_set()):
                # Another beginning makes every part of it other bytes for the store: it compresses in pieces, and names by hash.
                at = chance.randrange(0, len(body), 78)
                text = letter(f"b{number}-{sent}").encode() + body[at:] + body[:at]
                client.sendmail("load@elsewhere.test", [user(number)], text)
                sent += len(text)
    except (OSError, smtplib.SMTPException):
        if stop is None:
            raise


def together(work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    return threads


def import_small(server, folder, count):
    path = os.path.join(folder, "small.mbox")
    with open(path, "w", encoding="ascii") as file:
        for number in range(count):
            text = letter(f"small{number}", body=f"{number} {random.random()}\n" * 40).replace("\r\n", "\n")
            file.write(f"From sender@elsewhere.test Mon Jan  5 10:00:00 2026\n{text}\n")
    status, words = server.ask("mail", "import", user(5), path)
    if status:
        raise RuntimeError(f"import: {words}")
    os.unlink(path)


def greets(offset):
    try:
        with socket.create_connection((HOST, 143 + offset), timeout=5) as sock:
            return sock.recv(100).startswith(b"* OK")
    except OSError:
        return False


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--gigabytes", type=float, default=10)
    options.add_argument("--small", type=int, default=20_000)
    options.add_argument("--limit", type=float, default=2.0)
    options.add_argument("--folder", default=None, help="where to put it: the disk to measure")
    options = options.parse_args()
    folder = os.path.realpath(tempfile.mkdtemp(prefix="barid-big-", dir=options.folder))
    data = os.path.join(folder, "office")
    os.mkdir(data)
    failed = True
    try:
        server = Server(data, OFFSET, segment=None)
        started = time.monotonic()
        if options.small:
            import_small(server, folder, options.small)
            print(f"imported {options.small} small messages, {time.monotonic() - started:.0f} s", flush=True)
        while size_of(data) < options.gigabytes * 1e9:
            step = (options.gigabytes * 1e9 - size_of(data)) / 4 / 0.75
            for thread in together(lambda number: fill(server, number, min(step, 100 * LARGE))):
                thread.join()
            print(f"{size_of(data) / 1e9:.2f} GB on disk, {time.monotonic() - started:.0f} s", flush=True)
        stop = threading.Event()
        threads = together(lambda number: fill(server, number, 1 << 40, stop))
        time.sleep(2)
        server.end()
        stop.set()
        for thread in threads:
            thread.join()
        started = time.monotonic()
        server = Server(data, OFFSET, segment=None)
        while not greets(OFFSET):
            time.sleep(0.005)
        up = time.monotonic() - started
        print(f"{size_of(data) / 1e9:.2f} GB: greets {up:.2f} s after it was started", flush=True)
        failed = up > options.limit
        server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{int(not failed)} passed, {int(failed)} failed", flush=True)
    sys.exit(int(failed))


main()
