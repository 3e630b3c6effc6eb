"""neomutt and imapclient: a terminal program and a library that many scripts use."""
import os
import ssl
import subprocess
import sys

from bed import letter, run
from test_python import imap, ok
from test_sync import mutt_config


def neomutt(bed):
    """Finds by a search on the server, flags, saves to another folder, deletes; opens again from its cache; sends."""
    home = os.path.join(bed.folder, "neomutt")
    os.makedirs(home, exist_ok=True)
    user = bed.user(52)
    session = imap(bed, 52)
    for number, subject in enumerate(["first", "=?utf-8?B?2LHYs9in2YTYqQ==?=", "third", "fourth"]):
        ok(session.append("INBOX", None, None, letter(f"neomutt-{number}", subject, f"body {number} needle{number}\r\n").encode()))
    config = mutt_config(bed, home, 52)
    with open(config, "a", encoding="utf-8") as out:
        out.write("set imap_condstore = yes\nset imap_qresync = yes\nset quit = yes\n")
    # `=b` searches bodies on the server (SEARCH BODY); what is found is flagged. The second is saved away, the third deleted.
    keys = "<limit>=b needle0<enter><first-entry><flag-message><limit>all<enter>" \
        "<first-entry><next-entry><save-message>=Archive<enter><next-entry><delete-message><sync-mailbox><quit>"
    environment = dict(os.environ, HOME=home, TERM="xterm", LINES="24", COLUMNS="80", LANG="C.UTF-8")

    def press(keys):
        run(["script", "--quiet", "--return", "--command", f"neomutt -F {config} -e \"push '{keys}'\"", "/dev/null"],
            timeout=60, environment=environment)

    press(keys)
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "ALL")) == [b"1 2"], ok(session.search(None, "ALL"))
    assert ok(session.search(None, "FLAGGED", "SUBJECT", "first")) == [b"1"], "the flag is missing"
    assert ok(session.status("Archive", "(MESSAGES)"))[0].endswith(b"(MESSAGES 1)"), "what was saved is missing"
    # Opened again through its header cache, by QRESYNC.
    with open(config, "a", encoding="utf-8") as out:
        out.write(f"set header_cache = {home}/cache\n")
    press("<quit>")
    session.select("INBOX")
    ok(session.store("2", "+FLAGS", "(\\Deleted)"))
    ok(session.expunge())
    ok(session.append("INBOX", None, None, letter("neomutt-5", "fifth").encode()))
    press("<last-entry><flag-message><sync-mailbox><quit>")
    session.select("INBOX", readonly=True)
    assert ok(session.search(None, "FLAGGED", "SUBJECT", "fifth")) == [b"2"], "the flag after QRESYNC is missing"
    run(["neomutt", "-F", config, "-s", "from neomutt", "--", bed.user(53)], data=b"Written in neomutt.\n", environment=environment)
    other = imap(bed, 53)
    other.select("INBOX", readonly=True)
    assert ok(other.search(None, "SUBJECT", '"from neomutt"', "FROM", user)) == [b"1"]
    other.logout()
    session.logout()


def imapclient(bed):
    """The library from PyPI (Debian has none), into the test bed's folder."""
    place = os.path.join(bed.folder, "python")
    if not os.path.isdir(place):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--root-user-action=ignore", "--target", place, "imapclient==3.0.1"], check=True, timeout=120)
    sys.path.insert(0, place)
    from imapclient import IMAPClient
    with IMAPClient(bed.host, port=bed.port("IMAPS"), ssl_context=ssl.create_default_context(cafile=bed.authority)) as client:
        client.login(bed.user(54), bed.password)
        assert client.has_capability("CONDSTORE") and client.has_capability("MOVE")
        client.id_({"name": "imapclient"})
        folders = client.list_folders()
        assert sorted(name for _, _, name in folders) == ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"], folders
        assert client.find_special_folder(b"\\Trash") == "Trash"
        assert client.namespace().personal[0][1] == "/"
        client.create_folder("مشاريع & more")
        assert client.folder_exists("مشاريع & more")
        for number in range(5):
            client.append("INBOX", letter(f"imapclient-{number}", f"message {number}", f"needle{number}\r\n"), ["\\Seen"] * (number % 2))
        assert client.select_folder("INBOX")[b"EXISTS"] == 5
        uids = client.search("ALL")
        assert client.search(["SUBJECT", "message 3"]) == [uids[3]]
        assert client.search(["TEXT", "رسالة"], "UTF-8") == []
        assert client.search(["BODY", "eedle2", "UNSEEN"]) == [uids[2]]
        assert client.sort("REVERSE SUBJECT") == uids[::-1]
        assert len(client.thread("REFERENCES")) == 5
        data = client.fetch(uids, ["ENVELOPE", "BODYSTRUCTURE", "FLAGS", "RFC822.SIZE", "INTERNALDATE", "MODSEQ"])
        assert data[uids[1]][b"ENVELOPE"].subject == b"message 1"
        assert data[uids[1]][b"BODYSTRUCTURE"].is_multipart is False
        assert client.fetch(uids[4], "BODY.PEEK[TEXT]")[uids[4]][b"BODY[TEXT]"] == b"needle4\r\n"
        assert {b"\\Flagged", b"$Label1"} <= set(client.add_flags(uids[0], [b"\\Flagged", b"$Label1"])[uids[0]])
        client.copy(uids[1], "مشاريع & more")
        client.move(uids[2], "Archive")
        client.delete_messages(uids[3])
        client.uid_expunge(uids[3])
        assert client.search("ALL") == [uids[0], uids[1], uids[4]]
        assert client.folder_status("مشاريع & more", ["MESSAGES"])[b"MESSAGES"] == 1
        assert client.folder_status("Archive")[b"MESSAGES"] == 1
        # Two connections: what one does, the other is told in IDLE.
        with IMAPClient(bed.host, port=bed.port("IMAP"), ssl=False) as other:
            other.starttls(ssl.create_default_context(cafile=bed.authority))
            other.login(bed.user(54), bed.password)
            other.select_folder("INBOX")
            other.idle()
            client.append("INBOX", letter("imapclient-idle", "new"))
            told = other.idle_check(timeout=10)
            assert (4, b"EXISTS") in told, told
            other.idle_done()
        client.unsubscribe_folder("مشاريع & more")
        assert "مشاريع & more" not in [name for _, _, name in client.list_sub_folders()]
        client.rename_folder("مشاريع & more", "old")
        client.delete_folder("old")
        root = client.get_quota_root("INBOX")
        assert root[1] == [], root
    answered = imap(bed, 54)
    answered.select("INBOX", readonly=True)
    assert ok(answered.search(None, "FLAGGED", "KEYWORD", "$Label1")) == [b"1"]
    answered.logout()


CHECKS = [neomutt, imapclient]
