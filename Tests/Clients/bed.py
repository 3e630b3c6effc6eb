"""The test bed and a small tally, shared by the scripts in this folder and in Tests/Crash.

A script makes one `Bed`, runs checks with `tally.check`, and ends with `tally.finish()`, which prints `N passed, N failed`.
"""
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

from ports import free_offset

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, function, *arguments):
        """Runs one check: it fails when it raises."""
        started = time.monotonic()
        try:
            function(*arguments)
        except Exception as error:  # noqa: BLE001 - any reason is a failed check
            self.failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"     at {os.path.relpath(where.filename, ROOT)}:{where.lineno}", flush=True)
            return False
        self.passed += 1
        print(f"pass {name} ({time.monotonic() - started:.1f} s)", flush=True)
        return True

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


class Bed:
    """A test bed in a folder of its own, on ports of its own, so that one that a person started is left alone."""

    def __init__(self, name, host="127.0.0.14", lanes="2"):
        """`lanes`: two, so that mail for several people crosses lanes; None: as many as this machine's server would make."""
        self.offset = free_offset()
        self.folder = tempfile.mkdtemp(prefix=f"barid-{name}-")
        self.environment = dict(
            os.environ,
            BARID_TESTBED=self.folder,
            BARID_TESTBED_OFFSET=str(self.offset),
            BARID_TESTBED_HOST=host,
        )
        if lanes:
            self.environment["BARID_TESTBED_LANES"] = lanes
        self.env = {}

    def script(self, verb):
        done = subprocess.run(
            [os.path.join(ROOT, "Scripts", "testbed"), verb],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=120, check=False,
        )
        if done.returncode:
            raise RuntimeError(f"testbed {verb}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start(self):
        path = self.script("start").strip().splitlines()[-1]
        with open(path, encoding="utf-8") as lines:
            self.env = dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
        return self

    def stop(self):
        self.script("stop")

    def kill9(self):
        self.script("kill9")

    def wipe(self):
        self.script("wipe")
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.wipe()
            raise

    def __exit__(self, kind, error, trace):
        if error is not None or os.environ.get("BARID_KEEP"):
            print(open(os.path.join(self.folder, "server.out"), encoding="utf-8", errors="replace").read()[-3000:])
        self.wipe()

    # What a client needs.

    @property
    def host(self):
        return self.env["HOST"]

    def port(self, name):
        return int(self.env[f"{name}_PORT"])

    @property
    def authority(self):
        return self.env["CA"]

    @property
    def password(self):
        return self.env["BENCH_PASS"]

    @property
    def pid(self):
        return int(self.env["SERVER_PID"])

    def user(self, number):
        return self.env["BENCH_USER_FMT"] % number

    def tls(self):
        return ssl.create_default_context(cafile=self.authority)

    def resident_kib(self):
        """Memory of its own; the pages of a debug program's file are not counted."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
        return 0


def run(command, *, data=None, timeout=60, environment=None, expect=0):
    """Runs a program; returns its output; raises with its words when it does not end as expected."""
    done = subprocess.run(
        command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, check=False,
        env=environment,
    )
    text = done.stdout.decode(errors="replace")
    if expect is not None and done.returncode != expect:
        words = (done.stderr.decode(errors="replace") + text).strip()[-600:]
        raise RuntimeError(f"{os.path.basename(command[0])} ended with {done.returncode}: {words}")
    return text


def letter(number, subject="test", body="Hello\r\n", sender="sender@elsewhere.test", to="user000@example.test", extra=""):
    """A whole message with CRLF line ends."""
    return (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{number}@elsewhere.test>\r\n"
        f"Date: Mon, 05 Jan 2026 10:00:00 +0000\r\n{extra}\r\n{body}"
    )


def end_quietly(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
