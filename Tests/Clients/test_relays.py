"""`make interop`: programs and servers that send: smtp-source, msmtp, Postfix with 1,000 messages, Exim; LMTP from Postfix."""
import os
import shutil
import smtplib
import threading

from bed import letter, run
from servers import Exim, Postfix
from test_python import imap, ok


def ids(bed, number, part):
    """How often each Message-ID with `part` in it is in the user's INBOX."""
    session = imap(bed, number)
    session.select("INBOX", readonly=True)
    counts = {}
    for row in ok(session.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")):
        if isinstance(row, tuple) and part.encode() in row[1]:
            key = row[1].split(b"<")[1].split(b">")[0]
            counts[key] = counts.get(key, 0) + 1
    session.logout()
    return counts


def count(bed, number):
    session = imap(bed, number)
    total = int(ok(session.select("INBOX", readonly=True))[0])
    session.logout()
    return total


def smtp_source(bed):
    """Postfix's load generator: 500 messages in 10 sessions, small and of 20 KiB, one a connection and many."""
    for user, options in [(70, []), (72, ["-l", "20480"]), (74, ["-d"])]:
        before = count(bed, user)
        run(["smtp-source", "-m", "500", "-s", "10", "-f", "load@elsewhere.test", "-t", bed.user(user), "-M", "source.test",
             *options, f"inet:{bed.host}:{bed.port('SMTP')}"], timeout=120)
        assert count(bed, user) - before == 500, (options, count(bed, user) - before)


def msmtp(bed):
    home = os.path.join(bed.folder, "msmtp")
    os.makedirs(home)
    for way, (port, starttls) in {"starttls": ("SUBMISSION", "on"), "implicit": ("SUBMISSIONS", "off")}.items():
        for mechanism in ["plain", "login"]:
            config = os.path.join(home, "config")
            with open(config, "w", encoding="utf-8") as out:
                out.write(f"""defaults
account default
host {bed.host}
port {bed.port(port)}
tls on
tls_starttls {starttls}
tls_trust_file {bed.authority}
tls_host_override 127.0.0.1
auth {mechanism}
user {bed.user(75)}
password {bed.password}
from {bed.user(75)}
""")
            os.chmod(config, 0o600)
            message = letter(f"msmtp-{way}-{mechanism}", "msmtp", sender=bed.user(75), to=bed.user(76))
            run(["msmtp", "-C", config, bed.user(76)], data=message.encode())
    assert sorted(ids(bed, 76, "msmtp-").values()) == [1, 1, 1, 1]


def postfix_relays(bed):
    """1,000 messages through Postfix, ten sessions at once, some to three people: none lost, none twice."""
    port = bed.offset + 2
    wanted = {}
    lock = threading.Lock()
    with Postfix(os.path.join(bed.folder, "postfix"), port, f"smtp:[127.0.0.1]:{bed.port('SMTP')}") as postfix:
        def feed(part):
            with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
                for number in range(part, 1_000, 10):
                    people = [77, 78, 79] if number % 10 == 0 else [77 + number % 3]
                    client.sendmail("load@elsewhere.test", [bed.user(person) for person in people],
                                    letter(f"postfix-{number}", "postfix", body="text\r\n" * (number % 400)))
                    with lock:
                        for person in people:
                            wanted.setdefault(person, set()).add(f"postfix-{number}@elsewhere.test".encode())

        threads = [threading.Thread(target=feed, args=(part,)) for part in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        postfix.wait_until_empty(240)
        words = postfix.log()
        assert "status=bounced" not in words and "status=deferred" not in words, words[-2000:]
        assert "250 2.0.0 Message accepted as" in words
    assert sum(len(keys) for keys in wanted.values()) == 1_200, {person: len(keys) for person, keys in wanted.items()}
    for person, keys in wanted.items():
        found = ids(bed, person, "postfix-")
        assert set(found) == keys, f"user {person}: missing {sorted(keys - set(found))[:5]}"
        assert set(found.values()) == {1}, f"user {person}: twice"


def postfix_lmtp(bed):
    """100 messages to three people each by LMTP, one of them unknown: Postfix hears of each by itself."""
    port = bed.offset + 3
    with Postfix(os.path.join(bed.folder, "postfix-lmtp"), port, f"lmtp:inet:127.0.0.1:{bed.port('LMTP')}",
                 "lmtp_destination_recipient_limit = 10\nlmtp_tls_security_level = none") as postfix:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            for number in range(100):
                people = [bed.user(80), bed.user(81), "nobody@example.test"]
                client.sendmail(bed.user(82), people, letter(f"lmtp-{number}", "lmtp"))
        postfix.wait_until_empty(120)
        words = postfix.log()
        assert words.count("550 5.1.1 No such user here") >= 100, words[-2000:]
        assert "status=deferred" not in words, words[-2000:]
    for person in [80, 81]:
        found = ids(bed, person, "lmtp-")
        assert len(found) == 100 and set(found.values()) == {1}, len(found)


def exim_relays(bed):
    """Exim: with STARTTLS and without, several recipients, an address that needs SMTPUTF8, 8-bit text, pipelining."""
    # Exim's user may not look into the data folder.
    authority = os.path.join(bed.folder, "exim-ca.pem")
    shutil.copyfile(bed.authority, authority)
    os.chmod(authority, 0o644)
    ways = {
        "tls": "  tls_verify_certificates = " + authority + "\n  hosts_require_tls = *\n  tls_verify_cert_hostnames =",
        "plain": "  hosts_avoid_tls = *",
        "single": "  hosts_avoid_tls = *\n  hosts_avoid_pipelining = *\n  max_rcpt = 1",
    }
    for way, transport in ways.items():
        exim = Exim(os.path.join(bed.folder, "exim-" + way), bed.port("SMTP"), transport)
        for number in range(5):
            exim.send("load@elsewhere.test", [bed.user(83), bed.user(84)],
                      letter(f"exim-{way}-{number}", "exim", body="\u0645\u0631\u062d\u0628\u0627\n.\n..\nend\n").replace("\r\n", "\n"))
        words = exim.log()
        assert words.count("Completed") == 5, words[-2000:]
    for person in [83, 84]:
        found = ids(bed, person, "exim-")
        assert len(found) == 15 and set(found.values()) == {1}, found
    session = imap(bed, 83)
    session.select("INBOX", readonly=True)
    body = ok(session.fetch("1", "(BODY.PEEK[TEXT])"))[0][1]
    assert body == "\u0645\u0631\u062d\u0628\u0627\r\n.\r\n..\r\nend\r\n".encode(), body
    session.logout()


CHECKS = [smtp_source, msmtp, postfix_relays, postfix_lmtp, exim_relays]
