"""The program on a folder of its own, and the judgement of what it holds; for powercut.py and faults.py."""
import imaplib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "Clients"))
from bed import ROOT, letter  # noqa: E402
from load import digest, is_folder, user  # noqa: E402

HOST = "127.0.0.1"
PASSWORD = "benchpass"
SEGMENT = 1 << 20  # a load of some seconds fills several


def program():
    """The one that BARID_BINARY names, else the build made last."""
    built = [path for path in (f"{ROOT}/.build/release/barid", f"{ROOT}/.build/debug/barid") if os.access(path, os.X_OK)]
    named = os.environ.get("BARID_BINARY")
    if not named and not built:
        raise RuntimeError("no program; run swift build -c release --product barid")
    return named or max(built, key=os.path.getmtime)


def compiled(name, folder):
    """A shim of this folder, compiled."""
    library = os.path.join(folder, name + ".so")
    compiler = next((path for path in map(shutil.which, ["cc", "gcc", "clang"]) if path), None)
    if compiler is None:
        raise RuntimeError("no C compiler (Debian: gcc, libc6-dev)")
    subprocess.run([compiler, "-O2", "-Wall", "-shared", "-fPIC", "-pthread", "-o", library, os.path.join(HERE, name + ".c")],
                   check=True)
    return library


class Server:
    """The test bed's program on a folder."""

    def __init__(self, folder, offset, extra=None, segment=SEGMENT):
        self.folder, self.offset = folder, offset
        self.output = folder.rstrip("/") + ".out"
        self.config = folder.rstrip("/") + ".yaml"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"data-folder: {folder}/data\n")
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [program(), "testbed", "--folder", folder, "--host", HOST, "--offset", str(offset), "--lanes", "2",
                 *(["--segment-size", str(segment)] if segment else [])],
                env=dict(os.environ, **(extra or {})), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )
        deadline = time.monotonic() + 60
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise RuntimeError(f"it did not start: {self.words()[-2000:]}")
            time.sleep(0.01)

    def is_ready(self):
        try:
            with open(os.path.join(self.folder, "server.pid"), encoding="ascii") as file:
                return file.read().strip() == str(self.process.pid)
        except OSError:
            return False

    def is_alive(self):
        return self.process.poll() is None

    def words(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read().strip()

    def end(self, gently=False):
        if self.is_alive():
            if gently:
                self.process.terminate()
            else:
                self.process.kill()
        self.process.wait(120)

    def ask(self, *words):
        """One of the program's commands beside the running server: its status and answer."""
        done = subprocess.run([program(), *words, "--json", "--config", self.config], env=dict(os.environ, LANG="C"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace").strip()

    def verify(self):
        """What `barid store verify` has to complain about."""
        status, text = self.ask("store", "verify")
        try:
            is_sound = status == 0 and json.loads(text)["isSound"] is True
        except (ValueError, KeyError):
            is_sound = False
        return [] if is_sound else [f"store verify: status {status}: {text[-1500:]}"]

    def imap(self, person):
        session = imaplib.IMAP4(HOST, 143 + self.offset, timeout=30)
        session.login(user(person), PASSWORD)
        return session


def mailbox(session, name):
    """([(key, UID, flags, digest of the body, the message)], UIDNEXT) of a mailbox."""
    answer, words = session.select(f'"{name}"', readonly=True)
    if answer != "OK":
        raise RuntimeError(f"SELECT {name}: {words}")
    uid_next = int(session.response("UIDNEXT")[1][0])
    answer, rows = session.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
    if answer != "OK":
        raise RuntimeError(f"FETCH in {name}: {rows}")
    found = []
    for at, row in enumerate(rows):
        if isinstance(row, tuple):
            after = rows[at + 1] if at + 1 < len(rows) and isinstance(rows[at + 1], bytes) else b""
            words = row[0] + after
            key = re.search(rb"X-Test-Id: (\S+)", row[1])
            flags = re.search(rb"FLAGS \(([^)]*)\)", words)[1].split()
            uid = int(re.search(rb"UID (\d+)", words)[1])
            found.append((key[1].decode() if key else "?", uid, {flag.decode() for flag in flags}, digest(row[1]), row[1]))
    return found, uid_next


def folders(session):
    """The names that the load has made."""
    names = []
    for row in session.list()[1]:
        name = row.decode().rpartition(" ")[2].strip('"') if isinstance(row, bytes) else ""
        if is_folder(name):
            names.append(name)
    return names


def searched(session, messages):
    """Complaints about SEARCH in the selected mailbox: what it finds is what a look into each message finds."""
    wrong = []
    for message in random.sample(messages, min(2, len(messages))):
        words = re.findall(rb"\d{9,}", message[4].partition(b"\r\n\r\n")[2])
        if not words:
            continue
        needle = random.choice(words)[:9]
        expected = {uid for _, uid, _, _, text in messages if needle in text.partition(b"\r\n\r\n")[2]}
        found = {int(uid) for uid in session.uid("SEARCH", "BODY", needle.decode())[1][0].split()}
        if found != expected:
            wrong.append(f"SEARCH BODY {needle.decode()} finds {sorted(found)}, it is in {sorted(expected)}")
    return wrong


def look(session):
    """key -> [(mailbox, UID, flags, digest)] of one person, UIDNEXT of each mailbox, folders' keys, and complaints."""
    places, wrong, next_uid, made = {}, [], {}, {}
    for name in ["INBOX", "Archive", *folders(session)]:
        messages, next_uid[name] = mailbox(session, name)
        uids = [uid for _, uid, _, _, _ in messages]
        if uids != sorted(set(uids)) or (uids and uids[-1] >= next_uid[name]):
            wrong.append(f"{name}: UIDs {uids[-5:]} do not fit UIDNEXT {next_uid[name]}")
        if name == "INBOX":
            wrong += searched(session, messages)
        if is_folder(name):
            made[name] = tuple(sorted(key for key, *_ in messages))
            continue
        for key, *rest in messages:
            places.setdefault(key, []).append((name, *rest[:3]))
    return places, next_uid, made, wrong


def judge(server, ledger, person, cut):
    """What is wrong with one person's mail. Mail for several people may be filed a little after the start."""
    session = server.imap(person)
    deadline = time.monotonic() + 20
    while True:
        places, next_uid, made, wrong = look(session)
        wrong += ledger.complaints(person, places, next_uid, cut) + ledger.folder_complaints(person, made, cut)
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
