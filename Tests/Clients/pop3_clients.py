"""POP3 as real programs speak it: poplib's every command, curl, getmail6, fetchmail and mpop, where they are installed."""
import os
import poplib
import shutil
import smtplib
import socket
import tempfile

from bed import letter, run
from getmail import Getmail


def fill(bed, number, count):
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        for turn in range(count):
            client.sendmail(
                "a@elsewhere.test", [bed.user(number)], letter(f"drop-{number}-{turn}", f"number {turn}", ".dot\r\ntext\r\n"))


def log_in(bed, number, way="tls"):
    if way == "tls":
        drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
    else:
        drop = poplib.POP3(bed.host, bed.port("POP3"), timeout=30)
        if way == "stls":
            drop.stls(bed.tls())
    drop.user(bed.user(number))
    drop.pass_(bed.password)
    return drop


def every_command(bed):
    fill(bed, 50, 3)
    for way in ["plain", "stls", "tls"]:
        drop = log_in(bed, 50, way)
        assert "STLS" not in drop.capa()
        count, octets = drop.stat()
        assert count == 3
        assert sum(int(line.split()[1]) for line in drop.list()[1]) == octets
        assert int(drop.list(2).split()[2]) == octets // 3
        ids = [line.split()[1] for line in drop.uidl()[1]]
        assert drop.uidl(3).split()[2] == ids[2]
        assert drop.retr(1)[1][-2:] == [b".dot", b"text"]
        assert drop.top(1, 1)[1][-2:] == [b"", b".dot"]
        drop.dele(1)
        assert drop.stat()[0] == 2
        drop.rset()
        assert drop.stat()[0] == 3
        drop.noop()
        for wrong in [lambda: drop.retr(4), lambda: drop.list(0), lambda: drop.dele(99), lambda: drop.top(9, 1)]:
            try:
                wrong()
            except poplib.error_proto as error:
                assert str(error).startswith("b'-ERR"), error
            else:
                raise AssertionError("a wrong number was taken")
        drop.quit()


def stls_injection(bed):
    with socket.create_connection((bed.host, bed.port("POP3")), timeout=30) as plain:
        plain.recv(1000)
        plain.sendall(b"STLS\r\nCAPA\r\n")
        got = b""
        while piece := plain.recv(1000):
            got += piece
        assert got.startswith(b"-ERR") and b"+OK" not in got, got


def curl_reads(bed):
    fill(bed, 51, 2)
    user = ["curl", "-sS", "--cacert", bed.authority, "--user", f"{bed.user(51)}:{bed.password}"]
    for address, options in [(f"pop3s://{bed.host}:{bed.port('POP3S')}", []), (f"pop3://{bed.host}:{bed.port('POP3')}", ["--ssl-reqd"])]:
        assert len(run([*user, *options, f"{address}/"]).split("\r\n")) >= 2
        assert "Subject: number 1" in run([*user, *options, f"{address}/2"])
    run([*user, "-X", "DELE", "-I", f"pop3s://{bed.host}:{bed.port('POP3S')}/1"])
    drop = log_in(bed, 51)
    assert drop.stat()[0] == 1 and b"Subject: number 1" in drop.retr(1)[1]
    drop.quit()


def getmail_keeps(bed):
    """getmail fetches all, then nothing, then what is new; delete_after and delete take it away."""
    if not shutil.which("getmail"):
        print("     getmail is not installed", flush=True)
        return
    fill(bed, 52, 3)
    with Getmail(bed, 52) as client:
        assert client.fetch("delete = false") == 3
        assert client.fetch("delete = false") == 3
        fill(bed, 52, 1)
        assert client.fetch("delete = false") == 4
        assert client.fetch("delete = true") == 4
        drop = log_in(bed, 52)
        assert drop.stat()[0] == 0, drop.stat()
        drop.quit()


def fetchmail_keeps(bed):
    if not shutil.which("fetchmail"):
        print("     fetchmail is not installed", flush=True)
        return
    fill(bed, 53, 3)
    with tempfile.TemporaryDirectory(prefix="barid-fetchmail-") as folder:
        def fetch(word, expect):
            with open(f"{folder}/fetchmailrc", "w", encoding="ascii") as rc:
                rc.write(
                    f"poll localhost service {bed.port('POP3')} protocol pop3 uidl user \"{bed.user(53)}\" "
                    f"password \"{bed.password}\" {word} sslproto TLS1.2+ sslcertck sslcertfile {bed.authority} "
                    f"mda \"/bin/sh -c 'cat >> {folder}/mbox; echo >> {folder}/count'\"\n")
            os.chmod(f"{folder}/fetchmailrc", 0o600)
            run(["fetchmail", "-f", f"{folder}/fetchmailrc", "-i", f"{folder}/ids", "--pidfile", f"{folder}/pid"],
                environment=dict(os.environ, HOME=folder, FETCHMAILHOME=folder), expect=expect)
            with open(f"{folder}/count", encoding="ascii") as count:
                return len(count.readlines())

        assert fetch("keep", 0) == 3
        # 1: there was mail, but none of it was new.
        assert fetch("keep", 1) == 3
        fill(bed, 53, 1)
        assert fetch("keep", 0) == 4
        assert fetch("nokeep fetchall", 0) == 8
        drop = log_in(bed, 53)
        assert drop.stat()[0] == 0, drop.stat()
        drop.quit()


def mpop_keeps(bed):
    if not shutil.which("mpop"):
        print("     mpop is not installed", flush=True)
        return
    fill(bed, 54, 3)
    with tempfile.TemporaryDirectory(prefix="barid-mpop-") as folder:
        for name in ["new", "cur", "tmp"]:
            os.makedirs(f"{folder}/mail/{name}")

        def fetch(keep, way):
            port, starttls = ("POP3S", "off") if way == "tls" else ("POP3", "on")
            with open(f"{folder}/mpoprc", "w", encoding="ascii") as rc:
                rc.write(
                    f"account test\nhost {bed.host}\nport {bed.port(port)}\nuser {bed.user(54)}\npassword {bed.password}\n"
                    f"tls on\ntls_starttls {starttls}\ntls_trust_file {bed.authority}\nkeep {keep}\n"
                    f"uidls_file {folder}/uidls\ndelivery maildir {folder}/mail\n")
            os.chmod(f"{folder}/mpoprc", 0o600)
            run(["mpop", "-C", f"{folder}/mpoprc", "-q", "test"], environment=dict(os.environ, HOME=folder))
            return len(os.listdir(f"{folder}/mail/new"))

        assert fetch("on", "tls") == 3
        assert fetch("on", "stls") == 3
        fill(bed, 54, 1)
        assert fetch("off", "tls") == 4
        drop = log_in(bed, 54)
        assert drop.stat()[0] == 0, drop.stat()
        drop.quit()


CHECKS = [every_command, stls_injection, curl_reads, getmail_keeps, fetchmail_keeps, mpop_keeps]
