"""getmail6 as a client, and an LMTP server that takes its letters.

Its other destinations (Maildir, Mboxrd, MDA_external) fork for each letter and wait for SIGCHLD, whose handler they install after
the fork: the end of a child that was quicker is missed, and getmail stands still for three minutes. MDA_lmtp does not fork.
"""
import os
import socketserver
import tempfile
import threading

from bed import run


class Lines(socketserver.StreamRequestHandler):
    """One LMTP session: everything is taken."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        recipients = 0
        self.say("220 sink LMTP")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())
                # RFC 2033 section 4.2: one reply for each recipient.
                for _ in range(recipients):
                    self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                recipients = recipients + 1 if verb == b"RCPT" else 0
                self.say("250 sink")

    def letter(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


class Sink(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(path, Lines)
        self.letters = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Getmail:
    """getmail with a folder of its own, for one person's maildrop over TLS."""

    def __init__(self, bed, number, password=None):
        self.bed, self.user, self.password = bed, bed.user(number), password or bed.password
        self.folder = tempfile.TemporaryDirectory(prefix="barid-getmail-")
        self.socket = os.path.join(self.folder.name, "sink")

    def __enter__(self):
        self.sink = Sink(self.socket)
        return self

    def __exit__(self, *_):
        self.sink.shutdown()
        self.sink.server_close()
        self.folder.cleanup()

    def fetch(self, *options):
        """Runs it once; how many letters it has delivered so far."""
        with open(os.path.join(self.folder.name, "getmailrc"), "w", encoding="ascii") as rc:
            rc.write(f"""[retriever]
type = SimplePOP3SSLRetriever
server = {self.bed.host}
port = {self.bed.port("POP3S")}
username = {self.user}
password = {self.password}
ca_certs = {self.bed.authority}

[destination]
type = MDA_lmtp
host = {self.socket}
override = {self.user}

[options]
read_all = false
verbose = 0
""" + "\n".join(options) + "\n")
        run(["getmail", "--getmaildir", self.folder.name], timeout=120, environment=dict(os.environ, HOME=self.folder.name))
        return len(self.sink.letters)
