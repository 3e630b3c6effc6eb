"""mbsync, getmail6 and mutt: programs that people leave running, on real amounts of mail."""
import mailbox
import os
import random

from bed import letter, run
from getmail import Getmail
from test_python import imap, ok

COUNT = 1_000


def fill(bed, number, count):
    """`count` different messages in INBOX, a few hundred octets to some KiB, every tenth with an Arabic subject."""
    chance = random.Random(number)
    session = imap(bed, number)
    for index in range(count):
        subject = f"=?utf-8?B?2LHYs9in2YTYqQ==?= {index}" if index % 10 == 0 else f"message {index}"
        body = "".join(f"line {line} of {index}\r\n" for line in range(chance.randrange(5, 120)))
        ok(session.append("INBOX", None, '"05-Jan-2026 10:00:00 +0000"',
                          letter(f"sync-{index}", subject, body, to=bed.user(number)).encode()))
    session.logout()


def subjects(folder):
    """Message-IDs in a Maildir, by file."""
    return {message["Message-ID"]: key for key, message in mailbox.Maildir(folder, create=False).items()}


def mbsync(bed):
    """Two-way sync of a thousand messages: down, changes on both sides, up and down again, and nothing to do at the end."""
    fill(bed, 20, COUNT)
    home = os.path.join(bed.folder, "mbsync")
    os.makedirs(home)
    config = os.path.join(home, "mbsyncrc")
    with open(config, "w", encoding="utf-8") as out:
        out.write(f"""
IMAPAccount bed
# mbsync looks for the host among the certificate's DNS names only.
Host localhost
Port {bed.port("IMAPS")}
User {bed.user(20)}
Pass {bed.password}
SSLType IMAPS
CertificateFile {bed.authority}

IMAPStore far
Account bed

MaildirStore near
Path {home}/
Inbox {home}/INBOX
SubFolders Verbatim

Channel bed
Far :far:
Near :near:
Patterns INBOX Archive
Create Both
Expunge Both
SyncState *
""")
    sync = ["mbsync", "--config", config, "bed"]
    environment = dict(os.environ, HOME=home)
    run(sync, timeout=240, environment=environment)
    inbox = os.path.join(home, "INBOX")
    local = subjects(inbox)
    assert len(local) == COUNT, len(local)

    # Near: one flagged, one deleted, one new. Far: one seen, one deleted, one moved away, one new.
    box = mailbox.Maildir(inbox, create=False)
    flagged = box[local["<sync-1@elsewhere.test>"]]
    flagged.add_flag("F")
    box[local["<sync-1@elsewhere.test>"]] = flagged
    box.remove(local["<sync-2@elsewhere.test>"])
    box.add(letter("near-new", "new near").replace("\r\n", "\n").encode())
    session = imap(bed, 20)
    session.select("INBOX")

    def uid(name):
        return ok(session.uid("SEARCH", "HEADER", "MESSAGE-ID", name))[0].decode()

    ok(session.uid("STORE", uid("sync-3@"), "+FLAGS", "(\\Seen)"))
    ok(session.uid("STORE", uid("sync-4@"), "+FLAGS", "(\\Deleted)"))
    ok(session.expunge())
    ok(session.uid("MOVE", uid("sync-5@"), "Archive"))
    ok(session.append("INBOX", None, None, letter("far-new", "new far").encode()))
    run(sync, timeout=120, environment=environment)

    local = subjects(inbox)
    expected = {f"<sync-{n}@elsewhere.test>" for n in range(COUNT)} - {f"<sync-{n}@elsewhere.test>" for n in (2, 4, 5)}
    expected |= {"<near-new@elsewhere.test>", "<far-new@elsewhere.test>"}
    assert set(local) == expected, set(local) ^ expected
    box = mailbox.Maildir(inbox, create=False)
    assert "S" in box[local["<sync-3@elsewhere.test>"]].get_flags()
    assert "<sync-5@elsewhere.test>" in subjects(os.path.join(home, "Archive"))
    session.noop()
    assert uid("sync-2@") == "" and uid("near-new@") != ""
    assert ok(session.uid("SEARCH", "FLAGGED"))[0].decode() == uid("sync-1@")
    session.logout()

    before = sorted(os.listdir(os.path.join(inbox, "cur")) + os.listdir(os.path.join(inbox, "new")))
    run(sync, timeout=120, environment=environment)
    after = sorted(os.listdir(os.path.join(inbox, "cur")) + os.listdir(os.path.join(inbox, "new")))
    assert before == after, "a third sync changed something"


def getmail(bed):
    """Download by POP3: everything once, nothing the second time, then delete after retrieval."""
    fill(bed, 21, 200)
    with Getmail(bed, 21) as client:
        assert client.fetch("delete = false") == 200
        assert client.fetch("delete = false") == 200, "a letter came twice"
        session = imap(bed, 21)
        ok(session.append("INBOX", None, None, letter("one-more", "one more").encode()))
        assert client.fetch("delete = true") == 201
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "ALL")) == [b""], "delete after retrieval left something"
    session.logout()


def mutt_sends(bed):
    home = os.path.join(bed.folder, "mutt")
    os.makedirs(home, exist_ok=True)
    config = mutt_config(bed, home, 22)
    run(["mutt", "-F", config, "-s", "from mutt", "--", bed.user(23)], data=b"Written in mutt.\n",
        environment=dict(os.environ, HOME=home, TERM="xterm"))
    session = imap(bed, 23)
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "SUBJECT", '"from mutt"', "FROM", bed.user(22))) == [b"1"]
    session.logout()


def mutt_reads(bed):
    """Opens INBOX over IMAP, flags the first message, copies it to Archive, deletes it, and leaves."""
    home = os.path.join(bed.folder, "mutt")
    session = imap(bed, 22)
    for number in range(3):
        ok(session.append("INBOX", None, None, letter(f"mutt-{number}", f"mutt {number}").encode()))
    config = mutt_config(bed, home, 22)
    keys = "push '<first-entry><flag-message><copy-message>=Archive<enter><next-entry><delete-message><sync-mailbox><quit>'"
    run(["script", "--quiet", "--return", "--command", f"mutt -F {config} -e \"{keys}\"", "/dev/null"], timeout=60,
        environment=dict(os.environ, HOME=home, TERM="xterm", LINES="24", COLUMNS="80"))
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "ALL")) == [b"1 2"], "the deletion is missing"
    assert ok(session.search(None, "FLAGGED")) == [b"1"], "the flag is missing"
    assert ok(session.status("Archive", "(MESSAGES)"))[0].endswith(b"(MESSAGES 1)"), "the copy is missing"
    session.logout()


def mutt_config(bed, home, number):
    path = os.path.join(home, "muttrc")
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"""
set imap_user = "{bed.user(number)}"
set imap_pass = "{bed.password}"
set smtp_url = "smtps://{bed.user(number).replace('@', '%40')}@{bed.host}:{bed.port('SUBMISSIONS')}/"
set smtp_pass = "{bed.password}"
set smtp_authenticators = "plain"
set ssl_force_tls = yes
set ssl_ca_certificates_file = "{bed.authority}"
set ssl_verify_host = no
set folder = "imaps://{bed.host}:{bed.port('IMAPS')}"
set spoolfile = "+INBOX"
set record = ""
set from = "{bed.user(number)}"
set copy = no
set confirmappend = no
set confirmcreate = no
set delete = yes
set quit = yes
set resolve = no
set sleep_time = 0
set header_cache = ""
""")
    return path


CHECKS = [mbsync, getmail, mutt_sends, mutt_reads]
