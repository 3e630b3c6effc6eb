"""Removed mail, time travel, verification, backups, import, export and upgrade, by the built program as a person uses it."""
import imaplib
import json
import mailbox
import os
import poplib
import shutil
import smtplib
import subprocess
import time

from bed import letter, run
import test_program
from test_program import OFFSET, Server, barid, in_folder, program, refused

HOST = "127.0.0.1"
PASSWORD = "correct horse 9"


def imap(user="amal"):
    client = imaplib.IMAP4_SSL(HOST, 993 + OFFSET, ssl_context=test_program.ssl._create_unverified_context())
    client.login(f"{user}@example.org", PASSWORD)
    return client


def settle(server, *users):
    barid(server, "domain", "add", "example.org")
    for user in users:
        barid(server, "account", "add", f"{user}@example.org", "--password", data=PASSWORD.encode() + b"\n")


def append(client, number, where="INBOX", flags=None):
    status, words = client.append(where, flags, None, letter(number, subject=f"letter {number}").encode())
    assert status == "OK", words


def subjects(client, where="INBOX"):
    status, words = client.select(where, readonly=True)
    assert status == "OK", words
    if words[0] == b"0":
        return []
    _, rows = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    return sorted(row[1].decode().split(":", 1)[1].strip() for row in rows if isinstance(row, tuple))


def expunge(client, numbers, where="INBOX"):
    client.select(where)
    client.store(numbers, "+FLAGS.SILENT", "(\\Deleted)")
    client.expunge()


def uidls(user="amal"):
    client = poplib.POP3_SSL(HOST, 995 + OFFSET, context=test_program.ssl._create_unverified_context())
    client.user(f"{user}@example.org")
    client.pass_(PASSWORD)
    lines = [line.decode().split(" ")[1] for line in client.uidl()[1]]
    client.quit()
    return lines


def as_json(server, *arguments, expect=0):
    return json.loads(barid(server, *arguments, "--json", expect=expect))


@in_folder
def removed_mail_comes_back(folder):
    with Server(folder) as server:
        settle(server, "amal")
        client = imap()
        for number in range(6):
            append(client, number, flags="(\\Seen Work)" if number == 2 else None)
        before = uidls()
        expunge(client, "3,5")
        rows = as_json(server, "mail", "deleted", "list", "amal@example.org")
        assert sorted(row["subject"] for row in rows) == ["letter 2", "letter 4"], rows
        table = barid(server, "mail", "deleted", "list", "amal@example.org")
        assert "letter 2" in table and "INBOX" in table, table
        number = next(row["number"] for row in rows if row["subject"] == "letter 2")
        assert "1" in barid(server, "mail", "deleted", "restore", "amal@example.org", number)
        assert len(subjects(client)) == 5
        _, found = client.search(None, "KEYWORD", "Work", "SEEN")
        assert len(found[0].split()) == 1
        # POP's UIDLs of what came back are what they were.
        assert set(uidls()) == set(before[:4] + before[5:]), (before, uidls())
        words = refused([program(), "mail", "deleted", "restore", "amal@example.org", "99", "--config", server.config])
        assert words.startswith('"99" is not the number of a removed message.'), words
        words = barid(server, "mail", "deleted", "restore", "amal@example.org", number, expect=1)
        assert words == "", words
        barid(server, "mail", "deleted", "purge", "amal@example.org", expect=1)
        assert "1" in barid(server, "mail", "deleted", "purge", "amal@example.org", "--all")
        assert as_json(server, "mail", "deleted", "list", "amal@example.org") == []
        client.logout()
        # Arabic, and without a server.
        server.end()
        words = barid(server, "mail", "deleted", "list", "amal@example.org", "--language", "ar")
        assert "لا يوجد" in words, words


@in_folder
def mail_is_as_it_was(folder):
    with Server(folder) as server:
        settle(server, "amal")
        client = imap()
        client.create("Old")
        for number in range(4):
            append(client, number)
        append(client, 9, "Old")
        time.sleep(1.1)
        moment = time.strftime("%Y-%m-%d %H:%M:%S")
        time.sleep(1.1)
        expunge(client, "1")
        client.select("INBOX")
        client.uid("MOVE", "2", "Archive")
        client.delete("Old")
        append(client, 7)
        words = barid(server, "mail", "restore", "amal@example.org", "--at", moment)
        assert "2" in words, words
        assert subjects(client) == [f"letter {n}" for n in range(4)], subjects(client)
        assert subjects(client, "Old") == ["letter 9"] and subjects(client, "Archive") == []
        _, names = client.list('""', '"Newer*"')
        assert names and names[0], names
        # No moment, one with a part that is none, and one of which nobody knows what the mail was.
        for moment in ("never", "2026-02-31 10:00", "2026-11-28 17:xx:30", "@5", "31 days ago"):
            barid(server, "mail", "restore", "amal@example.org", "--at", moment, expect=1)
        barid(server, "mail", "restore", "amal@example.org", "--at", "2 hours ago", "--mailbox", "Nothing", expect=1)
        client.logout()


@in_folder
def a_removed_account_comes_back(folder):
    with Server(folder) as server:
        settle(server, "amal", "omar")
        client = imap()
        append(client, 1)
        client.logout()
        barid(server, "alias", "add", "info@example.org", "amal@example.org", "omar@example.org")
        barid(server, "account", "remove", "amal@example.org")
        try:
            imap()
            raise AssertionError("a closed account was let in")
        except imaplib.IMAP4.error:
            pass
        rows = json.loads(barid(server, "account", "list", "--removed", "--json"))
        assert [row["address"] for row in rows] == ["amal@example.org"], rows
        barid(server, "account", "restore", "amal@example.org")
        client = imap()
        assert subjects(client) == ["letter 1"]
        client.logout()
        targets = {row["address"]: row["targets"] for row in json.loads(barid(server, "alias", "list", "--json"))}
        assert targets == {"info@example.org": ["omar@example.org", "amal@example.org"]}, targets
        barid(server, "account", "restore", "amal@example.org", expect=1)


@in_folder
def damage_is_isolated(folder):
    with Server(folder, "log: {level: info}\n") as server:
        settle(server, "amal")
        client = imap()
        for number in range(5):
            append(client, number)
        assert as_json(server, "store", "verify")["isSound"] is True
        segments = []
        for lane in os.listdir(f"{folder}/data"):
            path = f"{folder}/data/{lane}/segments/00000001"
            if lane.startswith("lane-") and os.path.getsize(path) > 100:
                segments.append(path)
        with open(segments[0], "r+b") as segment:
            bytes_ = segment.read()
            place = bytes_.index(b"letter 2")
            segment.seek(place)
            segment.write(b"\0\0\0")
        client.select("INBOX")
        status, words = client.fetch("3", "(BODY.PEEK[])")
        assert status == "NO" or not any(isinstance(row, tuple) for row in words), (status, words)
        for number in (1, 2, 4, 5):
            status, rows = client.fetch(str(number), "(BODY.PEEK[])")
            assert status == "OK" and f"letter {number - 1}".encode() in rows[0][1]
        pop = poplib.POP3_SSL(HOST, 995 + OFFSET, context=test_program.ssl._create_unverified_context())
        pop.user("amal@example.org")
        pop.pass_(PASSWORD)
        for number in (1, 2, 4, 5):
            assert any(f"letter {number - 1}".encode() in line for line in pop.retr(number)[1])
        try:
            pop.retr(3)
            raise AssertionError("a damaged message was served")
        except poplib.error_proto as error:
            assert b"-ERR" in error.args[0], error
        pop.close()
        report = as_json(server, "store", "verify", expect=1)
        assert report["mistakes"] == 1 and report["list"][0]["account"] == 1, report
        assert "damaged message" in server.words(), server.words()
        client.logout()


@in_folder
def backups_are_made_checked_and_brought_back(folder):
    with Server(folder) as server:
        settle(server, "amal", "omar")
        client = imap()
        for number in range(8):
            append(client, number)
        before = uidls()
        made = as_json(server, "backup", "create", f"{folder}/backups")
        assert os.path.exists(made["path"] + "/MANIFEST"), made
        assert "sound" in barid(server, "backup", "verify", f"{folder}/backups")
        expunge(client, "1:8")
        append(client, 50)
        client.logout()
        words = barid(server, "backup", "restore", f"{folder}/backups", "--account", "amal@example.org")
        assert "8" in words, words
        client = imap()
        assert subjects(client) == [f"letter {n}" for n in range(8)]
        assert uidls() == before
        append(client, 60)
        assert not set(uidls()[8:]) & set(before)
        client.logout()
        # The whole: not while the server runs.
        barid(server, "backup", "restore", f"{folder}/backups", expect=1)
        second = as_json(server, "backup", "create", f"{folder}/backups", "--keep", "1")["path"]
        assert [second.split("/")[-1]] == [name for name in os.listdir(f"{folder}/backups")]
        server.end()
        barid(server, "backup", "restore", f"{folder}/backups", expect=1)
        shutil.move(f"{folder}/data", f"{folder}/lost")
        assert "sound" in barid(server, "backup", "verify", f"{folder}/backups")
        assert "is as it was" in barid(server, "backup", "restore", f"{folder}/backups")
        assert "sound" in barid(server, "store", "verify")
    with Server(folder):
        client = imap()
        assert len(subjects(client)) == 9
        client.logout()
        with open(second + "/MANIFEST", "r+b") as manifest:
            manifest.seek(40)
            manifest.write(b"9")
        assert run([program(), "backup", "verify", second, "--config", f"{folder}/barid.yaml"], expect=1) == ""


@in_folder
def mail_goes_in_and_out(folder):
    with Server(folder) as server:
        settle(server, "amal", "omar")
        source = mailbox.mbox(f"{folder}/in.mbox")
        for number in range(300):
            message = mailbox.mboxMessage(letter(number, subject=f"letter {number}", body="From me\nto you\n").encode())
            message.set_from("amal@example.org", time.gmtime(1_700_000_000 + number))
            message.set_flags("RF" if number % 2 else "")
            source.add(message)
        source.close()
        done = as_json(server, "mail", "import", "amal@example.org", f"{folder}/in.mbox", "--into", "Old/2023")
        assert done["messages"] == 300, done
        client = imap()
        client.select('"Old/2023"', readonly=True)
        _, rows = client.fetch("1:2", "(FLAGS INTERNALDATE BODY.PEEK[TEXT])")
        assert b"14-Nov-2023 22:13:20" in rows[0][0] and b"\\Flagged" in rows[2][0], rows
        assert rows[0][1] == b"From me\r\nto you\r\n", rows[0][1]
        again = as_json(server, "mail", "import", "amal@example.org", f"{folder}/in.mbox", "--into", "Old/2023")
        assert again["messages"] == 0, again
        client.logout()
        # One letter, as a mail program saves it.
        barid(server, "account", "add", "badr@example.org")
        with open(f"{folder}/one.eml", "wb") as out:
            out.write(b"From: <a@b.test>\r\nSubject: Saved by hand\r\n\r\nhello\r\n")
        for path, count in [("one.eml", 1), ("one.eml", 0), (".//one.eml", 0)]:
            done = as_json(server, "mail", "import", "badr@example.org", f"{folder}/{path}")
            assert done["messages"] == count, done
        words = barid(server, "mail", "import", "badr@example.org", f"{folder}/one.eml")
        assert words.startswith(f"There is nothing new in {folder}/one.eml:") and "--again" in words, words
        words = barid(server, "mail", "import", "badr@example.org", f"{folder}/one.eml", "--again")
        assert words.startswith("Imported: 1 message into 1 mailbox."), words
        for form in ("maildir", "eml", "mboxrd", "mboxcl2"):
            out = f"{folder}/out-{form}"
            done = as_json(server, "mail", "export", "amal@example.org", out, "--format", form)
            assert done["messages"] == 300, done
            barid(server, "mail", "export", "amal@example.org", out, "--format", form, expect=1)
        # Python reads what we write.
        found = mailbox.Maildir(f"{folder}/out-maildir", create=False).get_folder("Old.2023")
        assert len(found) == 300
        one = next(message for message in found if message["Subject"] == "letter 1")
        assert "F" in one.get_flags() and "S" in one.get_flags()
        assert len(mailbox.mbox(f"{folder}/out-mboxrd/Old/2023.mbox")) == 300
        server.end()
        for form in ("maildir", "eml", "mboxrd", "mboxcl2"):
            done = json.loads(barid(server, "mail", "import", "omar@example.org", f"{folder}/out-{form}", "--json"))
            assert done["messages"] == 300, (form, done)
        barid(server, "mail", "import", "omar@example.org", f"{folder}/nothing", expect=1)
        assert "sound" in barid(server, "store", "verify")


@in_folder
def unique_ids_move_along(folder):
    """From a Maildir as Dovecot 2.3 left it, through Barid and on to another account: POP programs fetch nothing again."""
    with Server(folder) as server:
        settle(server, "amal", "badr", "omar")
        for name in ("cur", "new", "tmp"):
            os.makedirs(f"{folder}/md/{name}")
        for number in range(4):
            with open(f"{folder}/md/cur/170000000{number}.M{number}.host:2,S", "wb") as out:
                out.write(letter(number).encode())
        with open(f"{folder}/md/dovecot-uidlist", "w") as out:
            out.write("3 V1795917489 N9 Gaa44bf26b1860b6ba970000083ecc375\n1 W17 :1700000000.M0.host\n"
                      "2 W17 P :1700000001.M1.host\n8 Psaved-1 W17 :1700000003.M3.host:2,S\n")
        as_json(server, "mail", "import", "amal@example.org", f"{folder}/md")
        ids = uidls()
        assert ids[:2] + ids[3:] == ["000000016b0b86b1", "1700000001.M1.host", "saved-1"], ids
        for user, form in (("badr", "maildir"), ("omar", "mboxcl2")):
            as_json(server, "mail", "export", "amal@example.org", f"{folder}/out-{form}", "--format", form)
            as_json(server, "mail", "import", f"{user}@example.org", f"{folder}/out-{form}")
            assert uidls(user) == ids, (form, uidls(user), ids)


@in_folder
def an_upgrade_is_undone(folder):
    with Server(folder) as server:
        settle(server, "amal")
        client = imap()
        for number in range(3):
            append(client, number)
        client.logout()
        for words in [["upgrade"], ["upgrade", "--rehearse"], ["upgrade", "--undo"]]:
            said = refused([program(), *words, "--config", server.config])
            assert said == "The server runs. Stop it first; an upgrade needs the data folder for itself.", said
        server.end()
        barid(server, "upgrade", "--undo", expect=1)
        assert "well" in barid(server, "upgrade", "--rehearse")
        barid(server, "upgrade")
    with Server(folder) as server:
        client = imap()
        append(client, 3)
        client.logout()
        server.end()
        started = time.monotonic()
        barid(server, "upgrade", "--undo")
        assert time.monotonic() - started < 60
        barid(server, "upgrade", "--undo", expect=1)
        assert "sound" in barid(server, "store", "verify")
    with Server(folder):
        client = imap()
        assert subjects(client) == [f"letter {n}" for n in range(3)]
        client.logout()


@in_folder
def space_is_given_back(folder):
    with Server(folder) as server:
        settle(server, "amal")
        client = imap()
        for number in range(50):
            append(client, number)
        expunge(client, "1:40")
        client.logout()
        barid(server, "mail", "deleted", "purge", "amal@example.org", "--all")
        done = as_json(server, "store", "compact")
        assert done["blobs"] == 40 and done["bytesFreed"] > 0, done
        assert "confirmed" in barid(server, "server", "confirm-time")
        client = imap()
        assert len(subjects(client)) == 10
        client.logout()
        assert "sound" in barid(server, "store", "verify")


@in_folder
def a_full_disk_is_survived(folder):
    """On a small file system of its own: 452 and NO when it is full, reading and deleting go on, then mail again."""
    if os.geteuid() != 0:
        return
    os.mkdir(f"{folder}/data")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", f"{folder}/data"],
                             capture_output=True, check=False)
    if mounted.returncode:
        return
    try:
        with Server(folder) as server:
            full_disk(folder, server)
            server.end()
            assert "sound" in barid(server, "store", "verify")
    finally:
        subprocess.run(["umount", "-l", f"{folder}/data"], check=False)


def full_disk(folder, server):
    settle(server, "amal")
    client = imap()
    for number in range(3):
        append(client, number)
    # Somebody else fills the disk to the last byte.
    try:
        with open(f"{folder}/data/other", "wb", buffering=0) as other:
            while True:
                other.write(b"x" * (1 << 20))
    except OSError:
        pass
    status, words = client.append("INBOX", None, None, letter(90).encode())
    assert status == "NO" and (b"OVERQUOTA" in words[0] or b"UNAVAILABLE" in words[0]), (status, words)
    with smtplib.SMTP(HOST, 25 + OFFSET) as smtp:
        smtp.ehlo("x.test")
        code, said = smtp.docmd("MAIL FROM:<s@x.test> SIZE=1000")
        assert code == 452 and said.startswith(b"4.3.1"), (code, said)
    assert subjects(client) == [f"letter {n}" for n in range(3)]
    # Deleting goes on, out of the reserve.
    expunge(client, "2")
    assert subjects(client) == ["letter 0", "letter 2"]
    os.unlink(f"{folder}/data/other")
    append(client, 91)
    with smtplib.SMTP(HOST, 25 + OFFSET) as smtp:
        smtp.sendmail("s@x.test", ["amal@example.org"], letter(92, subject="letter 92").encode())
    assert subjects(client) == ["letter 0", "letter 2", "letter 91", "letter 92"], subjects(client)
    client.logout()


@in_folder
def each_member_has_an_own_state(folder):
    """The HR mailbox over IMAP (requirement A17): one reads and deletes, the others still have it."""
    with Server(folder) as server:
        settle(server, "hr", "amal", "badr")
        place = ("hr@example.org", "INBOX")
        owner = imap("hr")
        for number in range(3):
            append(owner, number)
        for clerk in ("amal", "badr"):
            assert owner.setacl("INBOX", clerk, "lrw")[0] == "OK"
        assert as_json(server, "mailbox", "state", *place)["state"] == "shared"
        assert "each member" in barid(server, "mailbox", "state", *place, "own")
        shared = '"Other Users/hr@example.org/INBOX"'
        amal, badr = imap("amal"), imap("badr")
        expunge(amal, "1", shared)
        amal.store("1", "+FLAGS", "(\\Seen)")
        assert subjects(amal, shared) == ["letter 1", "letter 2"]
        assert subjects(badr, shared) == ["letter 0", "letter 1", "letter 2"]
        assert badr.search(None, "SEEN")[1] == [b""]
        members = {row["member"]: row for row in as_json(server, "mailbox", "state", *place)["members"]}
        assert set(members) == {"hr@example.org", "amal@example.org", "badr@example.org"}, members
        amals = members["amal@example.org"]
        assert (amals["messages"], amals["unseen"], amals["hidden"]) == (2, 1, 1), amals
        # What she hid comes back to her; somebody who may not read has nothing to be shown.
        barid(server, "account", "add", "dalal@example.org", "--password", data=PASSWORD.encode() + b"\n")
        barid(server, "mailbox", "show", *place, "dalal@example.org", "--all", expect=1)
        assert as_json(server, "mailbox", "show", *place, "amal@example.org", "--all") == {"shown": 1}
        assert subjects(amal, shared) == ["letter 0", "letter 1", "letter 2"]
        # For all at once.
        assert as_json(server, "mailbox", "expunge", *place, "1:2") == {"expunged": 2}
        for client in (imap("amal"), imap("badr")):
            assert subjects(client, shared) == ["letter 2"]
        assert subjects(owner) == ["letter 2"]
        assert as_json(server, "mail", "deleted", "restore", "hr@example.org", "--all")["restored"] == 2
        assert subjects(imap("badr"), shared) == ["letter 0", "letter 1", "letter 2"]
        assert as_json(server, "store", "verify")["isSound"] is True
        # A whole backup has it all, and a mailbox goes back to one state.
        barid(server, "backup", "create", f"{folder}/backups")
        assert "sound" in barid(server, "backup", "verify", f"{folder}/backups")
        barid(server, "mailbox", "state", *place, "shared")
        assert len(subjects(imap("amal"), shared)) == 3
        assert as_json(server, "store", "verify")["isSound"] is True


CHECKS = [
    removed_mail_comes_back, mail_is_as_it_was, a_removed_account_comes_back, damage_is_isolated,
    backups_are_made_checked_and_brought_back, mail_goes_in_and_out, unique_ids_move_along,
    an_upgrade_is_undone, space_is_given_back, a_full_disk_is_survived, each_member_has_an_own_state,
]
