#!/usr/bin/env python3
"""Connections cut between the end of the message and its reply, and clients that try again: one copy each.

lostreply.py [--connections N]: each connection sends one message to one to three people and is reset a moment after the last dot, some
with the reply unread in the socket; then it comes again, up to twice cut once more, and at last reads 250. RFC 1047. Prints
`N passed, N failed`.
"""
import argparse
import collections
import os
import random
import smtplib
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import Bed, Tally, letter  # noqa: E402
from kill9 import found  # noqa: E402

PEOPLE = range(10)


def send_and_cut(bed, people, message, chance):
    """Everything up to the dot, then a reset. True when the reply was there, unread."""
    sock = socket.create_connection((bed.host, bed.port("SMTP")), timeout=20)
    answers = sock.makefile("rb")
    answers.readline()
    for line in ["HELO cut.test", "MAIL FROM:<load@elsewhere.test>", *[f"RCPT TO:<{bed.user(person)}>" for person in people], "DATA"]:
        sock.sendall(line.encode() + b"\r\n")
        words = answers.readline()
        if words[:1] not in b"23":
            raise RuntimeError(f"{line}: {words}")
    sock.sendall(message.encode() + b".\r\n")
    way = chance.choice(["at once", "soon", "answered"])
    was_answered = False
    if way == "soon":
        time.sleep(chance.uniform(0, 0.02))
    elif way == "answered":
        was_answered = bool(sock.recv(1, socket.MSG_PEEK))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    answers.close()
    sock.close()
    return was_answered


def one(bed, run, number, results):
    chance = random.Random(f"{run}{number}")
    people = chance.sample(PEOPLE, chance.choice([1, 2, 3]))
    key = f"{run}{number}"
    message = letter(key, body="x\r\n" * chance.choice([3, 300, 30_000]))
    try:
        answered = 0
        for _ in range(chance.choice([1, 1, 2])):
            answered += send_and_cut(bed, people, message, chance)
            time.sleep(chance.uniform(0.2, 0.5))  # a mail server waits longer: it has seen the reset
        with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=20) as client:
            client.sendmail("load@elsewhere.test", [bed.user(person) for person in people], message)
        results.append((key, people, answered))
    except (OSError, smtplib.SMTPException, RuntimeError) as error:
        results.append((key, people, error))


def cut(bed, count):
    run, results = f"l{os.getpid()}x", []
    threads = [threading.Thread(target=one, args=(bed, run, number, results)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [(key, error) for key, _, error in results if isinstance(error, Exception)]
    assert not errors, errors[:3]
    wanted = {(person, key) for key, people, _ in results for person in people}
    seen = found(bed, run)
    unread = sum(answered for _, _, answered in results)
    twice = {key: times for key, times in seen.items() if times > 1}
    print(f"  {count} messages, {len(wanted)} copies, {unread} replies unread; missing {len(wanted - set(seen))}, twice {len(twice)}", flush=True)
    assert unread, "no reply was lost: the run proves nothing"
    assert set(seen) == wanted, f"missing: {sorted(wanted - set(seen))[:5]}"
    assert not twice, f"twice: {sorted(twice.items())[:5]}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--connections", type=int, default=100)
    options = options.parse_args()
    tally = Tally()
    try:
        with Bed("lostreply", "127.0.0.17") as bed:
            tally.check(f"lostreply: {options.connections} connections cut before the reply", cut, bed, options.connections)
    except (RuntimeError, OSError) as error:
        tally.failed += 1
        print(f"FAIL test bed: {error}")
    tally.finish()


main()
