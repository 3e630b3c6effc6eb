#!/usr/bin/env python3
"""Random IMAP clients that send several commands without waiting, on shared mailboxes, in the manner of imaptest's tracking mode.
`imap_mixed.py [SECONDS] [CLIENTS] [SEED]`.

Every few seconds there is a checkpoint: all clients stop, send NOOP or CHECK, and must then hold the same messages, UIDs and flags, which
must be what a new session sees. Checked meanwhile, besides what imap_stress.Client checks of every response:
  * tagged responses come in order; NO only where another client may be the cause; no answer to a question that was not asked;
  * between SELECT and its tagged OK: one EXISTS, no EXPUNGE, no news; UIDNEXT, UIDVALIDITY and HIGHESTMODSEQ never go back;
  * the UID is in every FETCH response of a UID command, and in unsolicited ones after ENABLE QRESYNC or IMAP4rev2;
  * a STORE that is not silent is answered for each message, and one with UNCHANGEDSINCE with the mod-sequence of each that passed; a
    silent one changes what is believed, and the checkpoint compares it;
  * a keyword that belongs to one client changes by that client's STOREs only, and SEARCH finds exactly its messages;
  * mod-sequences never go back; the same message with the same mod-sequence has the same flags for all, and as many bytes, the same
    date and the same identifier at all times; a UID that is gone never comes again;
  * SELECT with QRESYNC makes what was remembered complete.
"""
import collections
import random
import re
import sys
import threading
import time

from bed import Bed
from imap_stress import Client, Recent, Wrong

SHARED = ["\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded", "key1"]
ITEMS = ["(UID FLAGS)", "FLAGS", "(FLAGS MODSEQ)", "(UID RFC822.SIZE INTERNALDATE)", "(EMAILID UID FLAGS)", "(UID BODY.PEEK[])",
         "(ENVELOPE UID)", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)] FLAGS)", "(UID BODYSTRUCTURE)", "(BODY[TEXT]<0.20> UID)",
         "(UID BINARY.SIZE[1] PREVIEW)"]


class World:
    """What is true of each mailbox, whoever sees it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.numbers = {}   # (account, mailbox): (UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ)
        self.facts = {}     # (account, mailbox, uid, name): value
        self.gone = collections.defaultdict(set)

    def fact(self, message, name, value):
        with self.lock:
            known = self.facts.setdefault((*message, name), value)
        if known != value:
            raise Wrong(f"{message} had {name} {known!r}, now {value!r}")

    def opened(self, box, validity, uid_next, modseq):
        with self.lock:
            known = self.numbers.get(box, (validity, 0, 0))
            if known[0] != validity or known[1] > uid_next or known[2] > modseq:
                raise Wrong(f"{box} had UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ {known}, now {(validity, uid_next, modseq)}")

    def note(self, box, validity, uid_next, modseq):
        with self.lock:
            known = self.numbers.get(box, (validity, 0, 0))
            self.numbers[box] = (validity, max(known[1], uid_next), max(known[2], modseq))


class Command:
    """One command under way. `by`: "number", "uid" or "" for neither."""

    def __init__(self, text, by="", literal=None, **more):
        self.text, self.by, self.literal = text, by, literal
        self.word = text.split()[1] if by == "uid" or text.startswith("UID ") else text.split()[0]
        self.tag = None
        self.store = more.get("store")       # (mode, silent, flags, own)
        self.since = more.get("since")       # UNCHANGEDSINCE
        self.targets = more.get("targets")   # numbers, or UIDs by UID
        self.select = more.get("select")
        self.expected = more.get("expected")
        self.needed = set(self.targets or []) if self.store and (self.since or not self.store[1]) else set()
        self.touched = set()                 # UIDs whose flags were told since the run of STOREs came to its turn
        self.exists = 0
        self.codes = {}

    @property
    def fixes(self):
        return self.by == "number" and self.word in ("FETCH", "STORE", "SEARCH", "SORT", "THREAD")


class Pipelined(Client):
    first_user, accounts = 97, 2
    mailboxes = ["INBOX", "Archive"]

    def __init__(self, bed, number, seed, recent, world):
        self.world = world
        self.pending = collections.deque()
        self.own = {}          # (mailbox, uid): whether this client's keyword is set; only what is certain
        self.modseqs = {}
        self.toldrecent = 0
        self.saved = {}        # mailbox: (UIDVALIDITY, mod-sequence, {uid: flags})
        self.opened = None     # (UIDVALIDITY, HIGHESTMODSEQ) at SELECT
        self.sees = set()      # UIDs that were gone when this view was opened
        self.doubts = {}       # (mailbox, uid): what was odd of a message, which must then be gone
        self.keyword = f"$own{number}"
        self.notifies = number % 5 == 4
        self.knows_modseq = number % 5 in (1, 3)
        super().__init__(bed, number, seed, recent)

    # The wire

    def do(self, command, literal=None, fixed=False):
        if command.startswith(("LOGIN", "ENABLE", "NOTIFY")):
            return super().do(command, literal, fixed)
        return self.all([Command(command, literal=literal)])[0]

    def all(self, batch):
        """Sends commands in one go; returns their conditions."""
        text = b""
        for command in batch:
            self.tag += 1
            command.tag = f"t{self.tag}".encode()
            text += command.tag + b" " + command.text.encode()
            if command.literal is not None:
                text += b" {%d+}\r\n" % len(command.literal) + command.literal
            text += b"\r\n" + (b"DONE\r\n" if command.word == "IDLE" else b"")
            self.pending.append(command)
            self.commands += 1
        # In two pieces now and then: what is done together must not depend on how it arrives.
        cut = self.random.randrange(len(text)) if self.random.random() < 0.3 else len(text)
        self.send(text[:cut])
        if cut < len(text):
            self.send(text[cut:])
        conditions = []
        while self.pending:
            line = self.line()
            head = self.pending[0]
            if line.startswith(b"+ ") and head.word == "IDLE":
                continue
            if line.startswith(b"* "):
                self.fixed = head.fixes
                self.untagged(line)
                continue
            words = line.split(b" ", 2)
            if words[0] != head.tag:
                raise Wrong(f"{line[:100]!r} instead of the response to {head.tag} {head.text}")
            conditions.append(words[1].decode())
            self.answered(head, words[1], words[2])
            self.pending.popleft()
        self.fixed = False
        return conditions

    # Responses

    def box(self):
        return (self.account, self.selected[0])

    def untagged(self, line):
        head = self.pending[0] if self.pending else None
        found = re.match(rb"\* (?:\d+ )?([A-Z]+)", line)
        word = found.group(1) if found else b""
        if head:
            self.allowed(head, word, line)
        if head and head.select:
            self.opening(head, word, line)
        if word == b"EXPUNGE":
            self.left(int(line.split()[1]))
        before = None
        if word == b"VANISHED" and b"(EARLIER)" not in line and self.uids is not None:
            before = [uid for uid in self.uids if uid]
        if word == b"VANISHED" and b"(EARLIER)" in line and head and head.select:
            head.codes["VANISHED"] = self.set_of(line.split()[-1])
        super().untagged(line)
        if before is not None:
            self.gone(set(before) - set(self.uids))
        if word == b"RECENT":
            self.toldrecent = int(line.split()[1])
        if word == b"FETCH":
            self.fetched(head, line)
        if head and word in (b"SEARCH", b"ESEARCH"):
            self.searched(head, line)

    def allowed(self, head, word, line):
        """Data that answers a question, which must have been asked."""
        questions = {b"SEARCH": ["SEARCH"], b"ESEARCH": ["SEARCH", "SORT"], b"SORT": ["SORT"], b"THREAD": ["THREAD"],
                     b"STATUS": ["STATUS", "LIST"], b"LIST": ["LIST", "SELECT", "EXAMINE"], b"LSUB": ["LSUB"],
                     b"CAPABILITY": ["CAPABILITY"], b"ENABLED": ["ENABLE"]}
        if word in questions and head.word not in questions[word]:
            # NOTIFY tells of other mailboxes at any time.
            if not (self.notifies and word in (b"STATUS", b"LIST")):
                raise Wrong(f"{line[:100]!r} during {head.text}")
        if word == b"ESEARCH" and b'(TAG "' + head.tag + b'")' not in line:
            raise Wrong(f"{line[:100]!r} for {head.tag}")
        if word == b"SEARCH" and " RETURN (" in head.text:
            raise Wrong(f"{line[:100]!r} for {head.text}")

    def opening(self, head, word, line):
        """RFC 9051 §6.3.2: what SELECT tells is one state of the mailbox."""
        if line.startswith(b"* OK [CLOSED]"):
            head.is_after = True
        # Before SELECT is begun NOTIFY may still tell of the mailbox before.
        if self.notifies and not head.is_after:
            return
        if word == b"EXISTS":
            head.exists += 1
            if head.exists > 1:
                raise Wrong("a second EXISTS before SELECT is done")
        if word == b"EXPUNGE" or (word == b"VANISHED" and b"(EARLIER)" not in line):
            raise Wrong(f"{line[:60]!r} before SELECT is done")
        if word == b"FETCH" and "QRESYNC" not in head.text:
            raise Wrong(f"{line[:60]!r} before SELECT is done")
        code = re.match(rb"\* OK \[([A-Z]+) ?([^\]]*)\]", line)
        if code:
            head.codes[code.group(1).decode()] = code.group(2)
        if head.exists and word == b"FETCH" and "QRESYNC" in head.text:
            uid, flags = re.search(rb"UID (\d+)", line), re.search(rb"FLAGS \(([^)]*)\)", line)
            if not uid or not flags or b"MODSEQ (" not in line:
                raise Wrong(f"{line[:100]!r} in answer to QRESYNC")
            head.codes.setdefault("FETCH", {})[int(uid.group(1))] = set(flags.group(1).split()) - {b"\\Recent"}

    @staticmethod
    def set_of(text):
        uids = set()
        for part in text.split(b","):
            low, _, high = part.partition(b":")
            uids |= set(range(int(low), int(high or low) + 1))
        return uids

    @staticmethod
    def without_texts(line):
        """A response without what its strings say: that may look like anything."""
        kept, at = b"", 0
        for found in re.finditer(rb'"(?:[^"\\]|\\.)*"|\{(\d+)\}\r\n', line):
            if found.start() < at:
                continue
            kept += line[at:found.start()]
            at = found.end() + int(found.group(1) or 0)
        return kept + line[at:]

    def left(self, number):
        if self.uids and 0 < number <= len(self.uids) and self.uids[number - 1]:
            self.gone({self.uids[number - 1]})

    def gone(self, uids):
        if not self.selected:
            return
        with self.world.lock:
            self.world.gone[self.box()] |= uids
        for command in self.pending:
            if command.by == "uid":
                command.needed -= uids

    def fetched(self, head, line):
        number = int(line.split()[1])
        items = self.without_texts(line)
        uid = re.search(rb"[( ]UID (\d+)", items)
        # NOTIFY brings news of its own at any time.
        if not uid and not self.notifies:
            asked = head and head.by == "number" and head.word == "FETCH"
            if (head and head.by == "uid" and head.word in ("FETCH", "STORE")) or (self.modes and not asked):
                raise Wrong(f"no UID in {line[:100]!r} during {head and head.text}")
        flags = re.search(rb"FLAGS \(([^)]*)\)", items)
        modseq = re.search(rb"MODSEQ \((\d+)\)", items)
        for command in self.pending:
            if command.by == "number" and (flags or (modseq and command.store and command.store[1])):
                command.needed.discard(number)
        if not self.selected or self.uids is None or not self.uids[number - 1]:
            return
        known = self.uids[number - 1]
        if known in self.sees:
            raise Wrong(f"UID {known} was gone before this mailbox was opened")
        message = (*self.box(), known)
        if modseq:
            value = int(modseq.group(1))
            if value < self.modseqs.get(message, 0):
                raise Wrong(f"MODSEQ of {message} goes back from {self.modseqs[message]} to {value}")
            self.modseqs[message] = value
            if flags:
                self.world.fact(message, f"flags at {value}", frozenset(set(flags.group(1).split()) - {b"\\Recent"}))
        for name, pattern in [("size", rb"RFC822\.SIZE (\d+)"), ("date", rb'INTERNALDATE ("[^"]+")'), ("id", rb"EMAILID (\([^)]+\))")]:
            value = re.search(pattern, line if name == "date" else items)
            if value:
                self.world.fact(message, name, value.group(1))
        whole = re.search(rb"BODY\[\] \{(\d+)\}", line)
        if whole:
            self.world.fact(message, "size", whole.group(1))
        for command in self.pending:
            if command.by == "uid" and (flags or (modseq and command.store and command.store[1])):
                command.needed.discard(known)
        if flags:
            self.flags_told(known, flags.group(1).split())

    def flags_told(self, uid, flags):
        """This client's own keyword is as this client left it; STOREs under way take notice."""
        for command in self.pending:
            if not command.store:
                break
            command.touched.add(uid)
        key = (self.selected[0], uid)
        if any(command.store and command.store[3] and uid in command.store[3] for command in self.pending):
            return
        is_set = self.keyword.encode() in flags
        if self.own.setdefault(key, is_set) != is_set:
            # A STORE changes nothing of a message that somebody else has expunged (RFC 2180 §4.2); the checkpoint will tell.
            self.doubts[key] = f"{self.keyword} of {key} was {is_set}, and nobody else changes it"
            self.own[key] = is_set

    def searched(self, head, line):
        if head.expected is None or head.word != "SEARCH" or " RETURN (" in head.text:
            return
        numbers = re.search(rb"ALL (\S+)", line) if line.startswith(b"* ESEARCH") else None
        if line.startswith(b"* ESEARCH"):
            found = self.set_of(numbers.group(1)) if numbers else set()
        else:
            words = re.sub(rb"\(MODSEQ \d+\)", b"", line).split()[2:]
            if sorted(words, key=int) != words:
                raise Wrong(f"not in order: {line[:100]!r}")
            found = {int(word) for word in words}
        must, mustnot = head.expected
        for number in (must - found) | (mustnot & found):
            uid = self.uids[number - 1]
            self.doubts[(self.selected[0], uid)] = f"{head.text}: {line[:200]!r}, but it must find {must} and not {mustnot}"
            self.own.pop((self.selected[0], uid), None)

    def answered(self, head, condition, rest):
        if condition == b"BAD":
            raise Wrong(f"{head.text[:200]}: BAD {rest[:200]!r}")
        if condition == b"NO":
            self.noes += 1
            # By number only what others expunged may be missing (RFC 2180 §4); a silent STORE without a test does not complain of it.
            if head.word in ("FETCH", "COPY", "MOVE") and b"[EXPUNGEISSUED]" not in rest \
                    or head.word == "STORE" and (
                        head.by != "number" or head.store[1] and not head.since
                        or b"[EXPUNGEISSUED]" not in rest and b"[MODIFIED" not in rest) \
                    or head.word in ("SEARCH", "SORT", "THREAD", "NOOP", "CHECK", "EXPUNGE", "APPEND", "SELECT", "EXAMINE"):
                raise Wrong(f"{head.text[:200]}: NO {rest[:200]!r}")
        if head.store:
            self.stored(head, rest, condition == b"NO")
        if head.select:
            self.selected_now(head, rest)
        if head.word in ("CLOSE", "UNSELECT"):
            self.remember()
            self.forget()

    def stored(self, head, rest, some_are_gone):
        mode, silent, flags, own = head.store
        failed = re.search(rb"\[MODIFIED ([\d:,]+)\]", rest)
        failed = self.set_of(failed.group(1)) if failed else set()
        if failed and (not head.since or failed - set(head.targets)):
            raise Wrong(f"{head.text}: {rest[:100]!r}")
        missing = sorted(head.needed - failed)
        if missing and head.by == "number" and not some_are_gone:
            raise Wrong(f"{head.text} was not answered for {missing}")
        for name in missing:
            # Of what others have expunged nothing is said (RFC 2180 §4.2); the checkpoint will tell.
            uid = name if head.by == "uid" else self.uids[name - 1]
            self.doubts[(self.selected[0], uid)] = f"{head.text} was not answered for {name}"
        for uid in own or []:
            if (uid if head.by == "uid" else self.uids.index(uid) + 1) not in failed:
                self.own[(self.selected[0], uid)] = mode == "+"
        if not silent:
            return
        # The client works out what the flags are now; where they were told meanwhile it may not know which came first.
        named = {flag.encode() for flag in flags}
        for place in range(self.exists):
            uid = self.uids[place]
            name = uid if head.by == "uid" else place + 1
            if name not in head.targets or name in failed or self.told[place] is None:
                continue
            if uid is None or uid in head.touched:
                self.told[place] = None
            else:
                self.told[place] = self.told[place] | named if mode == "+" else self.told[place] - named
        if head.by == "uid" and None in self.uids:
            self.told = [None] * self.exists

    def forget(self):
        self.selected = None
        self.uids, self.exists, self.told = None, 0, []

    def remember(self):
        """What a client that knows QRESYNC keeps of a mailbox."""
        if self.modes == "qresync" and self.selected and self.opened and None not in self.uids and None not in self.told:
            self.saved[self.selected[0]] = (*self.opened, dict(zip(self.uids, self.told)))

    def selected_now(self, head, rest):
        name, word, gone, saved = head.select
        numbers = [int(head.codes[code]) for code in ("UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ")]
        if head.exists != 1 or int(head.codes.get("UNSEEN", 0)) > self.exists or self.toldrecent > self.exists:
            raise Wrong(f"SELECT told {head.exists} EXISTS, {head.codes}")
        self.sessions += 1
        self.selected = (name, word == "SELECT")
        if (b"[READ-WRITE]" in rest) != self.selected[1]:
            raise Wrong(f"{word}: {rest!r}")
        if numbers[0] != head.asked[0] and head.asked[0]:
            raise Wrong("UIDVALIDITY changed")
        if numbers[1] < head.asked[1] or numbers[2] < head.asked[2]:
            raise Wrong(f"UIDNEXT and HIGHESTMODSEQ were {head.asked[1:]}, now {numbers[1:]}")
        self.world.note(self.box(), *numbers)
        self.opened = (numbers[0], numbers[2])
        self.sees = gone
        self.uids = [None] * self.exists
        self.told = [None] * self.exists
        if saved:
            known = {uid: flags for uid, flags in saved[2].items() if uid not in head.codes.get("VANISHED", set())}
            known.update(head.codes.get("FETCH", {}))
            # With a set of known UIDs nothing is told of those that came behind it.
            more = self.exists - len(known)
            if more < 0 or (more and ":" not in head.text):
                raise Wrong(f"QRESYNC leaves {sorted(known)}, {self.exists} exist")
            self.uids = sorted(known) + [None] * more
            self.told = [known[uid] for uid in sorted(known)] + [None] * more

    # Commands

    def select_command(self):
        self.remember()
        name = self.random.choice(self.mailboxes)
        word = "SELECT" if self.random.random() < 0.85 else "EXAMINE"
        saved = self.saved.get(name) if self.random.random() < 0.7 else None
        text = f"{word} {name}"
        if saved:
            text += f" (QRESYNC ({saved[0]} {saved[1]}"
            text += f" 1:{max(saved[2])}" if saved[2] and self.random.random() < 0.5 else ""
            text += "))"
        with self.world.lock:
            gone = set(self.world.gone[(self.account, name)])
            asked = self.world.numbers.get((self.account, name), (0, 0, 0))
        command = Command(text, select=(name, word, gone, saved))
        command.asked = asked
        command.is_after = self.selected is None
        return command

    def change(self, by):
        """A STORE by number or by UID of some messages."""
        places = self.random.sample(range(self.exists), min(self.exists, self.random.randint(1, 5)))
        if by == "uid":
            places = [place for place in places if self.uids[place]]
            if not places:
                return Command("NOOP")
        targets = [self.uids[place] if by == "uid" else place + 1 for place in places]
        mode = self.random.choice("+-")
        silent = self.random.random() < 0.4
        flags = self.random.sample(SHARED, self.random.randint(1, 2))
        if self.random.random() < 0.2:
            flags, mode = ["\\Deleted"], "+"
        own = None
        if all(self.uids[place] for place in places) and self.random.random() < 0.5:
            own = {self.uids[place] for place in places}
            flags.append(self.keyword)
        since = None
        known = [self.modseqs.get((*self.box(), self.uids[place]), 0) for place in places if self.uids[place]]
        if self.knows_modseq and known and self.random.random() < 0.4:
            since = max(1, self.random.choice(known))
        head = "UID STORE" if by == "uid" else "STORE"
        text = f"{head} {','.join(map(str, targets))} {f'(UNCHANGEDSINCE {since}) ' if since else ''}"
        text += f"{mode}FLAGS{'.SILENT' if silent else ''} ({' '.join(flags)})"
        return Command(text, by, store=(mode, silent, flags, own), targets=targets, since=since)

    def question(self, by):
        head = "UID " if by == "uid" else ""
        pick = self.random.random()
        if pick < 0.5:
            # Nothing that is pending may change the answer.
            expected = None
            if not any(command.store or not command.fixes for command in self.batch):
                pairs = [(uid if by == "uid" else place + 1, self.own.get((self.selected[0], uid)))
                         for place, uid in enumerate(self.uids) if uid]
                expected = ({name for name, own in pairs if own}, {name for name, own in pairs if own is False})
            # A message that others have expunged is still searched by number, and is not by UID once it was told.
            if by == "uid":
                expected = None
            return Command(f"{head}SEARCH KEYWORD {self.keyword}", by, expected=expected)
        if pick < 0.7:
            return Command(f"{head}SEARCH RETURN ({self.random.choice(['MIN MAX', 'COUNT', 'ALL', 'SAVE', 'PARTIAL 1:5'])}) "
                           f"{self.random.choice(['UNSEEN', 'ALL', 'NOT DELETED', 'TEXT line'])}", by)
        if pick < 0.85:
            return Command(f"{head}SORT (REVERSE ARRIVAL) UTF-8 {self.random.choice(['ALL', 'SEEN'])}", by)
        return Command(f"{head}THREAD REFERENCES UTF-8 ALL", by)

    def by_number(self):
        pick = self.random.random()
        writable = self.selected[1]
        if pick < 0.45 and writable:
            return self.change("number")
        if pick < 0.85:
            return Command(f"FETCH {self.set()} {self.random.choice(ITEMS)}", "number")
        return self.question("number")

    def other(self):
        pick = self.random.random()
        writable = self.selected is not None and self.selected[1]
        if pick < 0.15 and self.crowd() < 60:
            flags = " ".join(self.random.sample(SHARED, 1) + [self.keyword] * self.random.randint(0, 1))
            return Command(f"APPEND {self.random.choice(self.mailboxes)} ({flags})", literal=self.message()[:4000])
        if pick < 0.25:
            return Command(self.random.choice(["NOOP", "CHECK", "IDLE", 'LIST "" *', "STATUS INBOX (MESSAGES UIDNEXT UNSEEN)",
                                               'LIST "" % RETURN (STATUS (MESSAGES HIGHESTMODSEQ))']))
        if self.selected is None or not self.exists:
            return Command("NOOP")
        if pick < 0.45:
            return Command(f"UID FETCH {self.uid_set()} {self.random.choice(ITEMS)}", "uid")
        if pick < 0.55:
            return self.question("uid")
        if not writable:
            return Command("NOOP")
        if pick < 0.78:
            return self.change("uid")
        if pick < 0.83 and self.crowd() < 60:
            return Command(f"UID COPY {self.random.choice([u for u in self.uids if u] or [1])} {self.random.choice(self.mailboxes)}", "uid")
        if pick < 0.88:
            return Command(f"UID MOVE {self.random.choice([u for u in self.uids if u] or [1])} {self.random.choice(self.mailboxes)}", "uid")
        if pick < 0.90:
            return Command(f"UID REPLACE {self.random.choice([u for u in self.uids if u] or [1])} {self.selected[0]} ()", "uid",
                           literal=self.message()[:4000])
        return Command(self.random.choice(["EXPUNGE", "EXPUNGE", "UID EXPUNGE " + self.uid_set()]))

    def crowd(self):
        return self.exists

    def step(self):
        if self.selected is None or self.random.random() < 0.05:
            if self.selected and self.random.random() < 0.3:
                self.all([Command(self.random.choice(["CLOSE", "UNSELECT"])), Command("NOOP")])
            # What follows SELECT uses no numbers that are not known yet.
            self.all([self.select_command()] + [Command("UID FETCH 1:* (FLAGS)", "uid")] * (self.random.random() < 0.9))
            return
        self.batch = []
        # RFC 9051 §5.5: commands by number only while nothing before them may remove messages.
        if self.exists:
            for _ in range(self.random.randint(0, 5)):
                self.batch.append(self.by_number())
            if self.random.random() < 0.1 and self.exists < 60:
                self.batch.append(Command(f"COPY {self.random.randint(1, self.exists)} {self.random.choice(self.mailboxes)}", "number"))
        for _ in range(self.random.randint(0 if self.batch else 1, 5)):
            self.batch.append(self.other())
        self.all(self.batch)


class Checkpoint:
    def __init__(self, bed, clients, recent, world):
        self.barrier = threading.Barrier(len(clients), timeout=120)
        self.bed, self.clients, self.recent, self.world = bed, clients, recent, world
        self.count = 0

    def reach(self, client):
        self.barrier.wait()
        client.do(client.random.choice(["NOOP", "CHECK"]) if client.selected else "NOOP")
        if self.barrier.wait() == 0:
            self.compare()
            self.count += 1
        self.barrier.wait()
        client.doubts.clear()

    def compare(self):
        groups = collections.defaultdict(list)
        for client in self.clients:
            if client.selected:
                groups[client.box()].append(client)
        for account in range(Pipelined.accounts):
            for name in Pipelined.mailboxes:
                self.compare_box((account, name), groups[(account, name)])

    def compare_box(self, box, group):
        truth = self.truth(box)
        there = {uid for uid, _ in truth}
        for client in self.clients:
            if client.account == box[0]:
                for (name, uid), words in client.doubts.items():
                    if name == box[1] and uid in there:
                        raise Wrong(f"checkpoint: client {client.number} {client.modes}: {words}; it is still there")
        recent = collections.Counter()
        for client in group:
            if client.exists != len(truth):
                raise Wrong(f"checkpoint: client {client.number} {client.modes} has {client.exists} messages in {box}, there are {len(truth)}")
            for place, (uid, flags) in enumerate(truth):
                if client.uids[place] not in (None, uid):
                    raise Wrong(f"checkpoint: client {client.number} in {box}: {place + 1} is {uid}, not {client.uids[place]}")
                told = client.told[place]
                if told is not None and told != flags:
                    raise Wrong(f"checkpoint: client {client.number} {client.modes} in {box}: UID {uid} has {flags}, told {told}")
            if client.modes != "rev2" and client.selected[1]:
                recent["told"] += client.toldrecent
        if recent["told"] > len(truth):
            raise Wrong(f"checkpoint: {recent['told']} \\Recent in {box}, {len(truth)} messages")

    def truth(self, box):
        """What a session sees that comes only now."""
        first = next(client for client in self.clients if client.account == box[0])
        fresh = Client.__new__(Pipelined)
        Pipelined.__init__(fresh, self.bed, 1000 + first.account, 1, self.recent, World())
        fresh.mailboxes = [box[1]]
        fresh.random = Examines()
        fresh.all([fresh.select_command(), Command("UID FETCH 1:* (FLAGS)", "uid")])
        found = list(zip(fresh.uids, fresh.told))
        fresh.sock.close()
        return found


class Examines(random.Random):
    """Chance that always says EXAMINE, and cuts nothing."""

    def random(self):
        return 0.99


def mixed(bed, seconds=20, count=10, seed=1):
    """`count` clients for `seconds`; raises with the first thing that was wrong."""
    recent, world = Recent(), World()
    clients = [Pipelined(bed, number, seed * 1000 + number, recent, world) for number in range(count)]
    checkpoint = Checkpoint(bed, clients, recent, world)
    faults = []
    started = time.monotonic()
    rounds = max(2, int(seconds / 3))

    def work(client):
        try:
            for turn in range(rounds):
                ends = started + seconds * (turn + 1) / rounds
                while time.monotonic() < ends and not faults:
                    client.step()
                checkpoint.reach(client)
        except threading.BrokenBarrierError:
            pass
        except Exception as error:  # noqa: BLE001
            faults.append((client, error))
            checkpoint.barrier.abort()

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 180)
    if faults:
        client, error = faults[0]
        words = b"\n".join(client.log[-60:]).decode(errors="replace")
        raise RuntimeError(f"client {client.number} {client.modes}: {type(error).__name__} {error}\n{words}")
    commands = sum(client.commands for client in clients)
    print(f"     {count} clients, {commands} commands, {checkpoint.count} checkpoints in {seconds} s, "
          f"{sum(client.noes for client in clients)} NO", flush=True)
    return commands


def ten_clients_that_do_not_wait(bed):
    mixed(bed)


CHECKS = [ten_clients_that_do_not_wait]

if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:]]
    with Bed("mixed") as own:
        mixed(own, *arguments)
