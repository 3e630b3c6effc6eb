"""`barid demo`: starts, prints what works when pasted, stops cleanly, and keeps mail and passwords."""
import os
import re
import shutil
import signal
import subprocess
import tempfile

from bed import run
from ports import fixed_ports
from test_program import program


def start(folder):
    process = subprocess.Popen(
        [program(), "demo", "--folder", folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, env=dict(os.environ, LANG="C"))
    page = []
    for line in process.stdout:
        page.append(line)
        if line.startswith("Barid is ready"):
            return process, "".join(page)
    raise RuntimeError("it did not start: " + "".join(page))


def commands(page):
    """The three commands, as a person would copy them."""
    text = page.split("Three commands to try:")[1].split("Barid is ready")[0]
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def stop(process):
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(30) == 0
    assert "All mail is kept" in rest, rest
    assert len(rest.splitlines()) <= 2, rest


def demo():
    with fixed_ports():
        starts_twice()


def starts_twice():
    folder = tempfile.mkdtemp(prefix="barid-demo-")
    try:
        process, page = start(folder)
        rows = [line for line in page.splitlines() if re.search(r"\blocalhost\b +\d+", line)]
        assert len(rows) == 10, page
        assert oct(os.stat(folder + "/passwords").st_mode & 0o777) == "0o600"
        three = commands(page)
        assert len(three) == 3, three
        shell = ["bash", "-e", "-o", "pipefail", "-c"]
        assert "INBOX" in run(shell + [three[0]])
        assert "Subject: Welcome to Barid" in run(shell + [three[1]])
        run(shell + [three[2]])
        stop(process)
        # Again: the same passwords, the same mail and the letter that was sent.
        process, again = start(folder)
        assert page == again
        listing = re.sub(r"/1'$", "/'", commands(again)[1])
        assert len(run(shell + [listing]).split("\n")) >= 4, run(shell + [listing])
        stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


CHECKS = [demo]
