"""curl and swaks: SMTP, IMAP and POP3, plain, by STARTTLS and by TLS from the first byte."""
import os

from bed import run, letter


def curl(bed, *arguments, data=None, expect=0):
    return run(["curl", "--silent", "--show-error", "--max-time", "30", *arguments], data=data, expect=expect)


def tls(bed, scheme):
    """Scheme, port name and options for each way to be secure."""
    upper = scheme.upper()
    return [
        (f"{scheme}", upper, []),
        (f"{scheme}", upper, ["--ssl-reqd", "--cacert", bed.authority]),
        (f"{scheme}s", upper + "S", ["--cacert", bed.authority]),
    ]


def url(bed, scheme, name, path=""):
    return f"{scheme}://{bed.host}:{bed.port(name)}{path}"


def smtp_in(bed):
    """A stranger's letter, with and without STARTTLS."""
    for number, options in enumerate([[], ["--ssl-reqd", "--cacert", bed.authority]]):
        curl(
            bed, url(bed, "smtp", "SMTP"), *options, "--mail-from", "stranger@elsewhere.test",
            "--mail-rcpt", bed.user(1), "--upload-file", "-", data=letter(f"curl-{number}", f"curl {number}").encode(),
        )


def smtp_submission(bed):
    for number, (scheme, name, options) in enumerate(
        [("smtp", "SUBMISSION", ["--ssl-reqd", "--cacert", bed.authority]),
         ("smtps", "SUBMISSIONS", ["--cacert", bed.authority])]
    ):
        curl(
            bed, url(bed, scheme, name), *options, "--user", f"{bed.user(2)}:{bed.password}",
            "--mail-from", bed.user(2), "--mail-rcpt", bed.user(1), "--upload-file", "-",
            data=letter(f"curl-sub-{number}", "submitted", sender=bed.user(2), to=bed.user(1)).encode(),
        )


def smtp_relay_refused(bed):
    # 55: curl's "failed sending"; any way to say no is good, as long as it is no.
    words = run(
        ["curl", "--silent", "--show-error", url(bed, "smtp", "SMTP"), "--mail-from", "a@elsewhere.test",
         "--mail-rcpt", "b@faraway.test", "--upload-file", "-"], data=letter("x").encode(), expect=55,
    )
    assert "250" not in words


def submission_without_login_refused(bed):
    run(
        ["curl", "--silent", "--show-error", url(bed, "smtps", "SUBMISSIONS"), "--cacert", bed.authority,
         "--mail-from", bed.user(2), "--mail-rcpt", bed.user(1), "--upload-file", "-"],
        data=letter("x").encode(), expect=55,
    )


def imap_list(bed):
    for scheme, name, options in tls(bed, "imap"):
        text = curl(bed, url(bed, scheme, name, "/"), *options, "--user", f"{bed.user(1)}:{bed.password}")
        assert "INBOX" in text and "\\Sent" in text, text


def imap_read(bed):
    for scheme, name, options in tls(bed, "imap"):
        text = curl(bed, url(bed, scheme, name, "/INBOX;MAILINDEX=1"), *options,
                    "--user", f"{bed.user(1)}:{bed.password}")
        assert "Subject: curl 0" in text, text


def imap_append(bed):
    # curl must know the size of what it appends: no pipe.
    draft = os.path.join(bed.folder, "draft.eml")
    with open(draft, "wb") as out:
        out.write(letter("append", "a draft").encode())
    curl(bed, url(bed, "imaps", "IMAPS", "/Drafts"), "--cacert", bed.authority,
         "--user", f"{bed.user(1)}:{bed.password}", "--upload-file", draft)
    text = curl(bed, url(bed, "imaps", "IMAPS", "/Drafts?SUBJECT%20draft"), "--cacert", bed.authority,
                "--user", f"{bed.user(1)}:{bed.password}")
    assert text.strip() == "* SEARCH 1", text


def imap_wrong_password(bed):
    run(["curl", "--silent", url(bed, "imaps", "IMAPS", "/"), "--cacert", bed.authority,
         "--user", f"{bed.user(1)}:wrong"], expect=67)


def fill(bed, user):
    """Three letters, so that a check of POP3 may run alone."""
    for number in range(3):
        curl(bed, url(bed, "smtp", "SMTP"), "--mail-from", "stranger@elsewhere.test", "--mail-rcpt", bed.user(user),
             "--upload-file", "-", data=letter(f"curl-pop-{user}-{number}", f"curl {number}", to=bed.user(user)).encode())


def pop3(bed):
    fill(bed, 4)
    for scheme, name, options in tls(bed, "pop3"):
        listing = curl(bed, url(bed, scheme, name, "/"), *options, "--user", f"{bed.user(4)}:{bed.password}")
        assert listing.strip(), "empty listing"
        text = curl(bed, url(bed, scheme, name, "/1"), *options, "--user", f"{bed.user(4)}:{bed.password}")
        assert "Subject: curl 0" in text, text


def pop3_uidl(bed):
    fill(bed, 5)
    text = curl(bed, url(bed, "pop3s", "POP3S", "/"), "--cacert", bed.authority, "--list-only",
                "--user", f"{bed.user(5)}:{bed.password}", "--request", "UIDL")
    ids = [line.split()[1] for line in text.splitlines() if len(line.split()) == 2]
    assert len(ids) == 3 and len(ids) == len(set(ids)), text


def swaks(bed, *arguments, expect=0):
    environment = dict(os.environ, HOME=bed.folder)
    return run(["swaks", "--timeout", "20", "--helo", "client.test", *arguments], environment=environment, expect=expect)


def swaks_in(bed):
    text = swaks(bed, "--server", bed.host, "--port", str(bed.port("SMTP")), "--from", "swaks@elsewhere.test",
                 "--to", bed.user(3))
    assert "250 " in text


def swaks_starttls_login(bed):
    for mechanism in ["PLAIN", "LOGIN"]:
        swaks(bed, "--server", bed.host, "--port", str(bed.port("SUBMISSION")), "--tls", "--tls-ca-path", bed.authority,
              "--auth", mechanism, "--auth-user", bed.user(2), "--auth-password", bed.password,
              "--from", bed.user(2), "--to", bed.user(3))


def swaks_wrong_password(bed):
    # 28: swaks's "authentication failed".
    swaks(bed, "--server", bed.host, "--port", str(bed.port("SUBMISSIONS")), "--tls-on-connect",
          "--auth", "PLAIN", "--auth-user", bed.user(2), "--auth-password", "wrong",
          "--from", bed.user(2), "--to", bed.user(3), expect=28)


def swaks_unknown_user(bed):
    # 24: no recipient was accepted.
    text = swaks(bed, "--server", bed.host, "--port", str(bed.port("SMTP")), "--from", "a@elsewhere.test",
                 "--to", "nobody@example.test", expect=24)
    assert "550" in text


CHECKS = [
    smtp_in, smtp_submission, smtp_relay_refused, submission_without_login_refused, imap_list, imap_read, imap_append,
    imap_wrong_password, pop3, pop3_uidl, swaks_in, swaks_starttls_login, swaks_wrong_password, swaks_unknown_user,
]
