#!/usr/bin/env python3
"""Many random IMAP clients on few mailboxes, as Dovecot's imaptest does it: every untagged response is checked against what the
client must believe, and at the end all clients of a mailbox must see the same. `imap_stress.py [SECONDS] [CLIENTS] [SEED]`.

What is checked: EXISTS never shrinks by itself; EXPUNGE names a message that is there; a FETCH response's UID is the one that this
number has; UIDs ascend and are never given out twice; numbers stay fixed during FETCH, STORE and SEARCH by number; VANISHED names
known UIDs; no BAD, and NO only where another client may be the cause; a keyword is named by FLAGS before a message has it; \Recent
is one session's alone, and RECENT counts it; the flags that a client was told are those that the messages have in the end.
"""
import random
import re
import socket
import sys
import threading
import time

from bed import Bed, letter

MAILBOXES = ["INBOX", "Sent", "Archive"]
FLAGS = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Forwarded", "key1", "key2"]


class Wrong(Exception):
    pass


class Recent:
    """Which session saw which message as \Recent (RFC 3501 §2.3.2)."""

    def __init__(self):
        self.lock = threading.Lock()
        self.owners = {}

    def note(self, message, session):
        with self.lock:
            owner = self.owners.setdefault(message, session)
        if owner != session:
            raise Wrong(f"{message} is \\Recent for {owner} and for {session}")


class Client:
    # The users of the bed that share mailboxes, and these.
    first_user, accounts = 0, 3
    mailboxes = MAILBOXES

    def __init__(self, bed, number, seed, recent):
        self.recent = recent
        self.account = number % self.accounts
        self.sessions = 0
        self.told = []        # flags by message number - 1; None: not known
        self.names = set()    # what FLAGS named
        self.random = random.Random(seed)
        self.number = number
        self.sock = socket.create_connection((bed.host, bed.port("IMAP")), timeout=120)
        self.file = self.sock.makefile("rb")
        self.tag = 0
        self.uids = None      # by message number - 1; None: not told yet
        self.exists = 0
        self.selected = None
        self.fixed = False    # numbers must not change now
        self.commands = 0
        self.noes = 0
        self.log = []
        self.modes = ""
        self.file.readline()
        self.do(f'LOGIN {bed.user(self.first_user + self.account)} {bed.password}')
        kind = number % 5
        if kind == 1:
            self.do("ENABLE QRESYNC")
            self.modes = "qresync"
        elif kind == 2:
            self.do("ENABLE IMAP4rev2")
            self.modes = "rev2"
        elif kind == 3:
            self.do("ENABLE CONDSTORE")
        elif kind == 4:
            self.do("NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) "
                    "(personal (MessageNew MessageExpunge FlagChange MailboxName))")

    # The wire

    def line(self):
        """One response, literals included."""
        text = b""
        while True:
            line = self.file.readline()
            if not line.endswith(b"\n"):
                raise Wrong(f"end of connection after {text[-100:]!r}")
            text += line
            found = re.search(rb"\{(\d+)\}\r\n$", line)
            if not found:
                self.log = (self.log + [b"S: " + text[:150]])[-60:]
                return text[:-2]
            text += self.file.read(int(found.group(1)))

    def send(self, data):
        if isinstance(data, str):
            data = data.encode()
        self.log = (self.log + [b"C: " + data[:150]])[-60:]
        self.sock.sendall(data)

    def do(self, command, literal=None, fixed=False):
        """One command; returns its condition; BAD is wrong."""
        self.tag += 1
        tag = f"t{self.tag}".encode()
        if literal is not None:
            self.send(tag + b" " + command.encode() + b" {%d+}\r\n" % len(literal) + literal + b"\r\n")
        else:
            self.send(tag + b" " + command.encode() + b"\r\n")
        self.commands += 1
        self.fixed = fixed
        while True:
            line = self.line()
            if line.startswith(tag + b" "):
                self.fixed = False
                words = line.split(b" ", 2)
                if words[1] == b"BAD":
                    raise Wrong(f"{command[:200]}: {line[:200]!r}")
                if words[1] == b"NO":
                    self.noes += 1
                return words[1].decode()
            if line.startswith(b"+"):
                return "+"
            self.untagged(line)

    # What the client believes

    def untagged(self, line):
        if not line.startswith(b"* "):
            raise Wrong(f"not a response: {line[:200]!r}")
        found = re.match(rb"\* (\d+) (EXISTS|EXPUNGE|FETCH|RECENT)", line)
        if found:
            number, word = int(found.group(1)), found.group(2)
            if word == b"EXISTS":
                if number < self.exists:
                    raise Wrong(f"EXISTS shrinks from {self.exists} to {number}")
                self.exists = number
                if self.uids is not None:
                    self.uids += [None] * (number - len(self.uids))
                self.told += [None] * (number - len(self.told))
            elif word == b"EXPUNGE":
                if self.fixed:
                    raise Wrong("EXPUNGE during a command by number")
                if self.modes == "qresync":
                    raise Wrong("EXPUNGE after ENABLE QRESYNC")
                if not 1 <= number <= self.exists:
                    raise Wrong(f"EXPUNGE {number} of {self.exists}")
                self.exists -= 1
                del self.told[number - 1]
                if self.uids is not None:
                    del self.uids[number - 1]
            elif word == b"FETCH":
                if not 1 <= number <= self.exists:
                    raise Wrong(f"FETCH {number} of {self.exists}")
                uid = re.search(rb"[( ]UID (\d+)", line[:line.find(b"BODY[")] if b"BODY[" in line else line)
                if uid:
                    self.learn(number, int(uid.group(1)))
                self.flagged(number, line)
            elif word == b"RECENT" and self.modes == "rev2":
                raise Wrong("RECENT after ENABLE IMAP4rev2")
            elif word == b"RECENT" and number > self.exists:
                raise Wrong(f"RECENT {number} of {self.exists}")
            return
        if line.startswith(b"* FLAGS ("):
            self.names = set(line[9:-1].split())
            return
        if line.startswith(b"* OK [CLOSED]"):
            self.uids, self.exists, self.told = None, 0, []
        if line.startswith(b"* VANISHED (EARLIER)"):
            return
        if line.startswith(b"* VANISHED "):
            if self.fixed:
                raise Wrong("VANISHED during a command by number")
            for part in line[11:].split(b","):
                low, _, high = part.partition(b":")
                for uid in range(int(low), int(high or low) + 1):
                    if self.uids is not None:
                        self.vanish(uid)
            return
        if line.startswith(b"* BYE"):
            raise Wrong(f"{line[:200]!r}")
        if line.startswith(b"* SEARCH") and self.modes == "rev2":
            raise Wrong("SEARCH after ENABLE IMAP4rev2")

    def vanish(self, uid):
        """A message whose number is not known yet stands between its neighbours."""
        at = next((at for at, known in enumerate(self.uids) if known and known >= uid), len(self.uids))
        if at < len(self.uids) and self.uids[at] == uid:
            del self.uids[at], self.told[at]
        elif at > 0 and self.uids[at - 1] is None:
            # Of several unknown neighbours it may be any: what was told of their numbers belongs to nobody for sure.
            first = next((back for back in range(at - 1, 0, -1) if self.uids[back - 1] is not None), 0)
            del self.uids[at - 1], self.told[at - 1]
            self.told[first:at - 1] = [None] * (at - 1 - first)
        else:
            raise Wrong(f"VANISHED {uid}, which is not here")
        self.exists -= 1

    def flagged(self, number, line):
        """The FLAGS of a FETCH response."""
        found = re.search(rb"FLAGS \(([^)]*)\)", line.split(b"{", 1)[0])
        if not found:
            return
        flags = set(found.group(1).split())
        for flag in flags:
            if not flag.startswith(b"\\") and flag not in self.names:
                raise Wrong(f"{flag!r} was not in FLAGS")
        self.told[number - 1] = flags - {b"\\Recent"}
        if b"\\Recent" in flags and self.selected and self.selected[1] and self.uids and self.uids[number - 1]:
            message = (self.account, self.selected[0], self.uids[number - 1])
            self.recent.note(message, (self.number, self.sessions))

    def forget_flags(self):
        """After .SILENT the client would have to work out what they are."""
        self.told = [None] * self.exists

    def learn(self, number, uid):
        if self.uids is None:
            return
        known = self.uids[number - 1]
        if known is not None and known != uid:
            raise Wrong(f"message {number} had UID {known}, now {uid}")
        self.uids[number - 1] = uid
        before = next((self.uids[at] for at in range(number - 2, -1, -1) if self.uids[at]), 0)
        after = next((self.uids[at] for at in range(number, len(self.uids)) if self.uids[at]), 1 << 33)
        if not before < uid < after:
            raise Wrong(f"UID {uid} at {number} between {before} and {after}")

    # Commands

    def select(self, name=None):
        # Until CLOSED everything is still about the mailbox before (RFC 9051 §7.1).
        self.selected = None
        name = name or self.random.choice(MAILBOXES)
        word = "SELECT" if self.random.random() < 0.9 else "EXAMINE"
        self.sessions += 1
        if self.do(f"{word} {name}") == "OK":
            self.selected = (name, word == "SELECT")
            self.uids = [None] * self.exists
            if self.exists:
                self.do("FETCH 1:* (UID)", fixed=True)
        else:
            self.uids, self.exists, self.told = None, 0, []

    def set(self):
        first = self.random.randint(1, self.exists)
        if self.random.random() < 0.5:
            return str(first)
        return f"{first}:{self.random.randint(1, self.exists)}"

    def uid_set(self):
        known = [uid for uid in self.uids if uid]
        if not known:
            return "1:*"
        first = self.random.choice(known)
        return self.random.choice([str(first), f"{first}:*", f"{first}:{self.random.choice(known)}"])

    def message(self):
        size = self.random.choice([20, 200, 2000, 20000])
        body = "".join(self.random.choice(["line of text\r\n", "سطر\r\n", "\r\n"]) for _ in range(size // 10))
        return letter(f"{self.number}-{self.tag}-{self.random.random()}", f"subject {self.tag}", body).encode()

    def flags(self):
        return " ".join(self.random.sample(FLAGS, self.random.randint(1, 3)))

    def step(self):
        pick = self.random.random()
        if self.selected is None or pick < 0.03:
            return self.select()
        writable = self.selected[1]
        if pick < 0.18:
            return self.do(f"APPEND {self.random.choice(MAILBOXES)} ({self.flags()})", self.message())
        if pick < 0.22:
            return self.do(f"STATUS {self.random.choice(MAILBOXES)} (MESSAGES UIDNEXT UNSEEN SIZE DELETED)")
        if pick < 0.25:
            return self.idle()
        if pick < 0.30:
            return self.do(self.random.choice(["NOOP", "CHECK", 'LIST "" *', 'LIST "" * RETURN (STATUS (MESSAGES))', "NAMESPACE"]))
        if pick < 0.33:
            name = f"tmp/{self.random.randint(1, 5)}"
            return self.do(self.random.choice(["CREATE " + name, "DELETE " + name, f"RENAME {name} {name}x", f"DELETE {name}x",
                                               "SUBSCRIBE " + name, "UNSUBSCRIBE " + name]))
        if pick < 0.35:
            return self.do(f"SETMETADATA {self.random.choice(MAILBOXES)} (/private/comment \"{self.tag}\")")
        if not self.exists:
            return self.do("NOOP")
        if pick < 0.50:
            items = self.random.choice(["FLAGS", "(UID FLAGS)", "ALL", "FULL", "(UID ENVELOPE BODYSTRUCTURE)", "(UID BODY.PEEK[])",
                                        "(BODY.PEEK[HEADER.FIELDS (SUBJECT)] UID)", "(UID BODY[TEXT]<0.50>)", "(UID BINARY[1])",
                                        "(RFC822.SIZE INTERNALDATE UID)", "(UID PREVIEW EMAILID SAVEDATE)"])
            if self.random.random() < 0.5:
                return self.do(f"UID FETCH {self.uid_set()} {items}")
            return self.do(f"FETCH {self.set()} {items}", fixed=True)
        if pick < 0.60:
            key = self.random.choice(["ALL", "SEEN", "UNDELETED", "SUBJECT subject", "TEXT line", "OR FLAGGED KEYWORD key1",
                                      "LARGER 1000", "NOT ANSWERED SINCE 1-Jan-2020"])
            uid = self.random.random() < 0.5
            returns = self.random.choice(["", "", "RETURN (MIN MAX COUNT) ", "RETURN (ALL SAVE) "])
            return self.do(f"{'UID ' if uid else ''}SEARCH {returns}{key}", fixed=not uid)
        if not writable:
            return self.do("NOOP")
        if pick < 0.80:
            mode = self.random.choice(["+FLAGS", "-FLAGS", "FLAGS", "+FLAGS.SILENT", "-FLAGS.SILENT"])
            if self.random.random() < 0.5:
                condition = self.do(f"UID STORE {self.uid_set()} {mode} ({self.flags()})")
            else:
                condition = self.do(f"STORE {self.set()} {mode} ({self.flags()})", fixed=True)
            if mode.endswith("SILENT"):
                self.forget_flags()
            return condition
        if pick < 0.86:
            return self.do(f"UID COPY {self.uid_set()} {self.random.choice(MAILBOXES)}" if self.exists < 150 else "NOOP")
        if pick < 0.90:
            return self.do(f"UID MOVE {self.uid_set()} {self.random.choice(MAILBOXES)}")
        if pick < 0.93:
            return self.do(f"UID REPLACE {(self.random.choice([u for u in self.uids if u] or [1]))} "
                           f"{self.random.choice(MAILBOXES)} ({self.flags()})", self.message())
        if pick < 0.97:
            return self.do(self.random.choice(["EXPUNGE", "UID EXPUNGE " + self.uid_set()]))
        self.do(self.random.choice(["CLOSE", "UNSELECT"]))
        self.selected = None
        self.uids, self.exists, self.told = None, 0, []
        return None

    def beliefs(self):
        """What the client must think of its mailbox when it has heard everything: (name, UIDs, flags); None where nothing is selected."""
        if not self.selected:
            return None
        self.do("NOOP")
        return self.selected[0], list(self.uids), [self.told[at] for at in range(self.exists)]

    def idle(self):
        if self.do("IDLE") != "+":
            return
        time.sleep(self.random.random() / 20)
        self.send("DONE\r\n")
        tag = f"t{self.tag}".encode()
        while True:
            line = self.line()
            if line.startswith(tag + b" OK"):
                return
            self.untagged(line)

    def view(self, name):
        """What the client sees of a mailbox in the end."""
        self.selected = None
        self.do(f"EXAMINE {name}")
        self.uids = [None] * self.exists
        seen = []
        if self.exists:
            self.tag += 1
            tag = f"t{self.tag}".encode()
            self.send(tag + b" UID FETCH 1:* (FLAGS)\r\n")
            while True:
                line = self.line()
                if line.startswith(tag + b" "):
                    break
                self.untagged(line)
                found = re.match(rb"\* \d+ FETCH \((.*)\)$", line)
                if found:
                    uid = re.search(rb"UID (\d+)", line).group(1)
                    flags = sorted(set(re.search(rb"FLAGS \(([^)]*)\)", line).group(1).split()) - {b"\\Recent"})
                    seen.append((int(uid), flags))
        return seen


def compare(client, belief, truth):
    """What a client was told against what is there."""
    if belief is None:
        return
    name, uids, flags = belief
    view = truth[name]
    if len(uids) != len(view):
        raise RuntimeError(f"client {client.number} knows {len(uids)} messages of {name}, there are {len(view)}")
    for at, (uid, there) in enumerate(view):
        if uids[at] not in (None, uid):
            raise RuntimeError(f"client {client.number} in {name}: message {at + 1} is {uid}, not {uids[at]}")
        if flags[at] is not None and sorted(flags[at]) != there:
            raise RuntimeError(f"client {client.number} {client.modes} in {name}: UID {uid} has {there}, told was {flags[at]}")


def stress(bed, seconds=20, count=24, seed=1):
    """`count` clients for `seconds`; raises with the first thing that was wrong."""
    recent = Recent()
    clients = [Client(bed, number, seed * 1000 + number, recent) for number in range(count)]
    faults = []
    ends = time.monotonic() + seconds

    def work(client):
        try:
            while time.monotonic() < ends and not faults:
                client.step()
        except Exception as error:  # noqa: BLE001
            faults.append((client, error))

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 180)
    if faults:
        client, error = faults[0]
        words = b"".join(client.log[-45:]).decode(errors="replace")
        raise RuntimeError(f"client {client.number} {client.modes}: {type(error).__name__} {error}\n{words}")
    for account in range(3):
        same = [client for client in clients if client.number % 3 == account]
        beliefs = [client.beliefs() for client in same]
        truth = {name: same[0].view(name) for name in MAILBOXES}
        for client, belief in zip(same, beliefs):
            compare(client, belief, truth)
        for name in MAILBOXES:
            views = [client.view(name) for client in same]
            for client, view in zip(same, views):
                if view != views[0]:
                    raise RuntimeError(f"client {client.number} sees {name} otherwise: {view} and {views[0]}")
    commands = sum(client.commands for client in clients)
    print(f"     {count} clients, {commands} commands in {seconds} s, {sum(c.noes for c in clients)} NO", flush=True)
    return commands


def twenty_four_random_clients(bed):
    stress(bed)


CHECKS = [twenty_four_random_clients]

if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:]]
    with Bed("stress") as own:
        stress(own, *arguments)
