"""Mail from strangers against `barid serve` and a name server of our own: what is checked, refused, signed and reported."""
import glob
import gzip
import imaplib
import json
import os
import smtplib
import socket
import socketserver
import ssl
import struct
import threading
import time

from bed import ROOT, run
from test_program import OFFSET, Server, barid, in_folder, program

DNS_PORT = 53 + OFFSET
KEYS = os.path.join(ROOT, "Tests", "Resources", "dkim", "dkimpy")


class Names(socketserver.BaseRequestHandler):
    """Answers from `table`: (name, type) -> list of wire data; a name in `dead` gets no answer."""
    table = {}
    dead = set()

    def handle(self):
        query, out = self.request
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        name, kind = ".".join(labels), struct.unpack(">H", query[at + 1:at + 3])[0]
        if any(name == one or name.endswith("." + one) for one in self.dead):
            return
        records = self.table.get((name, kind), [])
        known = any(key[0] == name or key[0].endswith("." + name) for key in self.table)
        flags = 0x8580 | (0 if known else 3)
        answer = query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + query[12:at + 5]
        for data in records:
            answer += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
        out.sendto(answer, self.client_address)


def txt(text):
    data = text.encode()
    return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))


def names():
    with open(os.path.join(KEYS, "2048_testkey_wo_markers.pub.txt"), encoding="ascii") as lines:
        key = lines.read().strip()
    return {
        ("bank.test", 16): [txt("v=spf1 ip4:192.0.2.1 -all")],
        ("s._domainkey.bank.test", 16): [txt(key)],
        ("_dmarc.bank.test", 16): [txt("v=DMARC1; p=reject; rua=mailto:r@bank.test,mailto:x@other.test")],
        ("slow.test", 16): [txt("v=spf1 a:dead.test -all")],
        ("1.2.0.192.in-addr.arpa", 12): [b"\x04mail\x04bank\x04test\x00"],
        ("mail.bank.test", 1): [bytes([192, 0, 2, 1])],
        ("2.0.0.127.bl.test", 1): [bytes([127, 0, 0, 2])],
        ("9.113.0.203.bl.test", 1): [bytes([127, 0, 0, 2])],
        ("2.0.0.127.everybody.test", 1): [bytes([127, 0, 0, 2])],
        ("1.0.0.127.everybody.test", 1): [bytes([127, 0, 0, 2])],
        ("1.2.0.192.everybody.test", 1): [bytes([127, 0, 0, 2])],
    }


CONFIGURATION = f"""
resolver: {{address: 127.0.0.1, port: {DNS_PORT}}}
checks: {{blocklists: [bl.test, everybody.test], seconds: 3}}
"""


def send(address, letter, to="amal@example.org", sender="info@bank.test"):
    """Comes from `address` by way of the PROXY header; returns the last reply."""
    with socket.create_connection(("127.0.0.1", 25 + OFFSET), timeout=30) as plain:
        stream = plain.makefile("rwb")

        def ask(line):
            stream.write(line + b"\r\n")
            stream.flush()
            while True:
                reply = stream.readline().decode().strip()
                if reply[3:4] != "-":
                    return reply
        ask(f"PROXY TCP4 {address} 127.0.0.1 40000 25".encode())
        ask(b"EHLO mail.bank.test")
        for line in [f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"]:
            reply = ask(line.encode())
            if reply[0] in "45":
                return reply
        reply = ask(letter + b".")
        ask(b"QUIT")
        return reply


def mailbox(folder, name="INBOX"):
    context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
    session = imaplib.IMAP4_SSL("localhost", 993 + OFFSET, ssl_context=context, timeout=20)
    session.login("amal@example.org", "correct horse")
    session.select(name, readonly=True)
    found = session.search(None, "ALL")[1][0].split()
    letters = [session.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in found]
    session.logout()
    return letters


LETTER = b"From: info@bank.test\r\nTo: amal@example.org\r\nSubject: %d\r\nMessage-ID: <%d@bank.test>\r\n\r\nHello\r\n"


@in_folder
def strangers_mail(folder):
    Names.table, Names.dead = names(), {"dead.test"}
    server = socketserver.ThreadingUDPServer(("127.0.0.1", DNS_PORT), Names)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        config = CONFIGURATION.replace("resolver", "listeners.smtp.proxy-from: [127.0.0.0/8]\nresolver")
        with Server(folder, config) as office:
            barid(office, "domain", "add", "example.org")
            barid(office, "account", "add", "amal@example.org", "--password", data=b"correct horse\n")
            letters(folder)
            reports(office, folder)
            keys(office, folder)
            office.end()
        # The list that lists everybody was switched off, with an alert.
        with open(os.path.join(folder, "log"), encoding="utf-8") as lines:
            words = lines.read()
        assert "dns list switched off" in words and "everybody.test" in words, words[-2000:]
        assert "reply=550 5.7.1" in words or "5.7.1" in words
    finally:
        server.shutdown()
        server.server_close()


def letters(folder):
    path = os.path.join(folder, "letter.eml")
    with open(path, "wb") as out:
        out.write(LETTER % (1, 1))
    signed = run([program(), "dkim", "sign", "--key", KEYS + "/2048_testkey.key", "--selector", "s", "--domain", "bank.test", path])
    forged = b"Authentication-Results: mail.example.org; dmarc=pass\r\n"
    assert send("192.0.2.1", forged + signed.encode()).startswith("250")
    text = mailbox(folder)[0].decode().replace("\r\n\t", " ").replace("  ", " ")
    for part in ["iprev=pass", "spf=pass smtp.mailfrom=info@bank.test", "dkim=pass header.d=bank.test", "dmarc=pass"]:
        assert part in text, (part, text)
    assert text.count("mail.example.org; ") == 1, text
    # The owner's policy.
    assert send("198.51.100.7", LETTER % (2, 2)) == "550 5.7.1 Refused by the DMARC policy of bank.test"
    # On a list: refused, but not for postmaster.
    reply = send("203.0.113.9", LETTER % (3, 3))
    assert reply == "550 5.7.1 Mail from 203.0.113.9 is refused: see bl.test", reply
    assert send("203.0.113.9", LETTER.replace(b"bank.test", b"plain.test") % (4, 4), "postmaster@example.org", "a@plain.test").startswith("250")
    # SPF fails without any policy: Junk. A name server that does not answer: taken in, with a temporary error noted.
    Names.table[("spf.test", 16)] = [txt("v=spf1 -all")]
    assert send("198.51.100.7", LETTER.replace(b"bank.test", b"spf.test") % (5, 5), sender="a@spf.test").startswith("250")
    assert b"spf=fail" in mailbox(folder, "Junk")[0]
    began = time.monotonic()
    assert send("198.51.100.7", LETTER.replace(b"bank.test", b"slow.test") % (6, 6), sender="a@slow.test").startswith("250")
    assert time.monotonic() - began < 10
    assert b"spf=temperror" in mailbox(folder)[-1], mailbox(folder)[-1]


def reports(office, folder):
    dns = f"127.0.0.1:{DNS_PORT}"
    found = json.loads(barid(office, "dmarc", "report", "--outgoing", "--json", "--dns", dns))
    assert [(one["report"]["policy"]["domain"], one["messages"], one["passed"]) for one in found] == [("bank.test", 2, 1)], found
    assert found[0]["destinations"] == ["r@bank.test"], found
    assert "other.test" in found[0]["refused"][0], found
    assert "bank.test" in barid(office, "dmarc", "report", "--outgoing", "--dns", dns)
    barid(office, "dmarc", "report", "--outgoing", "--dns", dns, "--into", folder)
    written = glob.glob(folder + "/mail.example.org!bank.test!*.xml.gz")
    assert len(written) == 1, os.listdir(folder)
    assert b"<disposition>reject</disposition>" in gzip.open(written[0]).read()
    shown = barid(office, "dmarc", "report", written[0])
    assert "198.51.100.7" in shown and "reject" in shown, shown
    mail = os.path.join(ROOT, "Tests", "Resources", "dkim", "corpus", "mailauth_mox_dmarc-reports_google.eml")
    assert "google.com" in barid(office, "dmarc", "report", mail)
    failure = os.path.join(ROOT, "Tests", "Resources", "dmarc", "arf", "003.eml")
    assert "bodyhash" in barid(office, "dmarc", "report", failure)
    arabic = barid(office, "dmarc", "report", written[0], "--language", "ar")
    assert "تقرير" in arabic, arabic


def keys(office, folder):
    """Our own mail is signed with both keys of the domain; a rotation keeps the old ones published."""
    found = json.loads(barid(office, "dkim", "list", "example.org", "--json"))
    assert sorted(key["algorithm"] for key in found) == ["ed25519-sha256", "rsa-sha256"], found
    assert {key["state"] for key in found} == {"signing"}
    split = [key for key in found if key["algorithm"] == "rsa-sha256"][0]["quoted"]
    pieces = split.split('" "')
    assert len(pieces) == 2 and all(len(piece.strip('"')) <= 255 for piece in pieces), split
    context = ssl.create_default_context(cafile=folder + "/data/certificates/ca.pem")
    with smtplib.SMTP_SSL("localhost", 465 + OFFSET, context=context, timeout=20) as client:
        client.login("amal@example.org", "correct horse")
        client.sendmail("amal@example.org", ["amal@example.org"], b"From: amal@example.org\r\nSubject: own\r\n\r\nHello\r\n")
    letter = mailbox(folder)[-1]
    assert letter.count(b"DKIM-Signature:") == 2, letter
    assert b"Authentication-Results" not in letter
    try:
        import dkim
    except ImportError:
        pass
    else:
        table = {key["name"] + ".": key["record"].encode() for key in found}
        for index in range(2):
            assert dkim.DKIM(letter).verify(idx=index, dnsfunc=lambda name, timeout=5: table.get(name.decode()))
    words = barid(office, "dkim", "rotate", "example.org", "--hours", "1", "--days", "3")
    assert words.count("IN TXT") == 4 and "publish now" in words, words
    states = [key["state"] for key in json.loads(barid(office, "dkim", "list", "example.org", "--json"))]
    assert sorted(states) == ["signing", "signing", "waiting", "waiting"], states
    assert os.stat(folder + "/data/directory.db").st_mode & 0o777 == 0o600


CHECKS = [strangers_mail]
