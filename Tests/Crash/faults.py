#!/usr/bin/env python3
"""Faults of the disk under load: whatever fails, no answer was false, and after a restart all is sound.

faults.py [--rounds N] [--seed N] [--kind NAME]: each round starts the test bed under fault.c, loads it by SMTP, IMAP and POP3, and
lets one fault come at a random call of the server: an error of a write, a read, a sync or a name, a short or torn write, a kill right
before or after a call, a full disk. Clients go on, as far as they are let. Then, by the kind of fault:
- a failed write or sync of a lane's segment or log makes the lane read-only (invariant 4), with a log line; others go on;
- a full disk gives 452 4.3.1 and NO [UNAVAILABLE] or [OVERQUOTA] and nothing else, and service resumes by itself;
- a short write is nobody's business.
After a restart what was refused or unanswered is sent again by SMTP; everything that was acknowledged is there once, nothing twice,
`barid store verify` is content, and everybody is served. Before the rounds every read that a FETCH needs fails once: what the client gets is
whole responses and a tagged answer, or the end of the connection. Prints `N passed, N failed`; a bad round's folder is kept.
"""
import argparse
import collections
import errno
import imaplib
import mmap
import os
import poplib
import random
import re
import shutil
import smtplib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "Clients"))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from bed import letter  # noqa: E402
from load import NEVER, PEOPLE, Load, Refused, user  # noqa: E402
from office import HOST, PASSWORD, Server, compiled, judge, mailbox, program  # noqa: E402
from ports import free_offset  # noqa: E402

OFFSET = free_offset()
CONTROL = struct.Struct("=IIIIqIIQ200s")  # fault.c's `struct control`
WRITES, SYNCS, LENGTHS, NAMES, READS = 1, 2, 4, 8, 16
SEGMENT, LOG, INDEX, SEARCH, SPOOL, OTHER = 1, 2, 4, 8, 16, 32
NONE, FAILS, SHORT, TORN, KILLED_BEFORE, KILLED_AFTER, FULL, FULL_SEEN = range(8)
POISONED = "the lane is read-only until reopened"
TROUBLE = (OSError, EOFError, smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto, Refused)


class Kind:
    """A fault and what must follow. `while_ending`: it waits for the checkpoint of the server's end."""

    def __init__(self, name, fault, calls=0, owners=0, code=0, poisons=False, is_silent=False, while_ending=False, reach=80):
        self.name, self.fault, self.calls, self.owners, self.code = name, fault, calls, owners, code
        self.poisons, self.is_silent, self.while_ending, self.reach = poisons, is_silent, while_ending, reach


ALL = SEGMENT | LOG | INDEX | SEARCH | SPOOL | OTHER
KINDS = [
    Kind("full disk", FULL),
    Kind("sync of a segment fails", FAILS, SYNCS, SEGMENT, errno.EIO, poisons=True),
    Kind("torn write", TORN, WRITES, SEGMENT | LOG),
    Kind("full disk, and it shows", FULL_SEEN),
    Kind("sync of a log fails", FAILS, SYNCS, LOG, errno.EIO, poisons=True),
    Kind("kill after a call", KILLED_AFTER, WRITES | SYNCS | LENGTHS | NAMES, ALL, reach=300),
    Kind("write of a segment fails", FAILS, WRITES, SEGMENT, errno.EIO, poisons=True),
    Kind("short write", SHORT, WRITES, SEGMENT | LOG | SEARCH | SPOOL, is_silent=True),
    Kind("write of a log fails", FAILS, WRITES, LOG, errno.EIO),
    Kind("a write finds no space", FAILS, WRITES, SEGMENT | LOG, errno.ENOSPC),
    Kind("kill before a call", KILLED_BEFORE, WRITES | SYNCS | LENGTHS | NAMES, ALL, reach=300),
    Kind("write beside the lanes fails", FAILS, WRITES | LENGTHS, SEARCH | SPOOL | OTHER, errno.EIO, reach=20),
    Kind("a name cannot be made", FAILS, NAMES, SEGMENT | SPOOL | OTHER, errno.EIO, reach=5),
    Kind("read fails", FAILS, READS, SEGMENT | LOG | INDEX, errno.EIO),
    Kind("sync of an index fails at the end", FAILS, SYNCS, LOG | INDEX, errno.EIO, while_ending=True, reach=4),
    Kind("torn write of an index at the end", TORN, WRITES, INDEX, while_ending=True, reach=20),
    Kind("write of an index fails at the end", FAILS, WRITES, INDEX, errno.EIO, while_ending=True, reach=20),
]


class Control:
    """The page that fault.c maps."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "control")
        with open(self.path, "wb") as file:
            file.write(bytes(4_096))
        with open(self.path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4_096)

    def arm(self, kind, chance):
        CONTROL.pack_into(self.page, 0, NONE, kind.code, kind.calls, kind.owners, chance.randint(1, kind.reach), chance.randint(0, 999), 0, 0,
                          b"")
        struct.pack_into("=I", self.page, 0, kind.fault)

    def disarm(self):
        struct.pack_into("=I", self.page, 0, NONE)

    @property
    def sprung(self):
        return CONTROL.unpack_from(self.page)[7]

    @property
    def where(self):
        return CONTROL.unpack_from(self.page)[8].split(b"\0")[0].decode()


class FaultyLoad(Load):
    """Goes on after whatever happens, and keeps what it was told."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.told = []  # (time, protocol, words)
        self.unsure = []  # (people, text, Change): sent by SMTP and not acknowledged

    def attempt(self, work, number):
        chance = random.Random(f"{self.seed}-{work.__name__}-{number}")
        while not self.stop.is_set():
            try:
                work(number, chance)
            except TROUBLE as error:
                self.told.append((time.monotonic_ns(), work.__name__, words(error)))
                self.stop.wait(chance.uniform(0.01, 0.05))
            except Exception as error:  # noqa: BLE001 - a mistake of the load
                self.failures.append(f"{work.__name__} {number}: {type(error).__name__}: {error}")
                return

    def send(self, number, chance):
        with smtplib.SMTP(HOST, 25 + self.offset, timeout=30) as client:
            while not self.stop.is_set():
                key = f"s{number}-{next(self.numbers)}"
                people = chance.sample(PEOPLE, chance.choice([1, 2, 3]))
                text = self.message(key, chance)
                arrival = self.ledger.arrives(people, key, text.encode())
                self.unsure.append((people, text, arrival))
                client.sendmail("load@elsewhere.test", [user(person) for person in people], text)
                arrival.done()
                self.unsure.remove((people, text, arrival))

    def send_again(self):
        with smtplib.SMTP(HOST, 25 + self.offset, timeout=30) as client:
            for people, text, arrival in self.unsure:
                client.sendmail("load@elsewhere.test", [user(person) for person in people], text)
                arrival.done()


def words(error):
    """What the server said; "gone" when it said nothing."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return f"{code} {text.decode(errors='replace')}"
    if isinstance(error, poplib.error_proto):
        if error.args[0] == "-ERR EOF":  # poplib's own word for a connection that ended
            return "gone"
        return error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
        return "NO " + str(error).removeprefix("b'").removeprefix("NO ")
    return "gone" if isinstance(error, (OSError, EOFError, imaplib.IMAP4.abort)) else f"{type(error).__name__} {error}"


# What a client may be told when the server could not: temporary, never that its command or message is wrong.
ALLOWED = re.compile(r"gone|4\d\d |NO \[(UNAVAILABLE|OVERQUOTA|EXPUNGEISSUED|SERVERBUG|CORRUPTION)\]|-ERR \[(SYS/TEMP|IN-USE)\]", re.I)
# A full disk has words of its own.
ALLOWED_WHEN_FULL = re.compile(r"452 4\.3\.1|452 2?4?.3.1|NO \[(UNAVAILABLE|OVERQUOTA)\]|-ERR \[(SYS/TEMP|IN-USE)\]", re.I)


class Round:
    def __init__(self, template, library, kind, seed):
        self.kind = kind
        self.chance = random.Random(seed)
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="barid-faults-"))
        self.data = os.path.join(self.folder, "office")
        shutil.copytree(template, self.data, ignore=shutil.ignore_patterns("reserve", "*.pid", "*.sock"))
        self.control = Control(self.folder)
        self.shim = {"LD_PRELOAD": library, "BARID_FAULT_ROOT": self.data, "BARID_FAULT_CONTROL": self.control.path}
        self.wrong, self.told = [], []

    def run(self):
        """True when the fault came."""
        server = Server(self.data, OFFSET, self.shim)
        load = FaultyLoad(HOST, OFFSET, PASSWORD, self.chance.random())
        self.told = load.told
        runner = threading.Thread(target=self.watched, args=(load,))
        runner.start()
        try:
            time.sleep(self.chance.uniform(0.3, 0.7))
            if not self.kind.while_ending:
                self.let_it_come(server, load)
            load.stop.set()
            runner.join()
            if self.kind.while_ending:
                self.control.arm(self.kind, self.chance)
                server.end(gently=True)
            elif server.is_alive() and not self.wrong:
                self.look_before_restart(server, load)
        finally:
            load.stop.set()
            runner.join()
            self.control.disarm()
            server.end(gently=self.chance.random() < 0.5)
        self.said = server.words()
        if self.control.sprung and not self.wrong:
            self.look_after_restart(load)
        return self.control.sprung > 0

    def watched(self, load):
        try:
            load.run(60)
        except RuntimeError as error:
            self.wrong.append(str(error))

    def let_it_come(self, server, load):
        self.control.arm(self.kind, self.chance)
        armed = time.monotonic()
        while not self.control.sprung and server.is_alive() and time.monotonic() - armed < 2.5:
            time.sleep(0.01)
        time.sleep(0.5)
        if self.kind.fault in (FULL, FULL_SEEN):
            self.control.disarm()
            self.room_again = time.monotonic_ns()
            time.sleep(0.4)

    def look_before_restart(self, server, load):
        """The server runs, and the fault is over."""
        if not self.control.sprung:
            return
        told = [(when, name, text) for when, name, text in load.told if text]
        full = self.kind.fault in (FULL, FULL_SEEN)
        allowed = ALLOWED_WHEN_FULL if full else ALLOWED
        strange = [f"{name}: {text}" for _, name, text in told if not allowed.match(text)]
        if strange:
            self.wrong.append(f"{len(strange)} answers are not those of this fault: {sorted(set(strange))[:4]}")
        if full and not any(text.startswith(("452", "NO")) for _, _, text in told):
            self.wrong.append("nobody was told that the disk is full")
        if self.kind.is_silent and told:
            self.wrong.append(f"somebody was told: {told[:3]}")
        is_of_a_lane = "/lane-" in self.control.where
        is_poisoned = POISONED in server.words()
        if self.kind.poisons and is_of_a_lane and not is_poisoned:
            self.wrong.append("the lane is not read-only")
        if is_poisoned and (full or self.kind.is_silent):
            self.wrong.append("a lane is read-only")
        answers = collections.Counter(self.probe(server, load, person) for person in PEOPLE)
        if is_poisoned and not answers["NO"]:
            self.wrong.append("the lane is said to be read-only, and takes mail")
        if not is_poisoned and answers["NO"]:
            self.wrong.append("service did not resume")

    def probe(self, server, load, person):
        """Reading works for everybody; whether one more message is taken."""
        session = server.imap(person)
        mailbox(session, "INBOX")
        session.select("INBOX")
        key = f"p{person}-{next(load.numbers)}"
        text = letter(key, extra=f"X-Test-Id: {key}\r\n").encode()
        arrival = load.ledger.arrives([person], key, text)
        answer, what = session.append("INBOX", None, None, text)
        if answer == "OK":
            arrival.done()
        elif b"[UNAVAILABLE]" not in what[0]:
            self.wrong.append(f"{user(person)} is told {what}")
        session.logout()
        return answer

    def look_after_restart(self, load):
        server = Server(self.data, OFFSET)
        try:
            self.again = [(re.search(r"X-Test-Id: (\S+)", text)[1], arrival.began) for _, text, arrival in load.unsure]
            load.send_again()
            self.wrong += [one for person in PEOPLE for one in judge(server, load.ledger, person, NEVER - 1)]
            self.wrong += server.verify()
            if self.wrong:
                self.said += "\n-- after the restart\n" + server.words()
        finally:
            server.end()


def one_round(template, library, kind, seed):
    """(complaints, where the fault came or None)"""
    round_ = Round(template, library, kind, seed)
    try:
        came = round_.run()
    except TROUBLE + (RuntimeError,) as error:
        came = True
        round_.wrong.append(f"{type(error).__name__}: {error}")
    if round_.wrong:
        print(f"FAIL {kind.name}, --kind '{kind.name}' --seed {seed}, folder {round_.folder}, at {round_.control.where}:",
              *round_.wrong[:12], f"sent again: {getattr(round_, 'again', [])}", f"told: {round_.told[:6]}",
              getattr(round_, "said", "")[-1500:], sep="\n  ", flush=True)
    else:
        shutil.rmtree(round_.folder)
    return round_.wrong, round_.control.where if came else None


def second_is_refused(folder):
    """Two processes on one data folder: the second says so in one sentence and leaves it alone. A complaint, or None."""
    done = subprocess.run([program(), "testbed", "--folder", folder, "--host", HOST, "--offset", str(free_offset()), "--lanes", "2"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    words = done.stdout.decode(errors="replace").strip()
    is_right = done.returncode != 0 and len(words.splitlines()) == 1 and f"{folder}/data" in words
    return None if is_right else f"a second process on the folder: status {done.returncode}: {words[:500]}"


class Talk:
    """One IMAP connection whose every octet is looked at."""

    def __init__(self):
        self.socket = socket.create_connection((HOST, 143 + OFFSET), timeout=10)
        self.rest = b""
        self.command(b"a", f"LOGIN {user(0)} {PASSWORD}".encode())
        self.command(b"b", b"SELECT INBOX")

    def more(self):
        got = self.socket.recv(1 << 16)
        self.rest += got
        return bool(got)

    def line(self):
        """None: the connection ended."""
        while b"\r\n" not in self.rest:
            if not self.more():
                return None
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line

    def octets(self, count):
        while len(self.rest) < count:
            if not self.more():
                return None
        octets, self.rest = self.rest[:count], self.rest[count:]
        return octets

    def command(self, tag, words):
        self.socket.sendall(tag + b" " + words + b"\r\n")
        while not (line := self.line()).startswith(tag + b" "):
            pass
        return line

    def fetch(self, letters):
        """Everything that came, or in words what is wrong with it."""
        self.socket.sendall(b"c FETCH 1:* (UID BODY.PEEK[])\r\n")
        while (line := self.line()) is not None:
            if line.startswith(b"c "):
                return None if line[2:5] in (b"OK ", b"NO ") else line[:200]
            found = re.fullmatch(rb"\* (\d+) FETCH \(UID \d+ BODY\[\] \{(\d+)\}", line)
            if not found:
                return f"not a response: {line[:200]!r}"
            octets = self.octets(int(found[2]))
            if octets is None:
                return None
            if octets != letters[int(found[1]) - 1]:
                return f"message {found[1].decode()} is not as it was: {len(octets)} octets"
            if (end := self.line()) not in (b")", None):
                return f"behind message {found[1].decode()}: {end[:200]!r}"
        return None


def reads_break_off_cleanly(template, library):
    """A read of a message fails while it is sent: nothing but its own octets is in a literal. A complaint, or None."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="barid-faults-"))
    data = os.path.join(folder, "office")
    shutil.copytree(template, data, ignore=shutil.ignore_patterns("reserve", "*.pid", "*.sock"))
    control = Control(folder)
    server = Server(data, OFFSET, {"LD_PRELOAD": library, "BARID_FAULT_ROOT": data, "BARID_FAULT_CONTROL": control.path})
    try:
        letters = []
        for number, size in enumerate([300_000, 40_000, 300_000, 20_000, 200_000, 50_000, 400]):
            lines = "".join(f"{number} {at:07}\r\n" for at in range(size // 11))
            letters.append(f"Subject: {number}\r\n\r\n{lines}".encode())
        client = imaplib.IMAP4(HOST, 143 + OFFSET)
        client.login(user(0), PASSWORD)
        for text in letters:
            client.append("INBOX", None, None, text)
        client.logout()
        time.sleep(1)  # the index reads them too
        sprung = 0
        for countdown in range(1, 60):
            talk = Talk()
            CONTROL.pack_into(control.page, 0, FAILS, errno.EIO, READS, SEGMENT, countdown, 0, 0, 0, b"")
            try:
                wrong = talk.fetch(letters)
            except TimeoutError:
                wrong = "the client waits for octets that do not come"
            came = control.sprung
            control.disarm()
            talk.socket.close()
            if wrong:
                return f"read {countdown} of a segment fails: {wrong}"
            if not came:
                break
            sprung += 1
        if sprung < 8:
            return f"only {sprung} reads failed"
        wrong = Talk().fetch(letters)
        return wrong and f"afterwards: {wrong}"
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=len(KINDS))
    options.add_argument("--seed", type=int, default=None, help="of the first round")
    options.add_argument("--kind", help="only this kind")
    options = options.parse_args()
    kinds = [kind for kind in KINDS if options.kind in (None, kind.name)]
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="barid-faults-") as folder:
        folder = os.path.realpath(folder)
        try:
            template = os.path.join(folder, "template")
            os.mkdir(template)
            server = Server(template, OFFSET)
            wrong = second_is_refused(template)
            failed, passed = failed + bool(wrong), passed + (not wrong)
            print(f"FAIL {wrong}" if wrong else "pass a second process on the folder is refused", flush=True)
            server.end(gently=True)
            library = compiled("fault", folder)
            wrong = reads_break_off_cleanly(template, library)
            failed, passed = failed + bool(wrong), passed + (not wrong)
            print(f"FAIL {wrong}" if wrong else "pass a failing read breaks a FETCH off cleanly", flush=True)
        except (RuntimeError, OSError) as error:
            print(f"FAIL test bed: {error}\n0 passed, 1 failed")
            sys.exit(1)
        for number in range(options.rounds):
            kind = kinds[number % len(kinds)]
            started = time.monotonic()
            for attempt in range(4):  # a fault that did not come proves nothing: once more
                wrong, where = one_round(template, library, kind, seed + number + attempt * 1_000_003)
                if wrong or where is not None:
                    break
            if not wrong and where is None:
                wrong = ["it never came"]
                print(f"FAIL {kind.name}: the fault never came", flush=True)
            failed, passed = failed + bool(wrong), passed + (not wrong)
            if not wrong:
                print(f"pass {kind.name}: {re.sub('/.*/office/', '', where)} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


main()
