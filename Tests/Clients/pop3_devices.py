"""POP3 that remembers: devices and policies by the program's own commands, and real programs with their delete and keep settings."""
import imaplib
import json
import os
import poplib
import re
import shutil
import smtplib
import socket
import ssl
import tempfile
import time

from bed import letter, run
from getmail import Getmail
from pop3_clients import fill
from test_program import program


def barid(bed, *arguments, expect=0, language="en"):
    config = f"{bed.folder}/devices.yaml"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"data-folder: {bed.folder}/data\n")
    return run([program(), *arguments, "--config", config], expect=expect,
               environment=dict(os.environ, LANG="C", BARID_LANGUAGE=language))


def device(bed, number, name, *options):
    text = barid(bed, "device", "add", bed.user(number), name, *options)
    return re.search(r": (\S+)$", text.strip())[1]


def drop(bed, number, password):
    session = poplib.POP3(bed.host, bed.port("POP3"), timeout=30)
    session.user(bed.user(number))
    session.pass_(password)
    return session


def commands(bed):
    user = bed.user(90)
    fill(bed, 90, 3)
    office = device(bed, 90, "office")
    for words in [["--keep", "after-download", "--days", "15"], ["--keep", "after-arrival", "--own-copies"],
                  ["--keep", "after-download", "--days", "0", "--own-copies"], ["--folder", "none"],
                  ["--dele", "burn"], ["--has-before", "yesterday"]]:
        barid(bed, "device", "policy", user, "office", *words, expect=1)
    shown = barid(bed, "device", "policy", user, "office")
    assert "for ever" in shown and "removes, recoverable" in shown, shown
    shown = barid(bed, "device", "policy", user, "office", "--keep", "after-download", "--days", "15", "--own-copies")
    assert "until 15 days after download" in shown, shown
    assert "يومًا" in barid(bed, "device", "policy", user, "office", language="ar")
    value = json.loads(barid(bed, "device", "policy", user, "office", "--json"))
    assert value["keep"] == "after-download" and value["days"] == 15 and value["confirmedAt"] > 0, value
    session = drop(bed, 90, office)
    assert "15" in session.capa()["EXPIRE"]
    for number in range(1, 4):
        session.retr(number)
    session.dele(2)
    session.quit()
    history = json.loads(barid(bed, "device", "history", user, "--json"))
    assert history["sessions"][0]["taken"] == 3 and history["sessions"][0]["removed"] == 1, history
    assert history["freedBytes"] > 100
    words = barid(bed, "device", "history", user, "office")
    assert "Space freed" in words and "office" in words, words
    rows = json.loads(barid(bed, "device", "list", user, "--json"))
    assert rows[0]["taken"] == 3 and rows[0]["policy"]["days"] == 15 and rows[0]["lastDownload"] > 0, rows
    assert "until 15 days" in barid(bed, "device", "list", user)
    barid(bed, "device", "policy", user, "office", "--reset", "--only-new", "yes")
    session = drop(bed, 90, office)
    assert session.stat()[0] == 0
    session.quit()
    barid(bed, "device", "forget", user, "office")
    session = drop(bed, 90, office)
    assert session.stat()[0] == 2
    session.quit()
    barid(bed, "account", "policy", user, "--group", "yes", "--dele", "archive")
    value = json.loads(barid(bed, "account", "policy", user, "--json"))
    assert value["group"] and value["dele"] == "archive", value
    barid(bed, "server", "confirm-time")


def getmail_days(bed):
    """getmail that deletes after a download, with a device's password: kept, then taken away, recoverable."""
    if not shutil.which("getmail"):
        print("     getmail is not installed", flush=True)
        return
    fill(bed, 91, 3)
    password = device(bed, 91, "getmail")
    with Getmail(bed, 91, password) as client:
        assert client.fetch("delete = false", "delete_after = 15") == 3
        assert client.fetch("delete = false", "delete_after = 15") == 3
        session = drop(bed, 91, password)
        assert session.stat()[0] == 3
        session.quit()
        history = json.loads(barid(bed, "device", "history", bed.user(91), "--json"))
        assert [row["taken"] for row in history["sessions"]] == [3], history
        assert client.fetch("delete = true") == 3
        session = drop(bed, 91, password)
        assert session.stat()[0] == 0
        session.quit()
    assert not json.loads(barid(bed, "device", "list", bed.user(91), "--json"))[0]["flaggedAt"]


def mpop_group(bed):
    """Two people with mpop that deletes after download on one address: each gets each once."""
    if not shutil.which("mpop"):
        print("     mpop is not installed", flush=True)
        return
    barid(bed, "account", "policy", bed.user(92), "--group", "yes")
    passwords = [device(bed, 92, name) for name in ["amal", "basim"]]
    fill(bed, 92, 3)
    with tempfile.TemporaryDirectory(prefix="barid-mpop-") as folder:
        def fetch(person):
            home = f"{folder}/{person}"
            for name in ["new", "cur", "tmp"]:
                os.makedirs(f"{home}/mail/{name}", exist_ok=True)
            with open(f"{home}/mpoprc", "w", encoding="ascii") as rc:
                rc.write(
                    f"account test\nhost {bed.host}\nport {bed.port('POP3S')}\nuser {bed.user(92)}\n"
                    f"password {passwords[person]}\ntls on\ntls_starttls off\ntls_trust_file {bed.authority}\nkeep off\n"
                    f"uidls_file {home}/uidls\ndelivery maildir {home}/mail\n")
            os.chmod(f"{home}/mpoprc", 0o600)
            run(["mpop", "-C", f"{home}/mpoprc", "-q", "test"], environment=dict(os.environ, HOME=home))
            return len(os.listdir(f"{home}/mail/new"))

        assert fetch(0) == 3 and fetch(0) == 3
        assert fetch(1) == 3
        fill(bed, 92, 1)
        assert fetch(1) == 4 and fetch(0) == 4 and fetch(1) == 4
    session = drop(bed, 92, bed.password)
    assert session.stat()[0] == 0, session.stat()
    session.quit()


def slow_reader(bed):
    """A kilobyte a second is served, however long it takes."""
    fill(bed, 93, 1)
    with socket.create_connection((bed.host, bed.port("POP3")), timeout=30) as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.sendall(f"USER {bed.user(93)}\r\nPASS {bed.password}\r\n".encode())
        plain.sendall(b"RETR 1\r\n" * 40 + b"QUIT\r\n")
        got = b""
        started = time.monotonic()
        while time.monotonic() - started < 5:
            got += plain.recv(1024)
            time.sleep(1)
        while piece := plain.recv(65536):
            got += piece
        assert got.count(b"Subject: number 0") == 40, got.count(b"Subject")
        assert got.endswith(b"+OK Goodbye\r\n")


def mutt_deletes(bed):
    """mutt opens the maildrop over POP3, deletes the first message and leaves; then it is left out of the next listing."""
    if not shutil.which("mutt") or not shutil.which("script"):
        print("     mutt is not installed", flush=True)
        return
    fill(bed, 94, 3)
    password = device(bed, 94, "mutt")
    with tempfile.TemporaryDirectory(prefix="barid-mutt-") as home:
        with open(f"{home}/muttrc", "w", encoding="ascii") as out:
            out.write(
                f'set pop_user = "{bed.user(94)}"\nset pop_pass = "{password}"\nset ssl_force_tls = yes\n'
                f'set ssl_ca_certificates_file = "{bed.authority}"\nset ssl_verify_host = no\nset delete = yes\n'
                f'set quit = yes\nset sleep_time = 0\nset from = "{bed.user(94)}"\nset folder = "{home}"\n')
        keys = "push '<first-entry><display-message><exit><first-entry><delete-message><sync-mailbox><quit>'"
        run(["script", "--quiet", "--return", "--command",
             f"mutt -F {home}/muttrc -f pops://{bed.host}:{bed.port('POP3S')}/ -e \"{keys}\"", "/dev/null"], timeout=90,
            environment=dict(os.environ, HOME=home, TERM="xterm", LINES="24", COLUMNS="80"))
    session = drop(bed, 94, password)
    assert session.stat()[0] == 2, session.stat()
    session.quit()


def stolen_laptop(bed):
    """Story 5: what a lost device took away comes back with its unique ids; the device itself stays outside."""
    user = bed.user(95)
    fill(bed, 95, 3)
    laptop, phone = device(bed, 95, "laptop"), device(bed, 95, "phone")
    session = drop(bed, 95, laptop)
    before = session.uidl()[1]
    texts = [session.retr(number)[1] for number in range(1, 4)]
    for number in range(1, 4):
        session.dele(number)
    session.quit()
    session = drop(bed, 95, phone)
    assert session.stat()[0] == 0
    session.quit()
    barid(bed, "device", "remove", user, "laptop")
    try:
        drop(bed, 95, laptop)
        raise AssertionError("the lost device is still let in")
    except poplib.error_proto as error:
        assert b"[AUTH]" in error.args[0], error
    assert len(json.loads(barid(bed, "mail", "deleted", "list", user, "--json"))) == 3
    barid(bed, "mail", "deleted", "restore", user, "--all")
    session = drop(bed, 95, phone)
    assert session.uidl()[1] == before, (session.uidl()[1], before)
    assert [session.retr(number)[1] for number in range(1, 4)] == texts
    session.quit()
    assert not json.loads(barid(bed, "mail", "deleted", "list", user, "--json"))


def slow_readers_of_a_downgraded_message(bed):
    """Sixteen phones that read nothing: what is held for each is a piece of the message, also where its header is rewritten for them."""
    client = imaplib.IMAP4(bed.host, bed.port("IMAP"))
    client.login(bed.user(99), bed.password)
    client.enable("UTF8=ACCEPT")
    message = ("From: أمل <amal@example.test>\r\nSubject: سلام\r\n\r\n" + ("QUJD" * 18 + "\r\n") * 140_000).encode()
    tag = client._new_tag()
    client.send(tag + b" APPEND INBOX UTF8 (~{%d}\r\n" % len(message))
    client.readline()
    client.send(message + b")\r\n")
    assert b"OK" in client.readline()
    client.logout()
    drop(bed, 99, bed.password).retr(1)
    # Held whole, the message would be there sixteen times: 160 MB, and stay. What the allocator and the search index have beside it goes
    # back to the system in less than a minute.
    before = bed.resident_kib()
    readers = []
    for _ in range(16):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        reader.connect((bed.host, bed.port("POP3")))
        reader.sendall(f"USER {bed.user(99)}\r\nPASS {bed.password}\r\nRETR 1\r\n".encode())
        readers.append(reader)
    for reader in readers:
        text = b""
        while b"Subject: =?" not in text:
            text += reader.recv(4_096)
    end = time.monotonic() + 60
    while (grown := bed.resident_kib() - before) >= 100_000 and time.monotonic() < end:
        time.sleep(1)
    for reader in readers:
        reader.close()
    assert grown < 100_000, f"{grown} KiB for sixteen readers of {len(message)} octets"


def mpop_only_new(bed):
    """mpop knows itself what it has: where only what is new shall be shown, it fetches that and goes on."""
    if not shutil.which("mpop"):
        print("     mpop is not installed", flush=True)
        return
    password = device(bed, 98, "mpop")
    barid(bed, "device", "policy", bed.user(98), "mpop", "--only-new", "yes")
    with tempfile.TemporaryDirectory(prefix="barid-mpop-") as folder:
        for name in ["new", "cur", "tmp"]:
            os.makedirs(f"{folder}/mail/{name}")
        with open(f"{folder}/mpoprc", "w", encoding="ascii") as rc:
            rc.write(
                f"account test\nhost {bed.host}\nport {bed.port('POP3S')}\nuser {bed.user(98)}\npassword {password}\n"
                f"tls on\ntls_starttls off\ntls_trust_file {bed.authority}\nkeep on\n"
                f"uidls_file {folder}/uidls\ndelivery maildir {folder}/mail\n")
        os.chmod(f"{folder}/mpoprc", 0o600)
        for count in (2, 4, 6):
            fill(bed, 98, 2)
            run(["mpop", "-C", f"{folder}/mpoprc", "-q", "test"], environment=dict(os.environ, HOME=folder))
            assert len(os.listdir(f"{folder}/mail/new")) == count


def revoked_while_open(bed):
    """The thief's programs are connected when his device is taken away: IDLE, a POP3 session with DELE, a submission under way."""
    user = bed.user(89)
    fill(bed, 89, 2)
    laptop, phone = device(bed, 89, "laptop"), device(bed, 89, "phone")
    wire = ssl.create_default_context(cafile=bed.authority).wrap_socket(
        socket.create_connection((bed.host, bed.port("IMAPS")), timeout=30), server_hostname=bed.host)
    imap = wire.makefile("rwb")
    imap.write(f"a LOGIN {user} {laptop}\r\nb SELECT INBOX\r\nc IDLE\r\n".encode())
    imap.flush()
    while not imap.readline().startswith(b"+ "):
        pass
    pop, other = drop(bed, 89, laptop), drop(bed, 89, phone)
    for number in (1, 2):
        pop.retr(number)
        pop.dele(number)
    smtp = smtplib.SMTP_SSL(bed.host, bed.port("SUBMISSIONS"), timeout=30, context=bed.tls())
    smtp.login(user, laptop)
    smtp.mail(user)
    smtp.rcpt(user)
    assert smtp.docmd("DATA")[0] == 354
    assert barid(bed, "device", "remove", user, "laptop").strip().endswith("Sessions ended: 3.")
    assert imap.readline().startswith(b"* BYE "), "IDLE goes on"
    assert imap.read() == b""
    try:
        pop.quit()
        raise AssertionError("QUIT was carried out")
    except (poplib.error_proto, OSError):
        pass
    smtp.send(letter(89, sender=user, to=user).encode() + b".\r\n")
    assert smtp.getreply()[0] == 421
    assert other.stat()[0] == 2
    other.quit()
    session = drop(bed, 89, phone)
    assert session.stat()[0] == 2, session.stat()
    session.quit()
    history = json.loads(barid(bed, "device", "history", user, "--json"))
    assert not history["sessions"], history
    said = barid(bed, "device", "remove", user, "phone", language="ar")
    assert "أُنهيت: 0" in re.sub("[\u2066-\u2069]", "", said), said


def killed_before_quit(bed):
    """kill -9 between RETR, DELE and QUIT: nothing counts as taken and nothing is deleted."""
    fill(bed, 96, 3)
    password = device(bed, 96, "office")
    barid(bed, "device", "policy", bed.user(96), "office", "--only-new", "yes")
    session = drop(bed, 96, password)
    for number in range(1, 4):
        session.retr(number)
        session.dele(number)
    bed.kill9()
    bed.start()
    for _ in range(2):
        session = drop(bed, 96, password)
        assert session.stat()[0] == 3, session.stat()
        for number in range(1, 4):
            session.retr(number)
        session.close()
    session = drop(bed, 96, password)
    for number in range(1, 4):
        session.retr(number)
    session.quit()
    bed.kill9()
    bed.start()
    session = drop(bed, 96, password)
    assert session.stat()[0] == 0, session.stat()
    session.quit()


# The last one starts the server again.
CHECKS = [mutt_deletes, commands, getmail_days, mpop_group, slow_reader, stolen_laptop, revoked_while_open,
          mpop_only_new, slow_readers_of_a_downgraded_message, killed_before_quit]
