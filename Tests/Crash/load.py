"""The load of powercut.py and faults.py, and the ledger of what was asked and acknowledged when.

Times are CLOCK_MONOTONIC nanoseconds, the clock of record.c: `began` is taken before a command is sent, `acknowledged` after its
answer was read.
"""
import hashlib
import imaplib
import itertools
import poplib
import random
import re
import smtplib
import threading
import time

from bed import letter

BY_IMAP = range(0, 4)  # people whose mail one IMAP client each flags, expunges and moves
BY_POP3 = range(4, 6)
PEOPLE = range(0, 6)
NEVER = 1 << 63
FLAGS = ("\\Seen", "\\Flagged", "\\Answered")


def user(person):
    return f"user{person:03d}@example.test"


def is_folder(name):
    """Whether the load makes folders of this name."""
    return re.fullmatch(r"f\d+[a-z]*", name) is not None


class Refused(RuntimeError):
    """The server did not answer OK."""


def digest(message):
    """Of the body: the header grows on the way."""
    return hashlib.sha256(message.partition(b"\r\n\r\n")[2]).hexdigest()


class Change:
    def __init__(self, what):
        self.what = what
        self.began = time.monotonic_ns()
        self.acknowledged = NEVER

    def done(self):
        self.acknowledged = time.monotonic_ns()

    def is_sure(self, cut):
        return self.acknowledged <= cut

    def is_possible(self, cut):
        return self.began < cut


class Mail:
    """One message of one person."""

    def __init__(self, arrival, digest_):
        self.arrival = arrival
        self.digest = digest_
        self.removal = None  # a Change: "expunged", "dele" or "moved"
        self.flags = []
        self.uid = None  # in INBOX
        self.uid_seen = NEVER

    def complaint(self, places, cut):
        """`places`: [(mailbox, UID, flags, digest)] after the cut."""
        if not self.arrival.is_possible(cut):
            return "it is there and was sent after the cut" if places else None
        if len(places) > 1:
            return f"it is there {len(places)} times: {places}"
        allowed = self.allowed(cut)
        where = places[0][0] if places else None
        if where not in allowed:
            return f"it is in {where}, it belongs in {' or '.join(map(str, allowed))}"
        if not places:
            return None
        _, uid, flags, digest_ = places[0]
        if digest_ != self.digest:
            return "its body is not what was sent"
        if where == "INBOX" and self.uid_seen <= cut and uid != self.uid:
            return f"its UID was {self.uid} and is {uid}"
        missing = {change.what for change in self.flags if change.is_sure(cut)} - flags
        strange = flags - {change.what for change in self.flags if change.is_possible(cut)} - {"\\Recent"}
        if missing or strange:
            return f"flags {sorted(flags)}: missing {sorted(missing)}, never set {sorted(strange)}"
        return None

    def allowed(self, cut):
        """The mailboxes it may be in; None: nowhere."""
        places = ["INBOX"] if self.arrival.is_sure(cut) else ["INBOX", None]
        if self.removal is None or not self.removal.is_possible(cut):
            return places
        after = "Archive" if self.removal.what == "moved" else None
        return [after] if self.removal.is_sure(cut) else places + [after]


class Ledger:
    def __init__(self):
        self.mail = {}  # (person, key) -> Mail
        self.folders = {}  # person -> [(Change, {name: keys in it} after it)]
        self.started = self.ended = 0

    def arrives(self, people, key, text):
        change = Change("arrived")
        for person in people:
            self.mail[(person, key)] = Mail(change, digest(text))
        return change

    def folder_changes(self, person, change, after):
        self.folders.setdefault(person, []).append((change, after))

    def folder_complaints(self, person, found, cut):
        """`found`: {name: keys in it}. One client a person changes them, one after the other: at most the last is in doubt, and what
        was refused before it."""
        allowed = [{}]
        for change, after in self.folders.get(person, []):
            if change.is_sure(cut):
                allowed = [after]
            elif change.is_possible(cut):
                allowed.append(after)
        return [] if found in allowed else [f"folders {found}, they should be {' or '.join(map(str, allowed[:3]))}"]

    def changes(self):
        for steps in self.folders.values():
            yield from (change for change, _ in steps)
        for mail in self.mail.values():
            yield from (change for change in [mail.arrival, mail.removal, *mail.flags] if change is not None)

    def acknowledgements(self):
        return sorted({change.acknowledged for change in self.changes()} - {NEVER})

    def summary(self):
        counts = {}
        for change in {id(change): change for change in self.changes()}.values():
            if change.acknowledged != NEVER:
                name = "flagged" if change.what.startswith("\\") else change.what
                counts[name] = counts.get(name, 0) + 1
        return "acknowledged " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))

    def complaints(self, person, places, next_uid, cut):
        wrong = []
        for (owner, key), mail in self.mail.items():
            if owner == person:
                one = mail.complaint(places.get(key, []), cut)
                if one:
                    wrong.append(f"{key}: {one}")
                if mail.uid_seen <= cut and mail.uid >= next_uid["INBOX"]:
                    wrong.append(f"{key}: UID {mail.uid} was told, UIDNEXT is {next_uid['INBOX']}")
        wrong += [f"{key}: nobody sent it" for key in places if key != "after" and (person, key) not in self.mail]
        return wrong


class Load:
    """A few seconds of everything."""

    def __init__(self, host, offset, password, seed):
        self.host, self.offset, self.password, self.seed = host, offset, password, seed
        self.ledger = Ledger()
        self.stop = threading.Event()
        self.calm = threading.Event()  # from now on a little at a time
        self.numbers = itertools.count(1)
        self.failures = []

    def run(self, seconds, beside=None):
        """For some seconds; and calmly, until `beside()` has ended, where it is given: it runs at once."""
        jobs = [(self.send, number) for number in range(3)]
        jobs += [(self.use_imap, person) for person in BY_IMAP] + [(self.use_pop3, person) for person in BY_POP3]
        threads = [threading.Thread(target=self.attempt, args=job) for job in jobs]
        self.ledger.started = time.monotonic_ns()
        for thread in threads:
            thread.start()
        ended = time.monotonic() + seconds
        if beside is not None:
            time.sleep(seconds / 2)
            calming = threading.Timer(seconds / 2, self.calm.set)
            calming.start()
            beside()
            calming.join()
        self.stop.wait(max(0, ended - time.monotonic()))
        self.stop.set()
        for thread in threads:
            thread.join()
        self.ledger.ended = time.monotonic_ns()
        if self.failures:
            raise RuntimeError(f"the load failed: {self.failures[:3]}")

    def attempt(self, work, number):
        try:
            work(number, random.Random(f"{self.seed}-{work.__name__}-{number}"))
        except Exception as error:  # noqa: BLE001 - the server is healthy here: whatever goes wrong is a failure
            self.failures.append(f"{work.__name__} {number}: {type(error).__name__}: {error}")

    def message(self, key, chance):
        lines = chance.choice([5, 5, 50, 300, 3_000, 9_000])  # the last is over 128 KiB: it is spooled in a file
        body = "".join(f"{chance.random()}\r\n" for _ in range(lines))
        return letter(key, body=body, extra=f"X-Test-Id: {key}\r\n")

    def breathe(self, chance):
        if self.calm.is_set():
            self.stop.wait(chance.uniform(0.3, 0.9))

    def send(self, number, chance):
        with smtplib.SMTP(self.host, 25 + self.offset, timeout=30) as client:
            while not self.stop.is_set():
                self.breathe(chance)
                key = f"s{number}-{next(self.numbers)}"
                people = chance.sample(PEOPLE, chance.choice([1, 2, 3]))
                text = self.message(key, chance)
                arrival = self.ledger.arrives(people, key, text.encode())
                refused = client.sendmail("load@elsewhere.test", [user(person) for person in people], text)
                if refused:
                    raise Refused(f"RCPT {refused}")
                arrival.done()

    def use_imap(self, person, chance):
        session = imaplib.IMAP4(self.host, 143 + self.offset, timeout=30)
        session.login(user(person), self.password)
        session.select("INBOX")
        live, known = {}, 0
        while not self.stop.is_set():
            self.breathe(chance)
            key = f"a{person}-{next(self.numbers)}"
            text = self.message(key, chance).encode()
            arrival = self.ledger.arrives([person], key, text)
            expect(session.append("INBOX", None, None, text))
            arrival.done()
            known = self.notice(session, person, live, known)
            if live and not self.stop.is_set():
                self.touch(session, live, chance)
            if chance.random() < 0.3 and not self.stop.is_set():
                self.arrange(session, person, chance)
        session.logout()

    def notice(self, session, person, live, known):
        """Learns the UIDs of what is new."""
        answer = session.uid("FETCH", f"{known + 1}:*", "(UID BODY.PEEK[HEADER.FIELDS (X-TEST-ID)])")
        expect(answer)
        now, last = time.monotonic_ns(), known
        for row in answer[1]:
            if isinstance(row, tuple):
                uid = int(re.search(rb"UID (\d+)", row[0])[1])
                mail = self.ledger.mail[(person, re.search(rb"(?i)x-test-id: *(\S+)", row[1])[1].decode())]
                if uid > known:
                    mail.uid, mail.uid_seen = uid, now
                    if mail.removal is None:  # else it was refused, and may happen yet
                        live[uid] = mail
                    last = max(last, uid)
        return last

    def touch(self, session, live, chance):
        """Flags, expunges or moves some messages."""
        uids = chance.sample(sorted(live), min(len(live), chance.randint(1, 3)))
        words = ",".join(map(str, uids))
        what = chance.choice(["flag", "flag", "expunge", "move"])
        if what == "flag":
            self.flag(session, [live[uid] for uid in uids], words, chance.choice(FLAGS))
            return
        mails = [live.pop(uid) for uid in uids]
        if what == "expunge":
            self.flag(session, mails, words, "\\Deleted")
        change = Change("moved" if what == "move" else "expunged")
        for mail in mails:
            mail.removal = change
        expect(session.uid("MOVE", words, "Archive") if what == "move" else session.uid("EXPUNGE", words))
        change.done()

    def arrange(self, session, person, chance):
        """Makes a folder, fills, renames or deletes one. The client knows them as the last answer left them."""
        steps = self.ledger.folders.get(person, [])
        now = dict(next((after for change, after in reversed(steps) if change.acknowledged != NEVER), {}))
        what = chance.choice(["create", "fill", "rename", "delete"]) if now else "create"
        name = chance.choice(sorted(now)) if now else None
        if what == "create":
            name = f"f{next(self.numbers)}"
            self.change_folders(person, {**now, name: ()}, session.create, name)
        elif what == "fill":
            key = f"m{person}-{next(self.numbers)}"
            text = letter(key, extra=f"X-Test-Id: {key}\r\n").encode()
            self.change_folders(person, {**now, name: tuple(sorted((*now[name], key)))}, session.append, name, None, None, text)
        elif what == "rename":
            keys = now.pop(name)
            self.change_folders(person, {**now, name + "r": keys}, session.rename, name, name + "r")
        else:
            del now[name]
            self.change_folders(person, now, session.delete, name)

    def change_folders(self, person, after, verb, *arguments):
        change = Change("arranged")
        self.ledger.folder_changes(person, change, after)
        expect(verb(*arguments))
        change.done()

    def flag(self, session, mails, words, flag):
        change = Change(flag)
        for mail in mails:
            mail.flags.append(change)
        expect(session.uid("STORE", words, "+FLAGS", f"({flag})"))
        change.done()

    def use_pop3(self, person, chance):
        while not self.stop.is_set():
            session = poplib.POP3(self.host, 110 + self.offset, timeout=30)
            session.user(user(person))
            session.pass_(self.password)
            mails = []
            for number in chance.sample(range(1, session.stat()[0] + 1), min(session.stat()[0], chance.randint(0, 2))):
                header = b"\n".join(session.top(number, 0)[1])
                key = re.search(rb"(?i)x-test-id: *(\S+)", header)[1].decode()
                session.dele(number)
                mails.append(self.ledger.mail[(person, key)])
            change = Change("dele")
            for mail in mails:
                mail.removal = change
            session.quit()
            change.done()
            self.breathe(chance)
            self.stop.wait(chance.uniform(0, 0.1))


def expect(answer):
    if answer[0] != "OK":
        raise Refused(f"{answer[0]} {b' '.join(part for part in answer[1] if isinstance(part, bytes)).decode()}")
