#!/usr/bin/env python3
"""What an idle connection costs: opens many to the built server and divides the memory that it grew by.

idle_connections.py [--count N] [--imap-count N] [--limit-plain KiB] [--limit-tls KiB] [--limit-compress KiB]

SMTP (after EHLO) and SMTP with STARTTLS, N of each; then IMAP in IDLE, INBOX selected: plain, under TLS, and with COMPRESS=DEFLATE
after some compressed talk, whose limit is what it may cost beyond the plain one. Prints KiB a connection and `N passed, N failed`;
issue 4 asks for less than 16 and 40 with 5,000, issue 6 for the same and 48 more with 10,000.
"""
import argparse
import asyncio
import os
import resource
import sys
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Clients"))
from bed import Bed, Tally  # noqa: E402


class Talk:
    """One connection's lines, compressed once both sides agreed on it."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.deflate = self.inflate = None
        self.rest = b""

    async def line(self):
        while b"\n" not in self.rest:
            piece = await self.reader.read(4096)
            if not piece:
                raise EOFError(self.rest)
            self.rest += self.inflate.decompress(piece) if self.inflate else piece
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    async def ask(self, text, last):
        if self.deflate:
            text = self.deflate.compress(text) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.writer.write(text)
        while not (await self.line()).startswith(last):
            pass

    def compress(self):
        self.deflate = zlib.compressobj(wbits=-15)
        self.inflate = zlib.decompressobj(wbits=-15)


async def open_smtp(bed, number, kind):
    talk = Talk(*await asyncio.open_connection(bed.env["HOST"], bed.port("SMTP")))
    await talk.line()
    await talk.ask(b"EHLO idle.test\r\n", b"250 ")
    if kind == "tls":
        await talk.ask(b"STARTTLS\r\n", b"220 ")
        await talk.writer.start_tls(bed.shared_tls, server_hostname=bed.env["HOST"])
        await talk.ask(b"EHLO idle.test\r\n", b"250 ")
    return talk.writer


async def open_imap(bed, number, kind):
    secure = {"ssl": bed.shared_tls} if kind == "tls" else {}
    talk = Talk(*await asyncio.open_connection(bed.env["HOST"], bed.port("IMAPS" if secure else "IMAP"), **secure))
    await talk.line()
    await talk.ask(f"a LOGIN {bed.user(number % 100)} {bed.password}\r\n".encode(), b"a OK")
    if kind == "compress":
        await talk.ask(b"b COMPRESS DEFLATE\r\n", b"b OK")
        talk.compress()
        for _ in range(3):
            await talk.ask(b"c LIST \"\" *\r\n", b"c OK")
    await talk.ask(b"d SELECT INBOX\r\n", b"d OK")
    await talk.ask(b"e IDLE\r\n", b"+ ")
    return talk.writer


async def measure(bed, count, opener, kind):
    gate = asyncio.Semaphore(100)

    async def one(number):
        async with gate:
            return await opener(bed, number, kind)

    # What the first connections bring up is not theirs: threads, and the mailboxes of a hundred users.
    warm = await asyncio.gather(*(one(number) for number in range(100)))
    await asyncio.sleep(1)
    before = bed.resident_kib()
    writers = await asyncio.gather(*(one(number) for number in range(count)))
    await asyncio.sleep(2)
    each = (bed.resident_kib() - before) / count
    for writer in [*warm, *writers]:
        writer.transport.abort()
    await asyncio.sleep(2)
    return each


def check(name, count, opener, kind, limit, beyond=0.0):
    """In a server of its own: memory that others gave back would be taken again first."""
    with Bed("idle", "127.0.0.16", lanes=None) as bed:
        bed.shared_tls = bed.tls() if kind == "tls" else None
        each = asyncio.run(measure(bed, count, opener, kind))
    more = f", {each - beyond:.1f} more than plain" if beyond else ""
    print(f"  {name}, {kind}: {count} idle connections, {each:.1f} KiB each{more} (limit {limit})", flush=True)
    assert each - beyond < limit, f"{each - beyond:.1f} KiB each"
    found[name, kind] = each


found = {}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=5_000)
    options.add_argument("--imap-count", type=int, default=10_000)
    options.add_argument("--limit-plain", type=float, default=16)
    options.add_argument("--limit-tls", type=float, default=40)
    options.add_argument("--limit-compress", type=float, default=48)
    options = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tally = Tally()
    for name, opener, count in [("smtp", open_smtp, options.count), ("imap", open_imap, options.imap_count)]:
        if not count:
            continue
        tally.check(f"idle: {name} plain", check, name, count, opener, "plain", options.limit_plain)
        tally.check(f"idle: {name} tls", check, name, count, opener, "tls", options.limit_tls)
    if options.imap_count:
        tally.check(
            "idle: imap compress", check, "imap", options.imap_count, open_imap, "compress", options.limit_compress,
            found.get(("imap", "plain"), options.limit_plain))
    tally.finish()


main()
