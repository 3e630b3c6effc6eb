"""`make interop`: more programs, and more mail: fetchmail, mpop, offlineimap; a mailbox of 20,000."""
import mailbox
import os
import socket
import time

from bed import letter, run
from test_python import imap, ok
from test_sync import fill


def fetchmail(bed):
    """POP3 and IMAP, keeping and deleting."""
    home = os.path.join(bed.folder, "fetchmail")
    mail = os.path.join(home, "mail")
    os.makedirs(mail)
    fill(bed, 40, 50)
    config = os.path.join(home, "rc")

    def fetch(protocol, port, options, server=""):
        with open(config, "w", encoding="utf-8") as out:
            out.write(
                f'poll localhost protocol {protocol} port {bed.port(port)} {server} username "{bed.user(40)}" '
                f'password "{bed.password}" ssl sslcertck sslcertfile {bed.authority} {options} '
                f'mda "cat >{mail}/$$.$(date +%s%N)"\n')
        os.chmod(config, 0o600)
        # 1: there was no mail.
        run(["fetchmail", "--fetchmailrc", config, "--silent", "--idfile", home + "/ids", "--pidfile", home + "/pid"],
            timeout=120, environment=dict(os.environ, HOME=home, FETCHMAILHOME=home), expect=None)
        return len(os.listdir(mail))

    assert fetch("pop3", "POP3S", "keep", "uidl") == 50
    assert fetch("pop3", "POP3S", "keep", "uidl") == 50, "a letter came twice"
    assert fetch("imap", "IMAPS", "nokeep fetchall") == 100
    session = imap(bed, 40)
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "ALL")) == [b""]
    session.logout()


def mpop(bed):
    home = os.path.join(bed.folder, "mpop")
    os.makedirs(home)
    fill(bed, 41, 50)
    config = os.path.join(home, "rc")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"""
defaults
tls on
tls_starttls off
tls_trust_file {bed.authority}
account bed
host localhost
port {bed.port("POP3S")}
user {bed.user(41)}
password {bed.password}
auth plain
delivery mbox {home}/mbox
uidls_file {home}/uidls
keep on
account default : bed
""")
    os.chmod(config, 0o600)
    for _ in range(2):
        run(["mpop", "--file", config, "--quiet"], timeout=120, environment=dict(os.environ, HOME=home))
        assert len(mailbox.mbox(home + "/mbox")) == 50


def offlineimap(bed):
    home = os.path.join(bed.folder, "offlineimap")
    os.makedirs(home)
    fill(bed, 42, 300)
    config = os.path.join(home, "rc")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"""
[general]
accounts = bed
metadata = {home}/meta
ui = quiet
[Account bed]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {home}/mail
[Repository far]
type = IMAP
remotehost = localhost
remoteport = {bed.port("IMAPS")}
ssl = yes
sslcacertfile = {bed.authority}
remoteuser = {bed.user(42)}
remotepass = {bed.password}
""")
    command = ["offlineimap", "-c", config, "-o"]
    run(command, timeout=200, environment=dict(os.environ, HOME=home))
    inbox = mailbox.Maildir(home + "/mail/INBOX", create=False)
    assert len(inbox) == 300, len(inbox)
    key, message = next(iter(inbox.items()))
    message.add_flag("F")
    message.add_flag("S")
    message.set_subdir("cur")
    inbox[key] = message
    run(command, timeout=200, environment=dict(os.environ, HOME=home))
    session = imap(bed, 42)
    session.select("INBOX", readonly=True)
    assert len(ok(session.search(None, "FLAGGED", "SEEN"))[0].split()) == 1
    session.logout()


def large_mailbox(bed):
    """20,000 messages: filled by pipelined appends, opened, listed, flagged and searched in seconds."""
    count = 20_000
    message = letter("large", "large mailbox").encode()
    with socket.create_connection((bed.host, bed.port("IMAP")), timeout=300) as sock:
        lines = sock.makefile("rb")
        lines.readline()
        sock.sendall(f'a LOGIN {bed.user(43)} {bed.password}\r\n'.encode())
        while not lines.readline().startswith(b"a OK"):
            pass
        for start in range(0, count, 500):
            piece = b"".join(b"b%d APPEND INBOX {%d+}\r\n%s\r\n" % (n, len(message), message) for n in range(start, start + 500))
            sock.sendall(piece)
            while not lines.readline().startswith(b"b%d OK" % (start + 499)):
                pass
    session = imap(bed, 43)
    started = time.monotonic()
    assert ok(session.select("INBOX")) == [b"%d" % count]
    assert len(ok(session.fetch("1:*", "(FLAGS UID RFC822.SIZE)"))) == count
    ok(session.store("1:*", "+FLAGS.SILENT", "(\\Seen)"))
    assert len(ok(session.search(None, "SEEN"))[0].split()) == count
    assert time.monotonic() - started < 20
    session.logout()


CHECKS = [fetchmail, mpop, offlineimap, large_mailbox]
