#!/usr/bin/env python3
"""kill -9 under load: every message that was acknowledged with 250 or OK is there once, and none twice.

kill9.py [--rounds N] [--senders N] [--resend] [--mixed]: each round loads the server by SMTP and APPEND, kills it at a random moment, starts it
again without any manual step, and compares what IMAP shows with what was acknowledged. Prints `N passed, N failed`.

--resend: the senders do what mail servers do. One that missed its 250 sends the same message again, as often as it takes, while the server
is killed --rounds times; at the end every message is in every recipient's mailbox exactly once.

--mixed: SMTP, IMAP and POP3 at once (mixed.py): deliveries, APPEND, STORE, COPY, MOVE, EXPUNGE, RETR, DELE and QUIT. What was
acknowledged is so after the kill, and what was under way is done or not done; numbers never come twice; `barid store verify` is
content. With --resend, what SMTP did not acknowledge is sent again after the restart, and is there once.
"""
import argparse
import collections
import imaplib
import os
import random
import smtplib
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import Bed, Tally, letter  # noqa: E402
from mixed import mixed  # noqa: E402

USERS = 10


def body(chance):
    return "".join(f"{chance.random()}\r\n" for _ in range(chance.choice([5, 200, 200, 4_000])))


def send(bed, name, stop, acknowledged, attempted):
    """SMTP to one or several people until the server is gone."""
    chance = random.Random(name)
    number = 0
    try:
        while not stop.is_set():
            with smtplib.SMTP(bed.env["HOST"], bed.port("SMTP"), timeout=20) as client:
                for _ in range(20):
                    number += 1
                    key = f"{name}-{number}"
                    people = chance.sample(range(USERS), chance.choice([1, 1, 3]))
                    attempted.update((person, key) for person in people)
                    client.sendmail("load@elsewhere.test", [bed.user(person) for person in people], letter(key, body=body(chance)))
                    acknowledged.update((person, key) for person in people)
                    if stop.is_set():
                        return
    except (OSError, smtplib.SMTPException):
        return


def append(bed, name, stop, acknowledged, attempted):
    chance = random.Random(name)
    person = chance.randrange(USERS)
    number = 0
    try:
        session = imaplib.IMAP4(bed.env["HOST"], bed.port("IMAP"), timeout=20)
        session.login(bed.user(person), bed.password)
        while not stop.is_set():
            number += 1
            key = f"{name}-{number}"
            attempted.add((person, key))
            if session.append("INBOX", None, None, letter(key, body=body(chance)).encode())[0] == "OK":
                acknowledged.add((person, key))
    except (OSError, imaplib.IMAP4.error):
        return


def send_until_accepted(bed, name, stop, counts):
    """SMTP to one or several people; what was not acknowledged is sent again. counts: what must be there."""
    chance = random.Random(name)
    number = 0
    client = None
    while not stop.is_set():
        number += 1
        key = f"{name}-{number}"
        people = chance.sample(range(USERS), chance.choice([1, 1, 2, 3]))
        message = letter(key, body=body(chance))
        attempts = 0
        while True:
            attempts += 1
            try:
                if client is None:
                    client = smtplib.SMTP(bed.env["HOST"], bed.port("SMTP"), timeout=20)
                refused = client.sendmail("load@elsewhere.test", [bed.user(person) for person in people], message)
                assert not refused, refused
                break
            except (OSError, smtplib.SMTPException):
                # Gone, or going: come again soon.
                if client is not None:
                    client.close()
                client = None
                time.sleep(chance.uniform(0.02, 0.1))
        counts.append((key, people, attempts))
    if client is not None:
        client.close()


def resending(bed, run, kills, senders):
    stop = threading.Event()
    counts = []
    threads = [threading.Thread(target=send_until_accepted, args=(bed, f"{run}s{number}", stop, counts)) for number in range(senders)]
    for thread in threads:
        thread.start()
    for number in range(kills):
        time.sleep(random.uniform(0.2, 1.5))
        bed.kill9()
        bed.start()
        print(f"  kill {number + 1}: {len(counts)} acknowledged", flush=True)
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    wanted = {(person, key) for key, people, _ in counts for person in people}
    seen = found(bed, run)
    missing = wanted - set(seen)
    twice = {key: count for key, count in seen.items() if count > 1}
    again = sum(1 for _, _, attempts in counts if attempts > 1)
    print(f"  {len(counts)} messages, {len(wanted)} copies, {again} sent more than once; missing {len(missing)}, twice {len(twice)}",
          flush=True)
    assert again, "nobody had to send again: the run proves nothing"
    assert not missing, f"missing: {sorted(missing)[:5]}"
    assert not twice, f"twice: {sorted(twice.items())[:5]}"
    assert not set(seen) - wanted, f"nobody sent: {sorted(set(seen) - wanted)[:5]}"


def found(bed, run):
    """(person, key) -> how often it is in INBOX."""
    seen = collections.Counter()
    for person in range(USERS):
        session = imaplib.IMAP4(bed.env["HOST"], bed.port("IMAP"), timeout=60)
        session.login(bed.user(person), bed.password)
        session.select("INBOX", readonly=True)
        kind, rows = session.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        for row in rows:
            if isinstance(row, tuple):
                key = row[1].split(b"<")[1].split(b"@")[0].decode()
                if key.startswith(run):
                    seen[(person, key)] += 1
        session.logout()
    return seen


def one_round(bed, run, senders):
    stop = threading.Event()
    acknowledged, attempted = set(), set()
    threads = [
        threading.Thread(target=append if number % 4 == 3 else send,
                         args=(bed, f"{run}s{number}", stop, acknowledged, attempted))
        for number in range(senders)
    ]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(0.5, 2.5))
    bed.kill9()
    stop.set()
    for thread in threads:
        thread.join()
    started = time.monotonic()
    bed.start()
    up = time.monotonic() - started
    deadline = time.monotonic() + 20
    while True:
        seen = found(bed, run)
        missing = acknowledged - set(seen)
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    twice = [key for key, count in seen.items() if count > 1]
    strange = set(seen) - attempted
    print(f"  acknowledged {len(acknowledged)}, found {len(seen)}, missing {len(missing)}, twice {len(twice)}, "
          f"up again in {up:.2f} s", flush=True)
    assert acknowledged, "nothing was acknowledged: the round proves nothing"
    assert not missing, f"missing: {sorted(missing)[:5]}"
    assert not twice, f"twice: {sorted(twice)[:5]}"
    assert not strange, f"nobody sent: {sorted(strange)[:5]}"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--senders", type=int, default=12)
    options.add_argument("--resend", action="store_true")
    options.add_argument("--mixed", action="store_true")
    options = options.parse_args()
    tally = Tally()
    try:
        if options.mixed:
            mixed(tally, options.rounds, options.resend)
            tally.finish()
        with Bed("kill9", "127.0.0.15") as bed:
            if options.resend:
                tally.check(f"kill9: {options.rounds} kills, {options.senders} senders that send again", resending, bed,
                            f"r{os.getpid()}x", options.rounds, options.senders)
            for number in range(0 if options.resend else options.rounds):
                tally.check(f"kill9: round {number + 1}", one_round, bed, f"r{os.getpid()}x{number}x", options.senders)
    except (RuntimeError, OSError) as error:
        tally.failed += 1
        print(f"FAIL test bed: {error}")
    tally.finish()


if __name__ == "__main__":
    main()
