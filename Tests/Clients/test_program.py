"""The program itself: configuration, commands, start and stop, refusals. Each check starts its own server."""
import json
import os
import re
import shutil
import signal
import smtplib
import imaplib
import socket
import ssl
import subprocess
import tempfile
import time

from bed import ROOT, letter, run
from ports import free_offset

OFFSET = free_offset()  # one server at a time, in test_keeping, test_evidence and test_lmtp too


def program():
    """The one that BARID_BINARY names, else the build made last."""
    built = [path for path in (ROOT + "/.build/release/barid", ROOT + "/.build/debug/barid") if os.access(path, os.X_OK)]
    named = os.environ.get("BARID_BINARY")
    if not named and not built:
        raise RuntimeError("no program; run swift build")
    return named or max(built, key=os.path.getmtime)


class Server:
    """`barid serve` with a configuration of its own."""

    def __init__(self, folder, extra=""):
        self.folder = folder
        self.config = os.path.join(folder, "barid.yaml")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(configuration(folder) + extra)
        self.log = open(os.path.join(folder, "log"), "ab")
        self.process = subprocess.Popen(
            [program(), "serve", "--config", self.config], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            if barid(self, "server", "status", expect=None).startswith("The server is running"):
                return
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError("it did not start: " + self.words())

    def words(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as lines:
            return lines.read()[-2000:]

    def count(self, text):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as lines:
            return lines.read().count(text)

    def end(self, kind=signal.SIGTERM):
        self.process.send_signal(kind)
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self.log.close()


def configuration(folder):
    lines = [f"hostname: mail.example.org\ndata-folder: {folder}/data\nlimits: {{drain-seconds: 5}}\nlisteners:\n"]
    for name, port in [("smtp", 25), ("submission", 587), ("submissions", 465), ("imap", 143), ("imaps", 993),
                       ("pop3", 110), ("pop3s", 995)]:
        lines.append(f"  {name}: {{hosts: [127.0.0.1], port: {port + OFFSET}}}\n")
    return "".join(lines)


def barid(server, *arguments, data=None, expect=0, environment=None):
    config = server.config if isinstance(server, Server) else server
    command = [program(), *arguments] + (["--config", config] if config else [])
    return run(command, data=data, expect=expect, environment=environment or dict(os.environ, LANG="C"))


def in_folder(check):
    def wrapped():
        folder = tempfile.mkdtemp(prefix="barid-program-")
        try:
            check(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    wrapped.__name__ = check.__name__
    return wrapped


def refused(command, environment=None):
    """The one sentence on standard error of a command that ends with 1."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False,
                          env=environment or dict(os.environ, LANG="C"))
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    return done.stderr.strip()


@in_folder
def config_mistakes_all_at_once(folder):
    path = os.path.join(folder, "bad.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write("hostnam: a\nlog: {level: loud}\nlisteners: {imap: {port: 0}}\n")
    words = refused([program(), "config", "check", "--config", path])
    for part in ["hostnam", "hostname", "log.level", "loud", "listeners.imap.port", '"0"', "65535"]:
        assert part in words, (part, words)
    arabic = refused([program(), "config", "check", "--config", path, "--language", "ar"])
    assert re.search("[\u0600-\u06ff]", arabic), arabic
    assert words.endswith("Mistakes in the configuration: 3."), words
    words = refused([program(), "serve", "--config", path])
    assert words.startswith(path) and words.endswith("Mistakes in the configuration: 3. Nothing was started."), words
    assert os.listdir(folder) == ["bad.yaml"], "something was touched"


@in_folder
def config_describe_can_be_used(folder):
    path = os.path.join(folder, "all.yaml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(run([program(), "config", "describe"]))
    assert run([program(), "config", "check", "--config", path], environment=dict(os.environ, LANG="C")) == \
        "The configuration is good.\n"
    # The values are those of now: of the file, and of the environment over it. With a mistake the list is still there.
    with open(path, "w", encoding="utf-8") as out:
        out.write("language: ar\nlimits: {message-size: 64MiB}\n")
    shown = run([program(), "config", "describe", "--config", path, "--language", "en"],
                environment=dict(os.environ, LANG="C", BARID_HOSTNAME="envhost.test"))
    for line in ["hostname: envhost.test", "language: ar", "limits.message-size: 64MiB", "pop3.login-delay: 0"]:
        assert line in shown.splitlines(), (line, shown)
    assert "· default 50MiB ·" in shown, shown
    with open(path, "w", encoding="utf-8") as out:
        out.write("languag: ar\n")
    done = subprocess.run([program(), "config", "describe", "--config", path], capture_output=True, text=True, check=True,
                          env=dict(os.environ, LANG="C"))
    assert "language: en" in done.stdout and "barid config check" in done.stderr, done


def arabic_to_the_end():
    """What had English sentences only."""
    letters = re.compile("[\u0621-\u064a]")
    for line in run([program(), "config", "describe", "--language", "ar"]).splitlines():
        assert not line.startswith("#") or "BARID_" in line or "barid serve" in line or letters.search(line), line
    page = run([program(), "config", "describe", "--help", "--language", "ar"])
    assert "Print the table" not in page, page
    with tempfile.NamedTemporaryFile(suffix=".eml") as unsigned:
        unsigned.write(b"From: <a@example.org>\r\n\r\nx\r\n")
        unsigned.flush()
        for noun in ["dkim", "arc"]:
            lines = run([program(), noun, "verify", unsigned.name, "--language", "ar"]).splitlines()
            assert lines[:2] == ["none", "لا يوجد ما يُفحص."], lines
            lines = run([program(), noun, "verify", unsigned.name, "--language", "en"]).splitlines()
            assert lines[0] == "none" and "the message " in lines[1], lines


def help_in_two_languages():
    english = run([program(), "--help"], environment=dict(os.environ, LANG="C"))
    assert "serve" in english and "Run the mail server." in english
    arabic = run([program(), "--help"], environment=dict(os.environ, LANG="ar_SA.UTF-8"))
    assert "خادم" in arabic
    # The headings too, and wrong usage.
    wrong = subprocess.run([program(), "domain", "add"], capture_output=True, text=True, check=False,
                           env=dict(os.environ, LANG="ar_SA.UTF-8"))
    assert wrong.returncode == 64, wrong.returncode
    for page in [arabic, wrong.stderr, run([program(), "domain", "add", "--help"], environment=dict(os.environ, LANG="ar_SA.UTF-8"))]:
        assert "الاستعمال:" in page, page
        for heading in ["OVERVIEW", "USAGE", "Usage:", "OPTIONS", "SUBCOMMANDS", "Error:", "Show help", "See '"]:
            assert heading not in page, (heading, page)
    assert wrong.stderr.startswith("خطأ: "), wrong.stderr
    # --language stands anywhere, also before the noun and where a noun alone shows its page.
    for words in [["--language", "ar", "account", "--help"], ["account", "--language", "ar"], ["account", "--language=ar", "--help"],
                  ["--language=ar", "domain", "list", "--config", "/none", "--help"]]:
        assert "الاستعمال:" in run([program(), *words], environment=dict(os.environ, LANG="C")), words
    for noun in ["domain", "account", "alias", "device", "config", "server"]:
        assert "USAGE: barid " + noun in run([program(), noun, "--help"])


@in_folder
def commands_with_and_without_a_server(folder):
    config = os.path.join(folder, "barid.yaml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(configuration(folder))
    # On the folder itself.
    barid(config, "domain", "add", "example.org")
    text = barid(config, "account", "add", "amal@example.org")
    password = re.search(r"Password \(shown only now\): (\S+)", text)[1]
    assert len(password) >= 20
    refused([program(), "account", "add", "amal@example.org", "--config", config])
    with Server(folder) as server:
        # Through the control socket.
        barid(server, "account", "add", "badr@example.org", "--password", data=b"correct horse\n")
        barid(server, "alias", "add", "info@example.org", "amal@example.org", "badr@example.org")
        device = re.search(r": (\S+)$", barid(server, "device", "add", "amal@example.org", "phone", "--scope", "imap").strip())[1]
        rows = json.loads(barid(server, "account", "list", "--json"))
        assert [row["address"] for row in rows] == ["amal@example.org", "badr@example.org"], rows
        with smtplib.SMTP("127.0.0.1", 25 + OFFSET, timeout=20) as client:
            client.sendmail("a@elsewhere.test", ["info@example.org"], letter("alias"))
        context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
        for user, secret in [("amal@example.org", password), ("badr@example.org", "correct horse"),
                             ("amal@example.org", device)]:
            session = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
            session.login(user, secret)
            assert session.select("INBOX")[1] == [b"1"]
            session.logout()
        barid(server, "device", "remove", "amal@example.org", "phone")
        session = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
        try:
            session.login("amal@example.org", device)
        except imaplib.IMAP4.error:
            pass
        else:
            raise AssertionError("a removed device logged in")
        assert server.end() == 0
    barid(config, "account", "remove", "badr@example.org")
    assert "badr" not in barid(config, "account", "list")


@in_folder
def no_command_makes_a_folder(folder):
    """A mistyped path is not answered by an empty store: only `serve`, `demo`, `backup restore` and `domain add` make a folder."""
    config = os.path.join(folder, "barid.yaml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(configuration(folder))
    with open(folder + "/box", "w", encoding="ascii") as out:
        out.write("From a\n\n")
    user = "amal@example.org"
    commands = [
        ["domain", "list"], ["domain", "set", "example.org", "--quota", "none"], ["domain", "remove", "example.org"],
        ["account", "add", user], ["account", "list"], ["account", "list", "--removed"], ["account", "remove", user],
        ["account", "restore", user], ["account", "policy", user], ["account", "set", user, "--sent-copy", "on"],
        ["alias", "add", "b@example.org", user], ["alias", "list"], ["alias", "remove", "b@example.org"],
        ["device", "add", user, "phone"], ["device", "list", user], ["device", "history", user], ["device", "forget", user, "x"],
        ["mail", "search", user, "word"], ["mail", "deleted", "list", user], ["mail", "restore", user, "--at", "today"],
        ["mail", "import", user, folder + "/box"], ["mail", "export", user, folder + "/out"],
        ["mailbox", "state", user, "INBOX"], ["store", "verify"], ["store", "compact"], ["store", "reindex"],
        ["backup", "create", folder + "/backups"], ["backup", "restore", folder + "/backups", "--account", user],
        ["upgrade"], ["upgrade", "--rehearse"], ["upgrade", "--undo"], ["dkim", "list", "example.org"], ["dkim", "rotate", "example.org"],
        ["dmarc", "report", "--outgoing"], ["server", "status"], ["server", "reload"], ["server", "confirm-time"],
    ]
    for command in commands:
        words = refused([program(), *command, "--config", config])
        assert words.startswith(f"There is no data folder at {folder}/data."), (command, words)
    assert refused([program(), "domain", "list", "--config", config, "--language", "ar"]).startswith("لا يوجد مجلد بيانات في ")
    assert sorted(os.listdir(folder)) == ["barid.yaml", "box"], "something was made"
    # A folder that is there, and holds something else.
    os.mkdir(folder + "/data")
    refused([program(), "store", "verify", "--config", config])
    assert not os.listdir(folder + "/data")
    made = barid(config, "domain", "add", "example.org")
    assert made.splitlines() == [f"A new data folder was made at {folder}/data.", "Mail for example.org is received here now."], made
    assert barid(config, "domain", "add", "example.net").splitlines() == ["Mail for example.net is received here now."]


@in_folder
def plain_log_in_is_refused(folder):
    """In production loopback earns no trust."""
    with Server(folder) as server:
        session = imaplib.IMAP4("127.0.0.1", 143 + OFFSET, timeout=20)
        assert "LOGINDISABLED" in session.capabilities
        try:
            session.login("amal@example.org", "x")
        except imaplib.IMAP4.error as error:
            assert "PRIVACYREQUIRED" in str(error), error
        else:
            raise AssertionError("taken")
        client = smtplib.SMTP("127.0.0.1", 587 + OFFSET, timeout=20)
        client.ehlo()
        assert "auth" not in client.esmtp_features
        code, _ = client.docmd("AUTH", "PLAIN AHgAeA==")
        assert code in (530, 538), code
        server.end()


@in_folder
def refusals_touch_nothing(folder):
    config = os.path.join(folder, "barid.yaml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(configuration(folder))
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", 143 + OFFSET))
    taken.listen()
    words = refused([program(), "serve", "--config", config])
    assert words == f"Port {143 + OFFSET} is in use by another program. Stop that program or choose another port.", words
    assert not os.path.exists(folder + "/data")
    taken.close()
    # /proc takes no folders, whoever asks.
    environment = dict(os.environ, LANG="C", BARID_DATA_FOLDER="/proc/barid")
    words = refused([program(), "serve", "--config", config], environment)
    assert "/proc/barid" in words and "\n" not in words, words
    with Server(folder) as server:
        environment = dict(os.environ, LANG="C")
        for name, port in [("SMTP", 25), ("SUBMISSION", 587), ("SUBMISSIONS", 465), ("IMAP", 143), ("IMAPS", 993),
                           ("POP3", 110), ("POP3S", 995)]:
            environment[f"BARID_LISTENERS_{name}_PORT"] = str(port + OFFSET + 1)
        words = refused([program(), "serve", "--config", config], environment)
        assert words == f"The data folder {folder}/data belongs to a Barid that is already running.", words
        server.end()


@in_folder
def hup_reloads_without_dropping(folder):
    with Server(folder) as server:
        barid(server, "domain", "add", "example.org")
        barid(server, "account", "add", "amal@example.org", "--password", data=b"correct horse\n")
        context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
        open_one = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
        open_one.login("amal@example.org", "correct horse")

        def serial():
            with socket.create_connection(("127.0.0.1", 993 + OFFSET), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as tls:
                    return tls.getpeercert()["serialNumber"]

        before = serial()
        for name in ["server.pem", "server.key"]:
            os.unlink(f"{folder}/data/certificates/{name}")
        with open(server.config, "a", encoding="utf-8") as out:
            out.write("log: {format: json}\n")
        server.process.send_signal(signal.SIGHUP)

        def is_json():
            return any(line.startswith('{"time":') for line in server.words().splitlines())

        deadline = time.monotonic() + 30
        while (serial() == before or not is_json()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert serial() != before and is_json(), server.words()
        assert open_one.noop()[0] == "OK"
        # A mistake changes nothing.
        with open(server.config, "a", encoding="utf-8") as out:
            out.write("nonsense: 1\n")
        words = refused([program(), "server", "reload", "--config", server.config])
        assert "nonsense" in words
        os.kill(server.process.pid, signal.SIGHUP)
        assert open_one.noop()[0] == "OK"
        assert server.process.poll() is None
        open_one.logout()


def replace(path, *pairs):
    with open(path, encoding="utf-8") as lines:
        text = lines.read()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def line_client(port):
    """A connection in plain; what it greets with, and a function that sends a line and returns the next one."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=20)
    lines = sock.makefile("rb")

    def say(line, last=lambda reply: True):
        sock.sendall(line.encode() + b"\r\n")
        replies = [lines.readline().decode()]
        while not last(replies[-1]):
            replies.append(lines.readline().decode())
        return "".join(replies)

    return lines.readline().decode(), say


def is_last_smtp(reply):
    return reply[3:4] == " "


@in_folder
def reload_takes_everything(folder):
    """All options but two change while the server runs; who is connected keeps what it began with."""
    config = os.path.join(folder, "barid.yaml")
    with Server(folder, "pop3: {login-delay: 0}\n") as server:
        barid(server, "domain", "add", "example.org")
        barid(server, "account", "add", "amal@example.org", "--password", data=b"correct horse\n")
        _, smtp = line_client(25 + OFFSET)
        assert "SIZE 52428800" in smtp("EHLO me.test", is_last_smtp)
        greeting, pop = line_client(110 + OFFSET)
        assert "mail.example.org" in greeting and "LOGIN-DELAY" not in pop("CAPA", lambda reply: reply == ".\r\n")
        context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
        imap = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
        imap.login("amal@example.org", "correct horse")
        assert "LITERAL+" not in imap.capability()[1][0].decode().split()
        assert imap.select("INBOX")[0] == "OK"

        replace(config, ("hostname: mail.example.org", "hostname: post.example.net"),
                ("limits: {drain-seconds: 5}",
                 "limits: {drain-seconds: 6, message-size: 100KiB, threads: 3, connections-per-address: 9}"),
                (f"pop3: {{hosts: [127.0.0.1], port: {110 + OFFSET}}}", f"pop3: {{hosts: [127.0.0.1], port: {111 + OFFSET}}}"),
                (f"submission: {{hosts: [127.0.0.1], port: {587 + OFFSET}}}", "submission: {enabled: false}"),
                (f"smtp: {{hosts: [127.0.0.1], port: {25 + OFFSET}}}", f"smtp: {{hosts: [0.0.0.0], port: {25 + OFFSET}}}"),
                ("pop3: {login-delay: 0}", "pop3: {login-delay: 30, zero-days: true}\nimap: {literal-plus: true}\n"
                 "log-in: {scram: true}\nstore: {recoverable-days: 7}\nchecks: {enabled: false}\n"
                 f"smtp: {{recipients: 100}}\nlanguage: ar"))
        with open(config, "a", encoding="utf-8") as out:
            out.write("\n")
        replace(config, ("listeners:\n", f"listeners:\n  lmtp: {{enabled: true, socket: {folder}/lmtp.socket}}\n"))
        answer = barid(server, "server", "reload", "--language", "en")
        assert answer.strip().endswith("These options change at the next start: limits.threads."), answer

        # Those who were there.
        assert "SIZE 52428800" in smtp("EHLO me.test", is_last_smtp)
        assert smtp("NOOP").startswith("250")
        assert "LOGIN-DELAY" not in pop("CAPA", lambda reply: reply == ".\r\n")
        assert "LITERAL+" not in imap.capability()[1][0].decode().split()
        assert imap.append("INBOX", None, None, b"Subject: large\r\n\r\n" + 3000 * (b"x" * 70 + b"\r\n"))[0] == "OK"
        # Those who come now.
        greeting, new = line_client(25 + OFFSET)
        assert "post.example.net" in greeting and "SIZE 102400" in new("EHLO me.test", is_last_smtp)
        assert new("MAIL FROM:<a@elsewhere.test> SIZE=200000").startswith("552")
        greeting, new = line_client(111 + OFFSET)
        assert "post.example.net" in greeting and "LOGIN-DELAY 30" in new("CAPA", lambda reply: reply == ".\r\n")
        second = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
        assert "AUTH=SCRAM-SHA-256" in second.capabilities
        second.login("amal@example.org", "correct horse")
        assert "LITERAL+" in second.capability()[1][0].decode().split()
        assert second.select("INBOX")[1] == [b"1"]
        second.logout()
        for gone in [110, 587]:
            try:
                socket.create_connection(("127.0.0.1", gone + OFFSET), timeout=20)
            except ConnectionRefusedError:
                continue
            raise AssertionError(f"port {gone} still answers")
        lmtp = socket.socket(socket.AF_UNIX)
        lmtp.connect(folder + "/lmtp.socket")
        assert lmtp.recv(100).startswith(b"220 post.example.net")
        lmtp.close()
        with socket.create_connection(("127.0.0.1", 993 + OFFSET), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname="post.example.net") as tls:
                assert ("DNS", "post.example.net") in tls.getpeercert()["subjectAltName"]
        # A policy that the new options allow.
        barid(server, "account", "policy", "amal@example.org", "--keep", "after-download", "--days", "0",
              "--own-copies", "--language", "en")

        # All or nothing: the first change would be fine, the port is somebody else's.
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 112 + OFFSET))
        taken.listen()
        replace(config, ("post.example.net", "third.example.com"),
                (f"port: {111 + OFFSET}", f"port: {112 + OFFSET}"), (f"port: {143 + OFFSET}", f"port: {144 + OFFSET}"))
        words = refused([program(), "server", "reload", "--config", config, "--language", "en"])
        assert words == ("The new configuration was not taken; the old one stays in force. "
                         f"Port {112 + OFFSET} is in use by another program. Stop that program or choose another port."), words
        words = refused([program(), "server", "reload", "--config", config])
        assert words.startswith("لم تُعتمد الإعدادات الجديدة") and "المنفذ" in words, words
        assert "post.example.net" in line_client(25 + OFFSET)[0] and "post.example.net" in line_client(111 + OFFSET)[0]
        assert "post.example.net" in line_client(143 + OFFSET)[0]
        try:
            socket.create_connection(("127.0.0.1", 144 + OFFSET), timeout=20)
        except ConnectionRefusedError:
            pass
        else:
            raise AssertionError("a listener of the refused configuration answers")
        taken.close()
        # A file that is not there: the same sentence, by the signal into the log.
        replace(config, (f"port: {112 + OFFSET}", f"port: {111 + OFFSET}"))
        with open(config, "a", encoding="utf-8") as out:
            out.write(f"tls: {{certificates: [{folder}/none.pem], keys: [{folder}/none.key]}}\n")
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while server.count("reload refused") < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "none.pem cannot be used" in server.words(), server.words()
        assert "post.example.net" in line_client(25 + OFFSET)[0]
        assert pop("NOOP").startswith("-ERR") and smtp("NOOP").startswith("250") and imap.noop()[0] == "OK"
        imap.logout()
        assert server.end() == 0


@in_folder
def term_drains(folder):
    with Server(folder) as server:
        barid(server, "domain", "add", "example.org")
        barid(server, "account", "add", "amal@example.org", "--password", data=b"correct horse\n")
        context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
        session = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
        session.login("amal@example.org", "correct horse")
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        line = session.readline()
        assert line.startswith(b"* BYE"), line
        assert server.process.wait(20) == 0
        assert time.monotonic() - started < 10
        assert "stopped" in server.words()
    assert not os.path.exists(folder + "/data/control.sock")


@in_folder
def certificates_by_name(folder):
    """Several certificates: a client gets the one for the name that it asks for."""
    for name in ["one", "two"]:
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9",
             "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:mail.{name}.test,DNS:*.{name}.example",
             "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"])
    extra = (f"tls: {{certificates: [{folder}/one.pem, {folder}/two.pem], keys: [{folder}/one.key, {folder}/two.key], "
             "minimum: '1.3'}\n")
    with Server(folder, extra) as server:
        for asked, given in [("mail.two.test", "two"), ("MAIL.ONE.TEST", "one"), ("x.two.example", "two"),
                             ("nobody.test", "one"), (None, "one")]:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with socket.create_connection(("127.0.0.1", 993 + OFFSET), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname=asked) as tls:
                    words = ssl.DER_cert_to_PEM_cert(tls.getpeercert(True))
                    with open(f"{folder}/{given}.pem", encoding="ascii") as lines:
                        assert words.split() == lines.read().split(), asked
                    assert tls.version() == "TLSv1.3"
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            with socket.create_connection(("127.0.0.1", 993 + OFFSET), timeout=20) as plain:
                context.wrap_socket(plain)
        except (ssl.SSLError, ConnectionError):
            pass
        else:
            raise AssertionError("TLS 1.2 was spoken")
        assert not os.path.exists(folder + "/data/certificates")
        server.end()
    # A key that is not the certificate's: one sentence.
    with open(f"{folder}/barid.yaml", "w", encoding="utf-8") as out:
        out.write(configuration(folder) + f"tls: {{certificates: {folder}/one.pem, keys: {folder}/two.key}}\n")
    words = refused([program(), "serve", "--config", f"{folder}/barid.yaml"])
    assert f"{folder}/one.pem" in words and "\n" not in words, words


@in_folder
def domain_quota(folder):
    """`barid domain set`: counted over all accounts, shown, kept over a restart, taken back."""
    with Server(folder) as server:
        barid(server, "domain", "add", "example.org")
        for name in ["amal", "badr"]:
            barid(server, "account", "add", name + "@example.org", "--password", data=b"correct horse\n")
        barid(server, "domain", "set", "example.org", "--quota", "100KiB")
        for wrong in [["--quota", "much"], ["--messages", "x"], []]:
            barid(server, "domain", "set", "example.org", *wrong, expect=1)
        barid(server, "domain", "set", "other.example", "--quota", "1GiB", expect=1)
        with smtplib.SMTP("127.0.0.1", 25 + OFFSET, timeout=20) as client:
            for number, name in enumerate(["amal", "badr"]):
                client.sendmail("a@elsewhere.test", [name + "@example.org"],
                                letter(f"half {number}") + "\r\n" + 600 * (70 * "x" + "\r\n"))
            assert client.mail("a@elsewhere.test", ["SIZE=40000"])[0] == 250
            assert client.rcpt("amal@example.org")[0] == 452
        row = json.loads(barid(server, "domain", "list", "--json"))[0]
        assert row["quotaBytes"] == 102_400 and row["quotaMessages"] is None, row
        assert row["usedMessages"] == 2 and 80_000 < row["usedBytes"] < 100_000, row
        barid(server, "domain", "add", "مثال.إختبار")
        barid(server, "account", "add", "amal@مثال.إختبار")
        shown = barid(server, "domain", "list")
        assert "100KiB" in shown and "8" in shown and "0B" in shown and "Most messages" in shown, shown
        assert "مثال.إختبار" in shown and "xn--" not in shown + barid(server, "account", "list"), shown
        assert server.end() == 0
    with Server(folder) as server:
        def room(name):
            with smtplib.SMTP("127.0.0.1", 25 + OFFSET, timeout=20) as client:
                client.ehlo()
                client.mail("a@elsewhere.test", ["SIZE=40000"])
                return client.rcpt(name + "@example.org")[0]
        assert room("amal") == 452
        # A closed account counts no more, and counts again when it comes back.
        barid(server, "account", "remove", "badr@example.org")
        assert room("amal") == 250
        barid(server, "account", "restore", "badr@example.org")
        assert room("amal") == 452
        barid(server, "account", "add", "new@example.org", "--password", data=b"correct horse\n")
        assert room("new") == 452
        barid(server, "domain", "set", "example.org", "--quota", "none")
        assert room("amal") == 250
        barid(server, "domain", "set", "example.org", "--messages", "2")
        assert room("amal") == 452
        server.end()


def wrong_values_say_what_would_do():
    """Commands without a server name the option as it is typed, and what it takes."""
    for command, words in [
            (["spf", "--ip", "here", "--helo", "a"],
             '"here" is not valid for --ip. Give a numeric address, such as 127.0.0.1 or ::1.'),
            (["spf", "--ip", "::1", "--helo", "a", "--dns", "a:b"],
             '"a:b" is not valid for --dns. Give a numeric address, with a port where it is not 53: 192.0.2.1:5353.'),
            (["dmarc", "check", "--from", "example.org", "--spf", "pass"],
             '"pass" is not valid for --spf. Give the result and its domain, such as pass:example.org.'),
            (["dmarc", "report"], "Name the files of the reports, or give --outgoing for what was collected here.")]:
        assert refused([program(), *command]) == words, command


def a_silent_name_server_is_named():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        command = [program(), "spf", "--ip", "192.0.2.1", "--helo", "mail.example.org", "--dns", f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   env=dict(os.environ, LANG="C"))
        try:
            assert process.stderr.readline() == f"Waiting for an answer of 127.0.0.1, {port} …\n"
        finally:
            process.kill()
            process.communicate()


@in_folder
def files_that_cannot_be_read(folder):
    """A file that is not there is not a fault of the data folder, and the reason is in the reader's language."""
    config = os.path.join(folder, "barid.yaml")
    with open(config, "w", encoding="utf-8") as out:
        out.write(configuration(folder))
    barid(config, "domain", "add", "example.org")
    barid(config, "account", "add", "amal@example.org")
    none = folder + "/none"
    os.mkdir(folder + "/empty")
    with open(folder + "/letter.eml", "w", encoding="ascii") as out:
        out.write("From: <a@example.org>\r\n\r\nx\r\n")
    at_config = ["--config", config]
    for command in [["dkim", "verify", none], ["arc", "verify", none], ["dmarc", "report", none],
                    ["dkim", "sign", "--key", none, "--selector", "s", "--domain", "d.test", config],
                    ["backup", "verify", none, *at_config], ["backup", "restore", none, *at_config],
                    ["backup", "restore", none, "--account", "amal@example.org", *at_config],
                    ["mail", "import", "amal@example.org", none, *at_config]]:
        words = refused([program(), *command])
        assert words == f"There is no file or folder {none}.", (command, words)
        words = refused([program(), *command, "--language", "ar"])
        assert words == f"لا يوجد ملف أو مجلد باسم \u2068{none}\u2069.", (command, words)
    for command in [["backup", "verify"], ["backup", "restore"], ["backup", "restore", "--account", "amal@example.org"]]:
        words = refused([program(), *command, folder + "/empty", *at_config])
        assert words == f"There is no backup in {folder}/empty.", (command, words)
    assert refused([program(), "dkim", "verify", folder]) == f"{folder} is a folder, not a file."
    words = refused([program(), "dkim", "sign", "--key", config, "--selector", "s", "--domain", "d.test", folder + "/letter.eml"])
    assert words.startswith(f"{config} holds no private key for DKIM"), words


@in_folder
def account_settings(folder):
    """`barid account set`, with and without a server: the copy in Sent, limits, priority, search; wrong values are refused."""
    with Server(folder) as server:
        barid(server, "domain", "add", "example.org")
        made = barid(server, "account", "add", "amal@example.org", "--password", data=b"correct horse\n")
        assert "ready" in made, made
        barid(server, "account", "set", "amal@example.org", "--sent-copy", "on", "--recipients-a-day", "2", "--search", "arabic")
        row = json.loads(barid(server, "account", "list", "--json"))[0]
        assert row["sentCopy"] is True and row["recipientsADay"] == 2 and row["priority"] is None and row["search"] == "arabic", row
        done = subprocess.run([program(), "account", "password", "amal@example.org", "--password", "--config", server.config],
                              input=b"\n", capture_output=True, check=False, env=dict(os.environ, LANG="C"))
        assert (done.returncode, done.stderr) == (1, b"No password was given.\n"), done
        words = refused([program(), "device", "add", "amal@example.org", "a\u202eb", "--config", server.config])
        assert words == '"a?b" cannot name a device: use 1 to 64 visible characters.', words
        for wrong in [["--sent-copy", "yes"], ["--recipients-a-day", "many"], ["--priority", "10"], ["--search", "latin"], []]:
            barid(server, "account", "set", "amal@example.org", *wrong, expect=1)
        context = ssl.create_default_context(cafile=os.path.join(folder, "data/certificates/ca.pem"))
        with smtplib.SMTP_SSL("127.0.0.1", 465 + OFFSET, context=context, timeout=30) as client:
            client.login("amal@example.org", "correct horse")
            for number in range(2):
                client.sendmail("amal@example.org", ["amal@example.org"], letter(f"own-{number}", sender="amal@example.org"))
            assert client.mail("amal@example.org")[0] == 250
            code, words = client.rcpt("amal@example.org")
            assert code == 450 and b"2 recipients a day" in words, (code, words)
        with imaplib.IMAP4_SSL("127.0.0.1", 993 + OFFSET, ssl_context=context, timeout=30) as session:
            session.login("amal@example.org", "correct horse")
            for mailbox in ["INBOX", "Sent"]:
                assert session.select(mailbox)[1] == [b"2"], mailbox
        assert server.end() == 0
        barid(server, "account", "set", "amal@example.org", "--recipients-a-day", "default", "--sent-copy", "off", "--search", "default")
        row = json.loads(barid(server, "account", "list", "--json"))[0]
        assert row["sentCopy"] is False and row["recipientsADay"] is None and row["search"] == "default", row


CHECKS = [
    account_settings, a_silent_name_server_is_named, files_that_cannot_be_read, wrong_values_say_what_would_do, domain_quota,
    certificates_by_name, help_in_two_languages, arabic_to_the_end, config_mistakes_all_at_once, config_describe_can_be_used, commands_with_and_without_a_server,
    no_command_makes_a_folder, plain_log_in_is_refused, refusals_touch_nothing, hup_reloads_without_dropping, reload_takes_everything, term_drains,
]
