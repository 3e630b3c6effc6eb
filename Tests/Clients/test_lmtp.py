"""LMTP as another mail server on this machine speaks it: smtplib.LMTP over TCP and over a Unix socket."""
import os
import shutil
import smtplib
import stat
import tempfile

from bed import letter
from test_program import Server, barid
from test_python import imap, ok


def lmtp_tcp(bed):
    """Each recipient's own reply (RFC 2033 section 4.2), many messages in one session."""
    with smtplib.LMTP(bed.host, bed.port("LMTP"), timeout=30) as client:
        for number in range(20):
            client.ehlo_or_helo_if_needed()
            assert client.mail("a@elsewhere.test")[0] == 250
            codes = [client.rcpt(name)[0] for name in [bed.user(66), "nobody@example.test", bed.user(67)]]
            assert codes == [250, 550, 250], codes
            # smtplib reads the first of the replies; the second belongs to the other recipient.
            replies = [client.data(letter(f"lmtp-tcp-{number}", "lmtp"))[0], client.getreply()[0]]
            assert replies == [250, 250], replies
        assert not client.has_extn("starttls") and not client.has_extn("auth") and not client.has_extn("dsn")
        assert client.docmd("EHLO", "x")[0] == 500
    for person in [66, 67]:
        session = imap(bed, person)
        session.select("INBOX", readonly=True)
        assert len(ok(session.search(None, "SUBJECT", "lmtp"))[0].split()) == 20
        session.logout()


def lmtp_socket():
    """A Unix socket by option: reachable for owner and group, replaced after a crash, gone with nothing else."""
    folder = tempfile.mkdtemp(prefix="barid-lmtp-")
    socket = os.path.join(folder, "lmtp.socket")
    extra = f"  lmtp:\n    enabled: true\n    socket: {socket}\n"
    try:
        for start in range(2):
            with Server(folder, extra) as server:
                if start == 0:
                    barid(server, "domain", "add", "example.org")
                    barid(server, "account", "add", "amal@example.org")
                assert stat.S_IMODE(os.stat(socket).st_mode) == 0o660
                with smtplib.LMTP(socket, timeout=30) as client:
                    refused = client.sendmail("a@elsewhere.test", ["amal@example.org", "nobody@example.org"], letter("socket"))
                    assert list(refused) == ["nobody@example.org"], refused
                    code, words = client.docmd("MAIL", "FROM:<a@elsewhere.test> REQUIRETLS")
                    assert code == 555, words
                # The second time the file of a killed server is in the way.
                server.end(9)
        words = open(os.path.join(folder, "log"), encoding="utf-8").read()
        assert words.count("filed") >= 2, words[-1000:]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lmtp_reach():
    """LMTP on an address of the network is a mistake of the configuration."""
    folder = tempfile.mkdtemp(prefix="barid-lmtp-")
    try:
        Server(folder, "  lmtp:\n    enabled: true\n    hosts: [0.0.0.0]\n").end()
    except RuntimeError as error:
        assert "other machines can reach 0.0.0.0" in str(error), error
    else:
        raise AssertionError("it started")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


OWN = [lmtp_socket, lmtp_reach]
CHECKS = [lmtp_tcp]
