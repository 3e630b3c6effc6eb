"""Python's smtplib, imaplib and poplib, over TLS and without."""
import imaplib
import poplib
import smtplib
import socket
import threading
import time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from bed import letter


def imap(bed, number, way="tls"):
    if way == "tls":
        session = imaplib.IMAP4_SSL(bed.host, bed.port("IMAPS"), ssl_context=bed.tls(), timeout=30)
    else:
        session = imaplib.IMAP4(bed.host, bed.port("IMAP"), timeout=30)
        if way == "starttls":
            session.starttls(bed.tls())
    session.login(bed.user(number), bed.password)
    return session


def ok(answer):
    kind, data = answer
    assert kind == "OK", (kind, data)
    return data


def smtplib_in(bed):
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.ehlo("client.test")
        assert "auth" not in client.esmtp_features, "AUTH on the MX port"
        for word in ["pipelining", "8bitmime", "size", "starttls", "enhancedstatuscodes"]:
            assert word in client.esmtp_features, word
        refused = client.sendmail("a@elsewhere.test", [bed.user(10), bed.user(11)], letter("smtplib", "two people"))
        assert refused == {}
        client.starttls(context=bed.tls())
        client.sendmail("a@elsewhere.test", [bed.user(10)], letter("smtplib-tls", "after STARTTLS"))


def smtplib_submission(bed):
    message = EmailMessage()
    message["From"] = bed.user(10)
    message["To"] = bed.user(11)
    message["Subject"] = "رسالة عربية"
    message.set_content("مرحبًا\n")
    message.add_attachment(bytes(range(256)) * 40, maintype="application", subtype="octet-stream", filename="bytes.bin")
    with smtplib.SMTP_SSL(bed.host, bed.port("SUBMISSIONS"), context=bed.tls(), timeout=30) as client:
        client.login(bed.user(10), bed.password)
        client.send_message(message)
    session = imap(bed, 11)
    session.select("INBOX")
    numbers = ok(session.search(None, "ALL"))[0].split()
    raw = ok(session.fetch(numbers[-1], "(BODY.PEEK[])"))[0][1]
    got = BytesParser(policy=default).parsebytes(raw)
    assert got["Subject"] == "رسالة عربية", got["Subject"]
    assert got.get_body().get_content().strip() == "مرحبًا"
    assert next(got.iter_attachments()).get_content() == bytes(range(256)) * 40
    session.logout()


def submission_sender_must_be_own(bed):
    with smtplib.SMTP_SSL(bed.host, bed.port("SUBMISSIONS"), context=bed.tls(), timeout=30) as client:
        client.login(bed.user(10), bed.password)
        try:
            client.sendmail(bed.user(11), [bed.user(12)], letter("forged", sender=bed.user(11)))
        except (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            return
    raise AssertionError("another user's address was taken as sender")


def dots_and_lines(bed):
    body = ".\r\n..\r\n.dot\r\n\r\nlast line without more\r\n"
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.sendmail("a@elsewhere.test", [bed.user(12)], letter("dots", "dots", body))
    for way in ["plain", "tls"]:
        session = imap(bed, 12, way)
        session.select("INBOX")
        assert ok(session.fetch("1", "(BODY.PEEK[TEXT])"))[0][1] == body.encode()
        session.logout()
    drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
    drop.user(bed.user(12))
    drop.pass_(bed.password)
    lines = drop.retr(1)[1]
    assert b"\r\n".join(lines).endswith(body.strip("\r\n").encode()), lines[-6:]
    drop.quit()


def imap_ways(bed):
    for way in ["plain", "starttls", "tls"]:
        session = imap(bed, 13, way)
        names = [line.split(b'"/"')[-1].strip().strip(b'"') for line in ok(session.list())]
        for name in [b"INBOX", b"Sent", b"Drafts", b"Trash", b"Junk", b"Archive"]:
            assert name in names, (way, names)
        session.logout()


def imap_mailboxes(bed):
    session = imap(bed, 13)
    ok(session.create("Projects/2026"))
    ok(session.create("&BicGRAYoBjEGSgYv-"))  # an Arabic name in modified UTF-7
    ok(session.rename("Projects/2026", "Projects/Old"))
    ok(session.subscribe("Projects/Old"))
    names = b"\n".join(ok(session.list()))
    assert b"Projects/Old" in names and b"Projects/2026" not in names, names
    ok(session.delete("Projects/Old"))
    ok(session.delete("&BicGRAYoBjEGSgYv-"))
    assert session.create("INBOX")[0] == "NO"
    session.logout()


def imap_messages(bed):
    session = imap(bed, 14)
    for number in range(5):
        ok(session.append("INBOX", None, None, letter(f"append-{number}", f"number {number}").encode()))
    assert ok(session.select("INBOX")) == [b"5"]
    ok(session.store("2:3", "+FLAGS", "(\\Flagged $Label)"))
    assert ok(session.search(None, "FLAGGED")) == [b"2 3"]
    assert ok(session.search(None, "KEYWORD", "$Label", "SUBJECT", '"number 2"')) == [b"3"]
    ok(session.copy("1", "Archive"))
    ok(session.uid("MOVE", ok(session.fetch("5", "(UID)"))[0].split()[2].rstrip(b")").decode(), "Trash"))
    assert ok(session.status("Archive", "(MESSAGES)"))[0].endswith(b"(MESSAGES 1)")
    assert ok(session.status("Trash", "(MESSAGES)"))[0].endswith(b"(MESSAGES 1)")
    ok(session.store("1", "+FLAGS", "(\\Deleted)"))
    # imaplib still holds the EXPUNGE of the move.
    assert ok(session.expunge())[-1] == b"1"
    envelope = ok(session.fetch("1", "(ENVELOPE BODYSTRUCTURE RFC822.SIZE INTERNALDATE FLAGS)"))[0]
    assert b'"number 1"' in envelope and b'"TEXT" "PLAIN"' in envelope.upper(), envelope
    ok(session.close())
    session.logout()


def imap_idle(bed):
    """A letter that comes in shows on an idle connection."""
    session = imap(bed, 15)
    session.select("INBOX")
    session.send(b"x1 IDLE\r\n")
    assert session.readline().startswith(b"+")
    started = time.monotonic()
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        client.sendmail("a@elsewhere.test", [bed.user(15)], letter("idle"))
    line = session.readline()
    while b"EXISTS" not in line:
        assert line, "closed"
        line = session.readline()
    assert time.monotonic() - started < 2
    session.send(b"DONE\r\n")
    while not line.startswith(b"x1"):
        line = session.readline()
    assert line.startswith(b"x1 OK")
    session.logout()


def poplib_ways(bed):
    with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
        for number in range(3):
            client.sendmail("a@elsewhere.test", [bed.user(16)], letter(f"pop-{number}", f"pop {number}"))
    seen = []
    for way in ["plain", "stls", "tls"]:
        if way == "tls":
            drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
        else:
            drop = poplib.POP3(bed.host, bed.port("POP3"), timeout=30)
        if way == "stls":
            drop.stls(bed.tls())
        drop.user(bed.user(16))
        drop.pass_(bed.password)
        capabilities = drop.capa()
        for word in ["TOP", "UIDL", "PIPELINING", "RESP-CODES"]:
            assert word in capabilities, (way, capabilities)
        count, size = drop.stat()
        assert count == 3, count
        sizes = [int(line.split()[1]) for line in drop.list()[1]]
        assert sum(sizes) == size
        seen.append([line.split()[1] for line in drop.uidl()[1]])
        # poplib leaves out line ends: 2 octets a line.
        lines = drop.retr(2)[1]
        assert sum(len(line) + 2 for line in lines) == sizes[1]
        assert any(b"Subject: pop 1" in line for line in lines)
        top = drop.top(3, 0)[1]
        assert top[-1] == b"" and any(b"Subject: pop 2" in line for line in top)
        drop.quit()
    assert seen[0] == seen[1] == seen[2]


def poplib_delete(bed):
    """DELE acts at QUIT; a connection that drops deletes nothing; UIDLs stay."""
    def drop():
        session = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
        session.user(bed.user(16))
        session.pass_(bed.password)
        return session

    first = drop()
    ids = [line.split()[1] for line in first.uidl()[1]]
    first.dele(1)
    first.sock.shutdown(socket.SHUT_RDWR)
    first.close()
    second = drop()
    assert [line.split()[1] for line in second.uidl()[1]] == ids
    second.dele(2)
    second.quit()
    third = drop()
    assert [line.split()[1] for line in third.uidl()[1]] == [ids[0], ids[2]]
    third.quit()


def log_in_needs_the_right_password(bed):
    try:
        session = imaplib.IMAP4_SSL(bed.host, bed.port("IMAPS"), ssl_context=bed.tls(), timeout=30)
        session.login(bed.user(17), "wrong")
    except imaplib.IMAP4.error as error:
        assert "AUTHENTICATIONFAILED" in str(error), error
    else:
        raise AssertionError("a wrong password was taken")
    drop = poplib.POP3_SSL(bed.host, bed.port("POP3S"), context=bed.tls(), timeout=30)
    drop.user(bed.user(17))
    try:
        drop.pass_("wrong")
    except poplib.error_proto as error:
        assert "[AUTH]" in str(error), error
    else:
        raise AssertionError("a wrong password was taken")


def many_at_once(bed):
    """Twenty senders and a reader on one mailbox: every message once."""
    def send(number):
        with smtplib.SMTP(bed.host, bed.port("SMTP"), timeout=30) as client:
            for turn in range(10):
                client.sendmail("a@elsewhere.test", [bed.user(18)], letter(f"many-{number}-{turn}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session = imap(bed, 18)
    session.select("INBOX", readonly=True)
    rows = ok(session.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
    ids = [row[1].strip() for row in rows if isinstance(row, tuple)]
    assert len(ids) == 200 and len(set(ids)) == 200, (len(ids), len(set(ids)))
    session.logout()


CHECKS = [
    smtplib_in, smtplib_submission, submission_sender_must_be_own, dots_and_lines, imap_ways, imap_mailboxes,
    imap_messages, imap_idle, poplib_ways, poplib_delete, log_in_needs_the_right_password, many_at_once,
]
