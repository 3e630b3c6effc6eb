"""The dialogues that the RFCs of the advertised extensions print, played over TCP: each command gets the condition that the RFC shows
(OK, NO or BAD), in a mailbox made ready for it. What cannot be the same is in `REASONS`."""
import os
import re
import socket

from bed import ROOT, letter

# Of what is advertised; the others are parsed only (Tests/IMAPTests/DialogueTests).
FILES = [
    "rfc2342", "rfc2683", "rfc3348", "rfc3502", "rfc4731", "rfc5032", "rfc5161", "rfc5162", "rfc5182", "rfc5258", "rfc5464",
    "rfc5465", "rfc5530", "rfc5819", "rfc6154", "rfc6851", "rfc7162", "rfc7888", "rfc7889", "rfc8438", "rfc8440", "rfc8457", "rfc8474",
    "rfc8508", "rfc8514", "rfc8970", "rfc9051", "rfc9208",
]

# File, beginning of the command (after its tag), why the answer is another one.
REASONS = [
    ("", "LOGOUT", "ends the connection: Tests/Resources/transcripts has it"),
    ("", "STARTTLS", "the connection has TLS already"),
    ("", "LOGIN", "the player is logged in"), ("", "AUTHENTICATE", "the player is logged in"), ("", "AUTH", "the same"),
    ("", "COMPRESS", "test_imap_extensions speaks it"),
    ("", "IDLE", "waits for DONE: transcripts have it"),
    ("", "SETQUOTA", "nobody raises his own quota here: NO [NOPERM], as the RFC allows"),
    ("", "GETQUOTA \"#user", "the root's name is the empty one here"), ("", "GETQUOTA \"!part", "the same"),
    ("rfc9051", "XPIG-LATIN", "the example of a capability of somebody else's"),
    ("rfc9051", "CREATE \"Foo Bar\" (USE", "no such use here"),
    ("rfc6154", "CREATE MyDrafts", "there is a mailbox with this use already"),
    ("rfc6154", "GETMETADATA", "uses are no annotations here"), ("rfc6154", "SETMETADATA", "the same"),
    ("rfc6154", "CREATE MySecret", "there is a mailbox with this use already"), ("rfc8457", "", "\\Important is not offered"),
    ("rfc5819", "LIST (SUBSCRIBED RECURSIVEMATCH)\"\"", "no space, against the ABNF"),
    ("rfc5464", "GETMETADATA \"INBOX\" /private/comment /shared", "no parentheses, against the ABNF"),
    ("rfc5464", "SETMETADATA INBOX (/private/comment {33}", "the octets are not printed"),
    ("rfc5464", "SETMETADATA INBOX (/private/comment \"My new comment\")", "shows too many annotations"),
    ("rfc2683", "FETCH 1 UID", "no parentheses, against every grammar"), ("rfc2683", "FETCH 2 UID", "the same"),
    ("rfc5182", "SEARCH CHARSET KOI8-R", "KOI8-R is known here"),
    ("rfc9051", "SEARCH RETURN (SAVE) CHARSET KOI8-R", "the same"),
    ("rfc7162", "SORT", "transcripts of SORT have it"),
    ("", "LIST \"\" \"#Users", "the example of a namespace that may not be listed; here are none"),
    ("rfc2683", "UID STORE 382", "the message was expunged there"), ("rfc2683", "DELETE BANANA", "holds others there"),
    ("rfc2683", "CLOSE", "selected by lines that the set leaves out"), ("rfc2683", "SELECT BANANA", "the same"),
    ("rfc2683", "STORE 1:* +FLAGS.SILENT", "the same"),
    ("rfc5465", "SEARCH RETURN (COUNT UPDATE", "CONTEXT=SEARCH is not offered"),
    ("", "SELECT INBOX (QRESYNC (67890007 90060115194045000 1:29997 (5000", "folded within a set"),
    ("", "SELECT INBOX (QRESYNC (67890007 90060115194045000 41,43", "folded within a set"),
    ("rfc5530", "SELECT INBOX", "shows a server in trouble"), ("rfc9051", "SELECT INBOX", "the same (and elsewhere OK)"),
    ("", "STORE 42 FLAGS F1 F2", "shows a limit that is higher here"), ("", "UID COPY 1:* OLDMAIL", "shows a full quota"),
    ("rfc6154", "CREATE MySpecial", "a mailbox has one use here: NO [USEATTR], as §3 allows"),
    ("rfc7162", "STORE 1:7 (UNCHANGEDSINCE", "shows messages that changed meanwhile"),
    ("rfc8508", "UID REPLACE 2000", "UIDs are others here; the transcript has it"),
    ("rfc8514", "FETCH 998", "there are fewer messages here"),
    ("rfc9051", "COPY 3:200 BLURDYBLOOP", "shows messages that are gone"),
    ("rfc9051", "DELETE FOO", "holds others there; the transcript has it"),
    ("rfc9208", "APPEND SAVED-MESSAGES", "shows a full quota"),
    ("rfc8508", "UID REPLACE 3002 Drafts CATENATE", "CATENATE is not offered"),
]


def dialogues(name):
    """Lists of lines; a folded one is joined."""
    with open(os.path.join(ROOT, "Tests", "Resources", "rfc-dialogues", name + ".txt"), encoding="utf-8") as file:
        text = file.read()
    for block in re.split(r"\n(?=# )", text):
        lines = []
        for raw in block.split("\n"):
            if raw.startswith(("C:", "S:")):
                lines.append([raw[0], raw[2:].removeprefix(" ")])
            elif raw.startswith("   ") and lines:
                lines[-1][1] += " " + raw.strip()
        if lines:
            yield lines


WORDS = re.compile(r"^\s*([A-Za-z0-9.]{1,8}) ((?:UID )?[A-Za-z]+)\b")


def commands(lines):
    """(tag, text, literals, expected) of each command of a dialogue."""
    at = 0
    while at < len(lines):
        side, text = lines[at]
        at += 1
        found = WORDS.match(text)
        if side != "C" or not found or text.strip() == "DONE":
            continue
        parts = [text.strip()]
        while re.search(r"\{\d+\+?\}$", parts[-1]):
            gathered, rest = [], ""
            while at < len(lines):
                side, line = lines[at]
                if side == "S" and not line.startswith("+"):
                    break
                at += 1
                if side == "S":
                    continue
                if gathered and (line == ")" or line.startswith((" (", " {", ' "', " URL", " ~"))):
                    rest = line
                    break
                gathered.append(line)
            parts += ["\r\n".join(gathered), rest]
        tag = found.group(1)
        expected = next((m.group(1) for s, line in lines[at:] if s == "S"
                         and (m := re.match(re.escape(tag) + r" (OK|NO|BAD)\b", line))), None)
        yield tag, parts, expected


class Player:
    def __init__(self, bed, number):
        self.sock = socket.create_connection((bed.host, bed.port("IMAP")), timeout=30)
        self.file = self.sock.makefile("rb")
        self.file.readline()
        assert self.play("l", [f"l LOGIN {bed.user(number)} {bed.password}"])[0] == "OK"

    def play(self, tag, parts):
        """Sends a command with its literals in place of those announced; (condition, text)."""
        data = parts[0]
        for at in range(1, len(parts) - 1, 2):
            octets = (parts[at] or "x").encode()
            data = re.sub(r"\{\d+\+?\}$", "{%d+}" % len(octets), data) + "\r\n" + octets.decode() + parts[at + 1]
        self.sock.sendall(data.encode() + b"\r\n")
        while True:
            line = self.file.readline()
            if not line:
                raise EOFError(parts[0])
            literal = re.search(rb"\{(\d+)\}\r\n$", line)
            if literal:
                self.file.read(int(literal.group(1)))
                continue
            words = line.decode(errors="replace").split(" ", 2)
            if words[0] == tag and len(words) > 1:
                return words[1], line.decode(errors="replace").strip()
            if words[0] == "*" and words[1] == "BAD":
                return "BAD", line.decode(errors="replace").strip()

    def tidy(self):
        """A full INBOX, and no mailbox of an earlier dialogue."""
        self.sock.sendall(b'p LIST "" *\r\n')
        names = []
        while not (line := self.file.readline()).startswith(b"p "):
            names.append(re.search(rb'"/" (.*)\r\n$', line).group(1).decode())
        for name in sorted(names, reverse=True):
            if name not in ("INBOX", "Sent", "Drafts", "Trash", "Junk", "Archive", "stock"):
                self.play("p", [f"p DELETE {name}"])
                self.play("p", [f"p UNSUBSCRIBE {name}"])
        self.play("p", ["p SELECT INBOX"])
        self.play("p", ["p STORE 1:* +FLAGS.SILENT (\\Deleted)"])
        self.play("p", ["p CLOSE"])
        self.play("p", ["p SELECT stock"])
        self.play("p", ["p COPY 1:* INBOX"])
        self.play("p", ["p UNSELECT"])

    def close(self):
        self.sock.close()


def reason(name, text):
    bare = text.split(" ", 1)[1] if " " in text else text
    return any(name.startswith(file) and bare.upper().startswith(start.upper()) for file, start, _ in REASONS)


def every_dialogue(bed):
    played = listed = 0
    wrong = []
    setup = Player(bed, 74)
    setup.play("c", ["c CREATE stock"])
    for number in range(160):
        message = letter(f"d{number}", f"subject {number}", "text\r\n" * 3)
        setup.play("a", ["a APPEND stock (\\Seen) {1}", message, ""])
    setup.close()
    for name in FILES:
        for lines in dialogues(name):
            found = list(commands(lines))
            if not found:
                continue
            player = Player(bed, 74)
            player.tidy()
            # Names that the dialogue takes for granted.
            for index, (_, parts, expected) in enumerate(found):
                bare = parts[0].split(" ", 1)[1]
                match = re.match(r'(?:UID )?(SELECT|EXAMINE|STATUS|APPEND|DELETE|RENAME|UNSUBSCRIBE|COPY \S+|MOVE \S+|REPLACE \S+|GETMETADATA|SETMETADATA) '
                                 r'("[^"]+"|[^\s"(]+)', bare, re.I)
                created = any(re.match(r"\S+ (?:CREATE|RENAME \S+) \"?" + re.escape(match.group(2).strip('"')), other[0], re.I)
                              for _, other, _ in found) if match else False
                if match and expected == "OK" and not created:
                    player.play("p", [f"p CREATE {match.group(2)}"])
                    if match.group(1).upper() in ("SELECT", "EXAMINE", "STATUS"):
                        player.play("p", ["p SELECT stock"])
                        player.play("p", [f"p COPY 1:* {match.group(2)}"])
                        player.play("p", ["p UNSELECT"])
            if any("QRESYNC (" in parts[0] or "VANISHED" in parts[0] for _, parts, _ in found):
                player.play("p", ["p ENABLE QRESYNC"])
            if not any(re.search(r"\b(SELECT|EXAMINE|ENABLE|UNAUTHENTICATE)\b", parts[0], re.I) for _, parts, _ in found):
                player.play("p", ["p SELECT INBOX"])
            try:
                for tag, parts, expected in found:
                    if expected is None or reason(name, parts[0]):
                        listed += 1
                        continue
                    played += 1
                    condition, text = player.play(tag, parts)
                    if "Select a mailbox first" in text:
                        # The lines that select one are not in the set.
                        player.play("p", ["p SELECT INBOX"])
                        condition, text = player.play(tag, parts)
                    if condition != expected:
                        wrong.append(f"{name}: {parts[0][:100]} -> {text[:110]} (RFC: {expected})")
            except (EOFError, OSError) as error:
                wrong.append(f"{name}: {parts[0][:90]}: {error}")
            player.close()
    print(f"     {played} commands played, {listed} listed", flush=True)
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong)


CHECKS = [every_dialogue]
