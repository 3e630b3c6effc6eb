"""kill9.py --mixed: the server is killed while it is talked to by SMTP, IMAP and POP3 at once, and keeps what it said it did.

Each person has one IMAP client and one POP3 client on the same INBOX. A message belongs to one of them (`i` or `p` before its
key), which alone changes it, one change after the other: so after the kill it is where the last acknowledged change left it, or
where the one change that was under way would have put it. Both clients see all messages, with their UIDs and unique ids.
"""
import collections
import contextlib
import imaplib
import itertools
import os
import poplib
import random
import re
import shutil
import smtplib
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import letter  # noqa: E402
from load import Refused, digest, expect, user  # noqa: E402
from office import HOST, PASSWORD, Server, mailbox  # noqa: E402
from ports import free_offset  # noqa: E402

PEOPLE = range(5)
SENDERS = range(4)
OTHER = {"INBOX": "Archive", "Archive": "INBOX"}
FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Draft", "$Label")
DELETED = "\\Deleted"
KINDS = ("delivered", "appended", "flagged", "copied", "moved", "expunged", "taken away")
MANY = 40  # messages of one client in one mailbox; from there on it removes more than comes
TROUBLE = (OSError, EOFError, smtplib.SMTPException, imaplib.IMAP4.error, poplib.error_proto, Refused)


class Mail:
    """One message of one person. A state is {mailbox: flags there}; while a change is under way there are two possible ones."""

    def __init__(self, text, state):
        self.digest = digest(text)
        self.possible = [{}, state]
        self.has_arrived = False
        self.uids = {}  # mailbox -> the UID that was told last

    @property
    def state(self):
        return self.possible[0]


class Ledger:
    """What was acknowledged, what is under way, and every number that a client was told."""

    def __init__(self):
        self.lock = threading.Lock()
        self.mail = {}  # (person, key) -> Mail
        self.unsure = {}  # key -> (people, text): sent by SMTP and not acknowledged
        self.keys = collections.defaultdict(dict)  # (person, mailbox) -> {UID: key}
        self.facts = collections.Counter()  # (person, mailbox, name) -> the highest that was told
        self.unique_ids = collections.defaultdict(dict)  # person -> {unique id: key}
        self.unique_id_of = collections.defaultdict(dict)  # person -> {UID in INBOX: unique id}
        self.counts = collections.Counter()  # of messages to which it happened, acknowledged, in this round
        self.all_kinds = threading.Event()

    def acknowledged(self, kind, count=1):
        with self.lock:
            self.counts[kind] += count
            if all(self.counts[one] for one in KINDS):
                self.all_kinds.set()

    def begins(self, people, key, text, state):
        for person in people:
            self.mail[(person, key)] = Mail(text, state)

    def arrived(self, person, key):
        """It was acknowledged, or somebody saw it: it is there from now on. Whoever saw it may have changed it since."""
        with self.lock:
            mail = self.mail[(person, key)]
            if not mail.has_arrived:
                mail.has_arrived = True
                mail.possible = mail.possible[1:]
        return mail

    @contextlib.contextmanager
    def change(self, kind, mails, after):
        """Around a command: it does to each of them what `after` does to its state."""
        for mail in mails:
            mail.possible = [mail.state, after(mail.state)]
        yield
        for mail in mails:
            mail.possible = mail.possible[1:]
        self.acknowledged(kind, len(mails))

    def told(self, person, box, uid, key):
        """A UID belongs to one message for ever."""
        known = self.keys[person, box].setdefault(uid, key)
        if known != key:
            raise AssertionError(f"{user(person)}, {box}: UID {uid} is {key} and was {known}")

    def told_unique_id(self, person, unique_id, key):
        known = self.unique_ids[person].setdefault(unique_id, key)
        if known != key:
            raise AssertionError(f"{user(person)}: unique id {unique_id} is {key} and was {known}")

    def told_fact(self, person, box, name, value):
        self.facts[person, box, name] = max(self.facts[person, box, name], value)

    def under_way(self):
        return sum(len(mail.possible) > 1 for mail in self.mail.values())


class Load:
    """The clients of one round; they end when the server is gone."""

    def __init__(self, server, ledger, seed):
        self.server, self.ledger, self.seed = server, ledger, seed
        self.killed = threading.Event()
        self.numbers = itertools.count()
        self.wrong = []
        self.threads = [
            threading.Thread(target=self.attempt, args=(work, number))
            for work, numbers in [(self.send, SENDERS), (self.use_imap, PEOPLE), (self.use_pop3, PEOPLE)] for number in numbers
        ]

    def run(self):
        """Starts them, and kills the server when each kind of command was acknowledged and a while is over."""
        for thread in self.threads:
            thread.start()
        if not self.ledger.all_kinds.wait(120):
            self.wrong.append(f"two minutes, and only this was acknowledged: {dict(self.ledger.counts)}")
        self.killed.wait(random.uniform(0, 2))
        self.killed.set()
        self.server.end()
        for thread in self.threads:
            thread.join()
        return self.wrong

    def attempt(self, work, number):
        try:
            work(number, random.Random(f"{self.seed}-{work.__name__}-{number}"))
        except TROUBLE as error:
            if not self.killed.is_set():
                self.wrong.append(f"{work.__name__} {number}: {type(error).__name__}: {error}")
        except Exception as error:  # noqa: BLE001 - something that no kill explains
            self.wrong.append(f"{work.__name__} {number}: {type(error).__name__}: {error}")

    def message(self, owner, chance):
        key = f"{owner}{self.seed}-{next(self.numbers)}"
        lines = chance.choice([5, 5, 5, 50, 50, 300, 9_000])  # the last is over 128 KiB: it is spooled in a file
        return key, letter(key, body="".join(f"{chance.random()}\r\n" for _ in range(lines)), extra=f"X-Test-Id: {key}\r\n")

    def send(self, _, chance):
        with smtplib.SMTP(HOST, 25 + self.server.offset, timeout=60) as client:
            while not self.killed.is_set():
                people = chance.sample(PEOPLE, chance.choice([1, 2, 3]))
                key, text = self.message(chance.choice("ip"), chance)
                self.ledger.begins(people, key, text.encode(), {"INBOX": frozenset()})
                self.ledger.unsure[key] = people, text
                deliver(client, self.ledger, key)
                self.ledger.acknowledged("delivered")

    # IMAP

    def use_imap(self, person, chance):
        session = self.server.imap(person)
        while not self.killed.is_set():
            self.visit(session, person, chance.choice(["INBOX", "INBOX", "Archive"]), chance)

    def visit(self, session, person, box, chance):
        """Opens a mailbox, learns what is there, and does some things to the messages of this client."""
        expect(session.select(box))
        for name in ("UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ"):
            self.ledger.told_fact(person, box, name, int(session.response(name)[1][0]))
        answer = session.uid("FETCH", "1:*", "(UID MODSEQ BODY.PEEK[HEADER.FIELDS (X-TEST-ID)])")
        expect(answer)
        self.learn_modseq(person, box, answer[1])
        mine = {}
        for row in answer[1]:
            if isinstance(row, tuple):
                uid = int(re.search(rb"UID (\d+)", row[0])[1])
                key = re.search(rb"(?i)x-test-id: *(\S+)", row[1])[1].decode()
                mail = self.learn(person, box, uid, key)
                if key.startswith("i"):
                    mine[uid] = mail
        for _ in range(chance.randint(3, 12)):
            if self.killed.is_set():
                return
            if not mine or chance.random() < 0.2:
                self.append(session, person, box, mine, chance)
            elif len(mine) > MANY or chance.random() < 0.2:
                self.expunge(session, person, box, mine, chance)
            else:
                chance.choice([self.flag, self.flag, self.copy, self.move])(session, person, box, mine, chance)

    def learn(self, person, box, uid, key):
        self.ledger.told(person, box, uid, key)
        mail = self.ledger.arrived(person, key)
        mail.uids[box] = uid
        return mail

    def learn_modseq(self, person, box, rows):
        for row in rows:
            words = row[0] if isinstance(row, tuple) else row or b""
            for value in re.findall(rb"MODSEQ \((\d+)\)", words):
                self.ledger.told_fact(person, box, "HIGHESTMODSEQ", int(value))

    def append(self, session, person, box, mine, chance):
        key, text = self.message("i", chance)
        flags = frozenset(chance.sample(FLAGS, chance.randint(0, 2)))
        self.ledger.begins([person], key, text.encode(), {box: flags})
        expect(session.append(box, f"({' '.join(flags)})", None, text.encode()))
        uid = int(session.response("APPENDUID")[1][0].split()[1])
        mine[uid] = self.learn(person, box, uid, key)
        self.ledger.acknowledged("appended")

    def flag(self, session, person, box, mine, chance):
        uids = chance.sample(sorted(mine), min(len(mine), chance.randint(1, 4)))
        verb, flags = chance.choice(["+FLAGS", "-FLAGS", "FLAGS"]), chance.sample(FLAGS, chance.randint(1, 2))
        self.store(session, person, box, [mine[uid] for uid in uids], uids, verb, flags)

    def store(self, session, person, box, mails, uids, verb, flags):
        def after(state):
            now = {"+FLAGS": state[box].union, "-FLAGS": state[box].difference, "FLAGS": frozenset}[verb](flags)
            return {**state, box: now}

        with self.ledger.change("flagged", mails, after):
            answer = session.uid("STORE", numbers(uids), verb, f"({' '.join(flags)})")
            expect(answer)
        self.learn_modseq(person, box, answer[1])

    def copy(self, session, person, box, mine, chance):
        self.transfer("COPY", "copied", session, person, box, mine, chance)

    def move(self, session, person, box, mine, chance):
        self.transfer("MOVE", "moved", session, person, box, mine, chance)

    def transfer(self, verb, kind, session, person, box, mine, chance):
        """Of those that are not in the other mailbox: one in a mailbox is enough to tell twice from once."""
        other = OTHER[box]
        free = [uid for uid in sorted(mine) if other not in mine[uid].state]
        uids = chance.sample(free, min(len(free), chance.randint(1, 4)))
        if not uids:
            return
        mails = {uid: mine[uid] for uid in uids}
        for mail in mails.values():
            mail.uids.pop(other, None)

        def after(state):
            return {other: state[box]} if verb == "MOVE" else {**state, other: state[box]}

        with self.ledger.change(kind, list(mails.values()), after):
            expect(session.uid(verb, numbers(uids), other))
        _, old, new = session.response("COPYUID")[1][0].split()
        for uid, copy in zip(numbers_in(old), numbers_in(new)):
            self.ledger.told(person, other, copy, self.ledger.keys[person, box][uid])
            mails[uid].uids[other] = copy
        if verb == "MOVE":
            for uid in uids:
                del mine[uid]

    def expunge(self, session, person, box, mine, chance):
        """Marks some, and removes these, or all that are marked."""
        uids = chance.sample(sorted(mine), min(len(mine), chance.randint(1, 4) + max(0, len(mine) - MANY)))
        self.store(session, person, box, [mine[uid] for uid in uids], uids, "+FLAGS", [DELETED])
        by_uid = chance.random() < 0.5
        if not by_uid:
            uids = [uid for uid in sorted(mine) if DELETED in mine[uid].state[box]]
        with self.ledger.change("expunged", [mine.pop(uid) for uid in uids], lambda state: without(state, box)):
            expect(session.uid("EXPUNGE", numbers(uids)) if by_uid else session.expunge())

    # POP3

    def use_pop3(self, person, chance):
        while not self.killed.is_set():
            session = pop3(self.server, person)
            mine = []
            for number, unique_id, key in maildrop(session, self.ledger.unique_ids[person]):
                self.ledger.told_unique_id(person, unique_id, key)
                mail = self.ledger.arrived(person, key)
                if key.startswith("p"):
                    mine.append((number, mail))
            for number, mail in chance.sample(mine, min(len(mine), chance.randint(0, 3))):
                if digest(b"\r\n".join(session.retr(number)[1]) + b"\r\n") != mail.digest:
                    raise AssertionError(f"RETR {number}: its body is not what was sent")
            gone = chance.sample(mine, min(len(mine), chance.randint(0, 3) + max(0, len(mine) - MANY)))
            for number, _ in gone:
                session.dele(number)
            if chance.random() < 0.2:
                session.close()  # without QUIT: they stay
                continue
            with self.ledger.change("taken away", [mail for _, mail in gone], lambda state: without(state, "INBOX")):
                session.quit()


def numbers(uids):
    return ",".join(map(str, uids))


def numbers_in(words):
    """The numbers of a set of UIDs, as it is written."""
    for part in words.decode().split(","):
        first, _, last = part.partition(":")
        yield from range(int(first), int(last or first) + 1)


def without(state, box):
    return {name: flags for name, flags in state.items() if name != box}


def deliver(client, ledger, key):
    """Sends a message by SMTP, and notes its acknowledgement."""
    people, text = ledger.unsure[key]
    refused = client.sendmail("load@elsewhere.test", [user(person) for person in people], text)
    if refused:
        raise Refused(f"RCPT {refused}")
    for person in people:
        ledger.arrived(person, key)
    del ledger.unsure[key]


def pop3(server, person):
    """A session with the maildrop open. One that was just left without QUIT may hold it a moment longer."""
    deadline = time.monotonic() + 30
    while True:
        session = poplib.POP3(HOST, 110 + server.offset, timeout=60)
        try:
            session.user(user(person))
            session.pass_(PASSWORD)
            return session
        except poplib.error_proto as error:
            session.close()
            if "[IN-USE]" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def maildrop(session, known):
    """(number, unique id, key) of each message; `known`: {unique id: key} that need not be looked at again."""
    for line in session.uidl()[1]:
        number, unique_id = line.decode().split()
        key = known.get(unique_id)
        if key is None:
            try:
                header = b"\n".join(session.top(int(number), 0)[1])
            except poplib.error_proto as error:
                if isinstance(error.args[0], str):  # poplib's own words: the connection ended
                    raise
                continue  # the IMAP client was quicker
            key = re.search(rb"(?i)x-test-id: *(\S+)", header)[1].decode()
        yield int(number), unique_id, key


class Look:
    """One look at a person's mail after the restart: its complaints, and what is there."""

    def __init__(self, server, ledger, person):
        self.ledger, self.person = ledger, person
        self.wrong = []
        self.places = collections.defaultdict(dict)  # key -> {mailbox: flags}
        self.uids = collections.defaultdict(dict)  # key -> {mailbox: UID}
        session = server.imap(person)
        for box in OTHER:
            self.look_into(session, box)
        session.logout()
        self.look_at_maildrop(server)
        for (owner, key), mail in ledger.mail.items():
            if owner == person and self.places.get(key, {}) not in mail.possible:
                self.wrong.append(f"{key}: it is {shown(self.places.get(key, {}))}, "
                                  f"it should be {' or '.join(map(shown, mail.possible))}")

    def look_into(self, session, box):
        messages, next_uid = mailbox(session, box)
        now = {"UIDNEXT": next_uid}
        for name in ("UIDVALIDITY", "HIGHESTMODSEQ"):
            now[name] = int(session.response(name)[1][0])
        for name, value in now.items():
            told = self.ledger.facts[self.person, box, name]
            if value < told or (name == "UIDVALIDITY" and told and value != told):
                self.wrong.append(f"{box}: {name} is {value} and was {told}")
            self.ledger.told_fact(self.person, box, name, value)
        for key, uid, flags, found, _ in messages:
            mail = self.ledger.mail.get((self.person, key))
            if mail is None:
                self.wrong.append(f"{key}: nobody sent it")
                continue
            if box in self.places[key]:
                self.wrong.append(f"{key}: it is in {box} twice")
            if found != mail.digest:
                self.wrong.append(f"{key}: its body is not what was sent")
            if mail.uids.get(box, uid) != uid:
                self.wrong.append(f"{key}: its UID in {box} was {mail.uids[box]} and is {uid}")
            self.note(self.ledger.told, self.person, box, uid, key)
            self.places[key][box] = frozenset(flags - {"\\Recent"})
            self.uids[key][box] = uid
        told = max(self.ledger.keys[self.person, box], default=0)
        if told >= next_uid:
            self.wrong.append(f"{box}: UID {told} was told, UIDNEXT is {next_uid}")

    def look_at_maildrop(self, server):
        session = pop3(server, self.person)
        keys = []
        for _, unique_id, key in maildrop(session, {}):
            keys.append(key)
            self.note(self.ledger.told_unique_id, self.person, unique_id, key)
            uid = self.uids[key].get("INBOX")
            known = self.ledger.unique_id_of[self.person].setdefault(uid, unique_id)
            if uid and known != unique_id:
                self.wrong.append(f"{key}: its unique id was {known} and is {unique_id}")
        session.quit()
        if sorted(keys) != sorted(key for key, place in self.places.items() if "INBOX" in place):
            self.wrong.append("POP3 shows other messages than IMAP")

    def note(self, told, *arguments):
        try:
            told(*arguments)
        except AssertionError as error:
            self.wrong.append(str(error))

    def settle(self):
        """What is there now is the state from which the next round goes on."""
        for (owner, key), mail in self.ledger.mail.items():
            place = self.places.get(key, {})
            # One that was never acknowledged may still come: its filing for several people goes on after the start.
            if owner == self.person and (mail.has_arrived or place):
                mail.has_arrived, mail.possible, mail.uids = True, [place], dict(self.uids[key])


def shown(place):
    return " and ".join(f"in {box} ({' '.join(sorted(flags))})" for box, flags in sorted(place.items())) or "nowhere"


def judge(server, ledger, person):
    """Complaints about one person's mail. Mail for several people may be filed a little after the start."""
    deadline = time.monotonic() + 20
    while True:
        look = Look(server, ledger, person)
        if not look.wrong or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    look.settle()
    return [f"{user(person)}: {one}" for one in look.wrong]


class Rounds:
    """Rounds on one data folder: what one leaves is what the next begins with."""

    def __init__(self, resend):
        self.resend = resend
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="barid-mixed-"))
        self.data = os.path.join(self.folder, "office")
        os.mkdir(self.data)
        self.ledger = Ledger()
        self.server = Server(self.data, free_offset())

    def one(self, number):
        self.ledger.counts.clear()
        self.ledger.all_kinds.clear()
        wrong = Load(self.server, self.ledger, f"r{number}").run()
        counts, under_way = dict(self.ledger.counts), self.ledger.under_way()
        started = time.monotonic()
        self.server = Server(self.data, self.server.offset)
        up = time.monotonic() - started
        if self.resend:
            with smtplib.SMTP(HOST, 25 + self.server.offset, timeout=60) as client:
                for key in list(self.ledger.unsure):
                    deliver(client, self.ledger, key)
        self.ledger.unsure.clear()
        wrong += [one for person in PEOPLE for one in judge(self.server, self.ledger, person)] + self.server.verify()
        done = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if kind in counts)
        print(f"  acknowledged {done}; under way {under_way}; up again in {up:.2f} s; wrong {len(wrong)}", flush=True)
        assert not wrong, "\n  ".join([f"folder {self.folder}", *wrong[:12], self.server.words()[-1000:]])

    def end(self, keeps):
        self.server.end()
        if not keeps:
            shutil.rmtree(self.folder)


def mixed(tally, count, resend):
    rounds = Rounds(resend)
    try:
        for number in range(count):
            tally.check(f"kill9: mixed round {number + 1}", rounds.one, number)
    finally:
        rounds.end(keeps=tally.failed)
