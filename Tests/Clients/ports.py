"""Ports for servers under test: every program takes blocks of its own, so that any of them run side by side.

A block is an offset, a multiple of a thousand; its ports are the thousand from there. All lie below the range from which the
kernel takes the ports of clients (ip_local_port_range, usually 32768 and up): one of those may be some client's at any moment.
Scripts/testbed as people start it has 12,000 or what they chose above it: programs begin at the other end.
"""
import contextlib
import fcntl
import os
import socket
import tempfile

BLOCK = 1_000
OFFSETS = range(31_000, 12_000, -BLOCK)
held = []  # open until this process ends


def free_offset():
    """A block at which nobody listens, held for this process and its forks."""
    for offset in OFFSETS:
        # A name that only one socket here can have; it goes with its process, whatever ends that, and leaves no file.
        # Without it, two programs that look at the same moment would both see the ports free, since neither listens yet.
        hold = socket.socket(socket.AF_UNIX)
        try:
            hold.bind(f"\0barid-ports-{offset}")
        except OSError:
            hold.close()
            continue
        if all(is_free(port) for port in range(offset, offset + BLOCK)):
            held.append(hold)
            return offset
        hold.close()
    raise RuntimeError(f"no free block of ports in {OFFSETS}")


def is_free(port):
    """Whether a server could listen there, on whatever address. As servers do, it asks for SO_REUSEADDR: connections of an
    earlier server that are not quite over (TIME_WAIT) are in nobody's way; whoever listens is."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def fixed_ports():
    """For what answers on ports that nobody can choose (`barid demo`): waits until no other check does."""
    folder = os.open(tempfile.gettempdir(), os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
