#!/usr/bin/env python3
"""Power cuts by record and replay: what was acknowledged before the cut is there after it, once, and nothing comes twice.

powercut.py [--cuts N] [--seconds N] [--seed N] [--recording FOLDER]: runs a mixed load (SMTP, APPEND, STORE, EXPUNGE, MOVE, DELE)
against the test bed under record.c, which logs every write and sync with its times. For each cut: a moment of the load is drawn,
the folder rebuilt as a disk may hold it then (replay.py), the program started on it, and IMAP asked. Prints `N passed, N failed`.
A recording with a bad cut is kept; its folder is printed with the seed, and --recording and --seed repeat exactly these cuts.
"""
import argparse
import imaplib
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
from bed import ROOT, letter  # noqa: E402
from load import PEOPLE, Load, digest, user  # noqa: E402
from replay import NEVER, Recording  # noqa: E402

HOST = "127.0.0.1"
OFFSET = 27_000
PASSWORD = "benchpass"
CUTS_OF_ONE_RECORDING = 50
# Not the program's durable state: SQLite rebuilds its -shm; the test bed's own process file; a socket.
IGNORED = re.compile(r"(-shm|server\.pid(\.new)?|control\.sock)$")


def program():
    """The one that BARID_BINARY names, else the build made last."""
    built = [path for path in (f"{ROOT}/.build/release/barid", f"{ROOT}/.build/debug/barid") if os.access(path, os.X_OK)]
    named = os.environ.get("BARID_BINARY")
    if not named and not built:
        raise RuntimeError("no program; run swift build -c release --product barid")
    return named or max(built, key=os.path.getmtime)


def recorder(folder):
    """record.c, compiled."""
    library = os.path.join(folder, "record.so")
    compiler = next((path for path in map(shutil.which, ["cc", "gcc", "clang"]) if path), None)
    if compiler is None:
        raise RuntimeError("no C compiler (Debian: gcc, libc6-dev)")
    subprocess.run([compiler, "-O2", "-Wall", "-shared", "-fPIC", "-pthread", "-o", library, os.path.join(HERE, "record.c")],
                   check=True)
    return library


class Server:
    """The test bed's program on a folder."""

    def __init__(self, folder, extra=None):
        self.folder = folder
        self.output = os.path.join(folder, "..", os.path.basename(folder) + ".out")
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [program(), "testbed", "--folder", folder, "--host", HOST, "--offset", str(OFFSET)],
                env=dict(os.environ, **(extra or {})), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        deadline = time.monotonic() + 60
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise RuntimeError(f"it did not start: {self.words()}")
            time.sleep(0.01)

    def is_ready(self):
        try:
            with open(os.path.join(self.folder, "server.pid"), encoding="ascii") as file:
                return file.read().strip() == str(self.process.pid)
        except OSError:
            return False

    def words(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read()[-2000:].strip()

    def end(self, gently=False):
        if self.process.poll() is None:
            if gently:
                self.process.terminate()
            else:
                self.process.kill()
        self.process.wait(30)


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


def record(folder, seconds, seed):
    """Loads the server for some seconds; leaves `log` and `ledger` in the folder."""
    data = os.path.join(folder, "recorded")
    os.mkdir(data)
    log = os.path.join(folder, "log")
    server = Server(data, {"LD_PRELOAD": recorder(folder), "BARID_RECORD_ROOT": data, "BARID_RECORD_LOG": log})
    try:
        load = Load(HOST, OFFSET, PASSWORD, seed)
        load.run(seconds)
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


def mailbox(session, name):
    """([(key, UID, flags, digest of the body)], UIDNEXT) of a mailbox."""
    session.select(name, readonly=True)
    uid_next = int(session.response("UIDNEXT")[1][0])
    rows = session.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")[1]
    found = []
    for at, row in enumerate(rows):
        if isinstance(row, tuple):
            after = rows[at + 1] if at + 1 < len(rows) and isinstance(rows[at + 1], bytes) else b""
            words = row[0] + after
            key = re.search(rb"X-Test-Id: (\S+)", row[1])
            flags = re.search(rb"FLAGS \(([^)]*)\)", words)[1].split()
            uid = int(re.search(rb"UID (\d+)", words)[1])
            found.append((key[1].decode() if key else "?", uid, {flag.decode() for flag in flags}, digest(row[1])))
    return found, uid_next


def look(session):
    """key -> [(mailbox, UID, flags, digest)] of one person, and complaints about UIDs."""
    places, wrong, next_uid = {}, [], {}
    for name in ("INBOX", "Archive"):
        messages, next_uid[name] = mailbox(session, name)
        uids = [uid for _, uid, _, _ in messages]
        if uids != sorted(set(uids)) or (uids and uids[-1] >= next_uid[name]):
            wrong.append(f"{name}: UIDs {uids[-5:]} do not fit UIDNEXT {next_uid[name]}")
        for key, *rest in messages:
            places.setdefault(key, []).append((name, *rest))
    return places, next_uid, wrong


def judge(ledger, person, cut):
    """What is wrong with one person's mail. Mail for several people may be filed a little after the start."""
    session = imaplib.IMAP4(HOST, 143 + OFFSET, timeout=20)
    session.login(user(person), PASSWORD)
    deadline = time.monotonic() + 5
    while True:
        places, next_uid, wrong = look(session)
        wrong += ledger.complaints(person, places, next_uid, cut)
        if not wrong or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    if not wrong:
        answer, data = session.append("INBOX", None, None, letter("after", extra="X-Test-Id: after\r\n").encode())
        told = re.search(rb"APPENDUID \d+ (\d+)", data[0])
        if answer != "OK" or int(told[1]) < next_uid["INBOX"]:
            wrong.append(f"APPEND after the start: {answer} {data}")
    session.logout()
    return [f"{user(person)}: {one}" for one in wrong]


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


def one_cut(folder, recording, ledger, chance):
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
        server = Server(target)
        try:
            wrong = [one for person in PEOPLE for one in judge(ledger, person, cut)]
            return wrong and [where] + wrong + [server.words()]
        finally:
            server.end()
    except (RuntimeError, OSError, imaplib.IMAP4.error) as error:
        return [where, f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(target, ignore_errors=True)


def cuts_of(folder, numbers, seed):
    """(passed, failed) of the cuts with these numbers."""
    with open(os.path.join(folder, "ledger"), "rb") as file:
        data, ledger = pickle.load(file)
    recording = Recording(os.path.join(folder, "log"), data)
    print(f"recorded: {ledger.summary()}, {len(recording.sync_ends)} syncs", flush=True)
    bad = 0
    for number in numbers:
        wrong = one_cut(folder, recording, ledger, random.Random(f"{seed}-{number}"))
        if wrong:
            bad += 1
            print(f"FAIL cut {number}, --recording {folder} --seed {seed}:", *wrong[:20], sep="\n  ", flush=True)
    return len(numbers) - bad, bad


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--cuts", type=int, default=20)
    options.add_argument("--seconds", type=float, default=4, help="how long each load runs")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--recording", help="a folder that a bad run kept, instead of a new recording")
    options = options.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    passed = failed = 0
    for first in range(0, options.cuts, CUTS_OF_ONE_RECORDING):
        numbers = range(first, min(options.cuts, first + CUTS_OF_ONE_RECORDING))
        folder = options.recording or os.path.realpath(tempfile.mkdtemp(prefix="barid-powercut-"))
        try:
            if not options.recording:
                record(folder, options.seconds, f"{seed}-{first}")
            good, bad = cuts_of(folder, numbers, seed)
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
