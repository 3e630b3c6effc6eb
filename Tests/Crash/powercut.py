#!/usr/bin/env python3
"""Power cuts by record and replay: what was acknowledged before the cut is there after it, once, and nothing comes twice.

powercut.py [--cuts N] [--seconds N] [--compact] [--workers N] [--seed N] [--recording FOLDER]: runs a mixed load (SMTP, APPEND, STORE,
EXPUNGE, MOVE, DELE, folders made, renamed, deleted; segments of 1 MiB; the search index follows) against the test bed under record.c,
which logs every write and sync with its times; with --compact it goes on calmly while `barid store compact` collects and rewrites.
For each cut: a moment of the load is drawn, the folder rebuilt as a disk may hold it then (replay.py), the program started on it, and
IMAP asked, SEARCH too; then `barid store verify`. Prints `N passed, N failed`.
A recording with a bad cut is kept; its folder is printed with the seed, and --recording and --seed repeat exactly these cuts.
"""
import argparse
import imaplib
import multiprocessing
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "Clients"))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from load import PEOPLE, Load  # noqa: E402
from office import HOST, PASSWORD, Server, compiled, judge  # noqa: E402
from ports import free_offset  # noqa: E402
from replay import NEVER, Recording  # noqa: E402

OFFSET = free_offset()
CUTS_OF_ONE_RECORDING = 100
# Not the program's durable state: SQLite rebuilds its -shm; the test bed's own process file; a socket.
IGNORED = re.compile(r"(-shm|server\.pid(\.new)?|control\.sock(et)?)$")


def same(folder, other):
    """The paths whose files differ."""
    def files(root):
        return {
            os.path.relpath(os.path.join(path, name), root)
            for path, _, names in os.walk(root) for name in names if not IGNORED.search(name)
        }

    def content(root, path):
        with open(os.path.join(root, path), "rb") as file:
            return file.read()

    mine, yours = files(folder), files(other)
    return sorted(mine ^ yours) + [path for path in sorted(mine & yours) if content(folder, path) != content(other, path)]


def record(folder, seconds, seed, compacts):
    """Loads the server for some seconds; leaves `log` and `ledger` in the folder."""
    data = os.path.join(folder, "recorded")
    os.mkdir(data)
    log = os.path.join(folder, "log")
    server = Server(data, OFFSET, {"LD_PRELOAD": compiled("record", folder), "BARID_RECORD_ROOT": data, "BARID_RECORD_LOG": log})

    def compact():
        status, words = server.ask("store", "compact")
        print(f"compacted: {words}", flush=True)
        if status:
            raise RuntimeError(f"store compact: {words}")

    try:
        load = Load(HOST, OFFSET, PASSWORD, seed)
        load.run(seconds, compact if compacts else None)
    finally:
        server.end(gently=True)
    load.ledger.ended = time.monotonic_ns()  # the power may fail while it stops, too
    with open(os.path.join(folder, "ledger"), "wb") as file:
        pickle.dump((data, load.ledger), file)
    copy = os.path.join(folder, "copy")
    os.mkdir(copy)
    Recording(log, data).rebuild(copy, NEVER, random.Random(0))
    wrong = same(data, copy)
    if wrong:
        raise RuntimeError(f"record.c does not see all that is written: {wrong}")
    shutil.rmtree(copy)
    shutil.rmtree(data)


def moment(recording, ledger, chance):
    """Any time of the load or of the stop after it, right after an acknowledgement or a sync, or around a checkpoint."""
    start, end = ledger.started, ledger.ended
    kind = chance.choice(["any", "acknowledged", "synced", "checkpoint"])
    if kind == "acknowledged":
        return chance.choice(ledger.acknowledgements()) + 1
    time_ = chance.randint(start, end)
    checkpoints = [time for time in recording.checkpoints if time > start]
    if kind == "checkpoint" and checkpoints:  # rare, and the one time that old pages are written over
        return max(start, chance.choice(checkpoints) + chance.randint(-30_000_000, 30_000_000))
    return time_ if kind == "any" else max(start, recording.sync_before(time_, chance) + 1)


def one_cut(folder, recording, ledger, chance, offset):
    """Complaints about one cut."""
    cut = moment(recording, ledger, chance)
    target = tempfile.mkdtemp(prefix="cut-", dir=folder)
    where = f"cut {(cut - ledger.started) / 1e9:.6f} s into the load"
    try:
        recording.rebuild(target, cut, chance)
        for path, _, names in os.walk(target):
            for name in names:
                if IGNORED.search(name):
                    os.unlink(os.path.join(path, name))
        server = Server(target, offset)
        try:
            wrong = [one for person in PEOPLE for one in judge(server, ledger, person, cut)] + server.verify()
            return wrong and [where] + wrong + [server.words()[-2000:]]
        finally:
            server.end()
    except (RuntimeError, OSError, imaplib.IMAP4.error) as error:
        return [where, f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(target, ignore_errors=True)
        for end in (".out", ".yaml"):
            if os.path.exists(target + end):
                os.unlink(target + end)


def cuts_of(folder, numbers, seed, offsets):
    """(passed, failed) of the cuts with these numbers, looked at by as many workers as there are offsets."""
    with open(os.path.join(folder, "ledger"), "rb") as file:
        data, ledger = pickle.load(file)
    recording = Recording(os.path.join(folder, "log"), data)
    print(f"recorded: {ledger.summary()}, {len(recording.sync_ends)} syncs", flush=True)
    def some(first):
        bad = 0
        for number in numbers[first::len(offsets)]:
            wrong = one_cut(folder, recording, ledger, random.Random(f"{seed}-{number}"), offsets[first])
            if wrong:
                bad += 1
                print(f"FAIL cut {number}, --recording {folder} --seed {seed}:", *wrong[:20], sep="\n  ", flush=True)
        return bad

    # Forked: the recording is in memory once.
    processes = [multiprocessing.get_context("fork").Process(target=lambda first=first: sys.exit(min(some(first), 100)))
                 for first in range(len(offsets))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    bad = sum(process.exitcode if process.exitcode >= 0 else len(numbers) for process in processes)
    return max(0, len(numbers) - bad), bad


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cuts", type=int, default=20)
    options.add_argument("--seconds", type=float, default=4, help="how long each load runs")
    options.add_argument("--compact", action="store_true", help="collect and compact under the load, some 30 seconds more")
    options.add_argument("--workers", type=int, default=1, help="how many cuts are looked at at once")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--recording", help="a folder that a bad run kept, instead of a new recording")
    options = options.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    offsets = [OFFSET, *(free_offset() for _ in range(1, options.workers))]
    passed = failed = 0
    for first in range(0, options.cuts, CUTS_OF_ONE_RECORDING):
        numbers = range(first, min(options.cuts, first + CUTS_OF_ONE_RECORDING))
        folder = options.recording or os.path.realpath(tempfile.mkdtemp(prefix="barid-powercut-"))
        try:
            if not options.recording:
                record(folder, options.seconds, f"{seed}-{first}", options.compact)
            good, bad = cuts_of(folder, numbers, seed, offsets)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            good, bad = 0, 1
            print(f"FAIL recording, seed {seed}: {error}", flush=True)
        passed, failed = passed + good, failed + bad
        if not bad and not options.recording:
            shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
