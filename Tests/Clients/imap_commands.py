"""imaplib through every command it has, and curl's IMAP verbs, on one mailbox with its extensions."""
import os
import time

from bed import letter
from test_curl import curl, url
from test_python import imap, ok

USER = 41


def every_command(bed):
    session = imap(bed, USER)
    for word in ["IMAP4REV1", "UIDPLUS", "MOVE", "IDLE", "CONDSTORE", "ESEARCH", "SPECIAL-USE", "BINARY", "PREVIEW", "QUOTA"]:
        assert word in ok(session.capability())[0].decode().upper().split(), word
    ok(session.noop())
    ok(session.namespace())
    for number in range(10):
        ok(session.append("INBOX", "(\\Seen)" if number % 2 else None, '"05-Jan-2026 10:00:00 +0000"',
                          letter(f"every-{number}", f"number {number}", f"body {number}\r\n").encode()))
    assert ok(session.select("INBOX"))[0] == b"10"
    ok(session.check())
    assert session.response("UIDVALIDITY")[1][0]
    assert ok(session.search(None, "UNSEEN"))[0] == b"1 3 5 7 9"
    assert ok(session.search("UTF-8", "SUBJECT", '"number 3"'))[0] == b"4"
    assert ok(session.uid("SEARCH", "BODY", '"body 7"'))[0] == b"8"
    got = ok(session.fetch("1", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))
    assert b"Subject: number 0" in got[0][1], got
    size = int(ok(session.fetch("2", "(RFC822.SIZE)"))[0].split()[-1].rstrip(b")"))
    assert len(ok(session.fetch("2", "(RFC822)"))[0][1]) == size
    ok(session.store("1:3", "+FLAGS.SILENT", "(\\Flagged)"))
    assert ok(session.search(None, "FLAGGED"))[0] == b"1 2 3"
    ok(session.copy("1:2", "Archive"))
    ok(session.uid("COPY", "3", "Archive"))
    ok(session.uid("MOVE", "4", "Trash"))
    ok(session.store("1", "+FLAGS", "(\\Deleted)"))
    ok(session.uid("EXPUNGE", "1"))
    session.response("EXPUNGE")
    ok(session.store("1", "+FLAGS", "(\\Deleted)"))
    assert ok(session.expunge()) == [b"1"]
    assert ok(session.status("Archive", "(MESSAGES UIDNEXT UNSEEN)"))[0].endswith(b"(MESSAGES 3 UIDNEXT 4 UNSEEN 2)")
    ok(session.create("Every/thing"))
    ok(session.subscribe("Every/thing"))
    assert b"Every/thing" in b"".join(ok(session.lsub()))
    ok(session.unsubscribe("Every/thing"))
    ok(session.rename("Every/thing", "Every/other"))
    ok(session.delete("Every/other"))
    ok(session.getquotaroot("INBOX"))
    ok(session.sort("DATE", "UTF-8", "ALL"))
    ok(session.unselect())
    ok(session.select("INBOX", readonly=True))
    assert session.store("1", "+FLAGS", "(\\Seen)")[0] == "NO"
    ok(session.close())
    session.logout()


def two_sessions(bed):
    """What one session does the other hears of, with right numbers."""
    first, second = imap(bed, USER), imap(bed, USER)
    first.select("INBOX")
    count = int(ok(second.select("INBOX"))[0])
    ok(first.store("1,3", "+FLAGS.SILENT", "(\\Deleted)"))
    assert ok(first.expunge()) == [b"3", b"1"]
    second.noop()
    assert second.response("EXPUNGE")[1] == [b"3", b"1"], second.untagged_responses
    ok(first.append("INBOX", None, None, letter("second", "second").encode()))
    second.noop()
    assert second.response("EXISTS")[1][-1] == str(count - 1).encode()
    first.logout()
    second.logout()


def deep_flags(bed):
    """A report of many changed flags comes whole and soon."""
    first, second = imap(bed, USER + 1), imap(bed, USER + 1)
    for number in range(10):
        ok(first.append("INBOX", None, None, letter(f"flags-{number}", f"number {number}").encode()))
    for _ in range(6):
        first.select("INBOX")
        ok(first.copy("1:*", "INBOX"))
    first.select("INBOX")
    second.select("INBOX")
    ok(first.store("1:*", "+FLAGS.SILENT", "(\\Seen $Work)"))
    started = time.monotonic()
    second.noop()
    assert len(second.response("FETCH")[1]) == 640
    assert time.monotonic() - started < 2
    first.logout()
    second.logout()


def curl_search(bed):
    def ask(path, *arguments):
        return curl(bed, "--cacert", bed.authority, "--user", f"{bed.user(USER)}:{bed.password}",
                    url(bed, "imaps", "IMAPS", path), *arguments)

    assert "SEARCH" in ask("/INBOX?ALL")
    assert "INBOX" in ask("/")
    assert "STATUS" in ask("/", "--request", "STATUS INBOX (MESSAGES)")
    uid = ask("/INBOX?ALL").split()[2]
    assert "Subject:" in ask(f"/INBOX;MAILINDEX={uid};SECTION=HEADER")
    path = os.path.join(bed.folder, "curl-append.eml")
    with open(path, "w", encoding="ascii", newline="") as out:
        out.write(letter("curl-append", "by curl"))
    ask("/INBOX", "--upload-file", path)
    assert len(ask("/INBOX?SUBJECT%20curl").split()) == 3
    assert "FLAGS" in ask("/INBOX", "--request", "FETCH 1:* (FLAGS)")


CHECKS = [every_command, two_sessions, deep_flags, curl_search]
