"""What a disk may hold after a power cut, from the log that record.c wrote.

The model promises a program no more than a disk does:
- A write is there for sure when it was complete before a sync of its file began that ended before the cut.
- Any other write may be there, or not, or in part: each sector of 512 bytes holds its state after any number of the
  pending writes to it, whatever the other sectors and files hold. (Not a later write without an earlier one to the same
  sector: there is one copy of it in memory.) A file's length may be ahead of its bytes: what was not written is zeros.
- A file's creation is there for sure after a sync of the file or of its folder, a rename or unlink after a sync of its folder;
  without that they may have happened or not, in any combination.
"""
import bisect
import os
import struct

RECORD = struct.Struct("=IIQqQQIIQ")
OPENED, WRITTEN, TRUNCATED, ALLOCATED, RENAMED, UNLINKED, FOLDER_MADE, SYNCED, FOLDER_OPENED = range(1, 10)
SECTOR = 512
NEVER = 1 << 63


class File:
    def __init__(self, name):
        self.name = name
        self.changes = []  # (ended, began, kind, offset, bytes)
        self.syncs = []  # (began, ended)


class Names:
    """One change of a folder: create, rename, unlink."""

    def __init__(self, verb, began, ended, path, other=None, file=None):
        self.verb, self.began, self.ended, self.path, self.other, self.file = verb, began, ended, path, other, file


def covered(syncs, ended, cut):
    """Whether one of the syncs began after `ended` and was over before `cut`."""
    return any(begin >= ended and end <= cut for begin, end in syncs)


class Recording:
    """The whole log, by file. Paths are relative to the recorded folder."""

    def __init__(self, log, root):
        self.root = root
        self.files = []
        self.changes = []
        self.folder_syncs = {}
        self.sync_ends = []
        self.read(log)
        for file in self.files:
            file.changes.sort(key=lambda change: change[0])
        self.sync_ends.sort()
        self.checkpoints = [end for file in self.files if file.name.endswith((".sqlite", ".db")) for _, end in file.syncs]

    def relative(self, path):
        return os.path.relpath(path, self.root)

    def read(self, log):
        with open(log, "rb") as stream:
            data = stream.read()
        at, names, openings = 0, {}, {}
        while at + RECORD.size <= len(data):
            kind, flags, opening, offset, began, ended, length, other, size = RECORD.unpack_from(data, at)
            at += RECORD.size
            path = data[at:at + length].decode()
            second = data[at + length:at + length + other].decode()
            at += length + other
            self.take(names, openings, kind, flags, opening, offset, began, ended, path, second, data[at:at + size])
            at += size

    def take(self, names, openings, kind, flags, opening, offset, began, ended, path, second, data):
        path = path and self.relative(path)
        if kind == OPENED:
            file = names.get(path)
            if file is None:
                file = names[path] = File(path)
                self.files.append(file)
                self.changes.append(Names("create", began, ended, path, file=file))
            elif flags:
                file.changes.append((ended, began, TRUNCATED, 0, b""))
            openings[opening] = file
        elif kind == FOLDER_OPENED:
            openings[opening] = self.folder_syncs.setdefault(path, [])
        elif kind in (WRITTEN, TRUNCATED, ALLOCATED):
            openings[opening].changes.append((ended, began, kind, offset, data))
        elif kind == SYNCED:
            opened = openings[opening]
            (opened.syncs if isinstance(opened, File) else opened).append((began, ended))
            self.sync_ends.append(ended)
        elif kind == RENAMED:
            second = self.relative(second)
            self.changes.append(Names("rename", began, ended, path, other=second))
            if path in names:
                names[second] = names.pop(path)
        elif kind == UNLINKED:
            names.pop(path, None)
            self.changes.append(Names("unlink", began, ended, path))
        elif kind == FOLDER_MADE:
            self.changes.append(Names("folder", began, ended, path))

    def sync_before(self, time, chance):
        """The end of one of the last few syncs before `time`: the moments that matter."""
        at = bisect.bisect_right(self.sync_ends, time)
        return self.sync_ends[max(0, at - chance.randint(1, 4))] if at else time

    def rebuild(self, target, cut, chance):
        """Makes in `target` the folder that a cut at `cut` may leave. `cut` of NEVER: all that happened, and it was all kept."""
        names = self.names(cut, chance)
        for path, file in names.items():
            if file is None:
                os.makedirs(os.path.join(target, path), exist_ok=True)
        for path, file in names.items():
            if file is not None:
                full = os.path.join(target, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "wb") as stream:
                    stream.write(contents(file, cut, chance))

    def names(self, cut, chance):
        """path -> File, or None for a folder."""
        luck = chance.choice([0, 0.5, 1])
        names, lost = {}, {}
        for change in self.changes:
            if change.began >= cut:
                continue
            if self.is_kept(change, cut) or chance.random() < luck:
                apply(change, names, lost)
            elif change.verb == "create":
                lost[change.path] = change.file
        return names

    def is_kept(self, change, cut):
        if cut == NEVER:
            return True
        folders = {os.path.dirname(path) or "." for path in (change.path, change.other) if path}
        if all(covered(self.folder_syncs.get(folder, []), change.ended, cut) for folder in folders):
            return True
        return change.verb == "create" and covered(change.file.syncs, change.ended, cut)


def apply(change, names, lost):
    if change.verb == "create":
        names[change.path] = change.file
    elif change.verb == "folder":
        names[change.path] = None
    elif change.verb == "unlink":
        names.pop(change.path, None)
        lost.pop(change.path, None)
    else:
        file = names.pop(change.path, None) or lost.pop(change.path, None)
        if file is not None:
            names[change.other] = file


def put(bytes_, offset, data):
    if len(bytes_) < offset + len(data):
        bytes_.extend(bytes(offset + len(data) - len(bytes_)))
    bytes_[offset:offset + len(data)] = data


def resize(bytes_, length):
    if len(bytes_) > length:
        del bytes_[length:]
    else:
        bytes_.extend(bytes(length - len(bytes_)))


def change_all(bytes_, kind, offset, data):
    if kind == WRITTEN:
        put(bytes_, offset, data)
    elif kind == TRUNCATED:
        resize(bytes_, offset)
    elif len(bytes_) < offset:
        resize(bytes_, offset)


def contents(file, cut, chance):
    """The file's bytes after a cut."""
    safe = NEVER if cut == NEVER else max((began for began, ended in file.syncs if ended <= cut), default=-1)
    result = bytearray()
    pending = []
    for change in file.changes:
        if change[0] <= safe:
            change_all(result, *change[2:])
        elif change[1] < cut:
            pending.append(change)
    if pending:
        tear(result, pending, chance)
    return result


def tear(result, pending, chance):
    """Applies what may have reached the disk of the pending changes."""
    whole = len(pending)
    way = chance.choice(["none", "all", "sectors", "sectors", "prefix", "prefix"])
    upto = chance.randint(0, whole)
    reached = {}

    def level(sector):
        """How many of the pending changes this sector has seen."""
        if way == "none":
            return 0
        if way == "all":
            return whole
        if sector not in reached:
            if way == "prefix":
                reached[sector] = upto + chance.randint(0, 1)
            else:
                reached[sector] = chance.choice([0, whole, chance.randint(0, whole)])
        return reached[sector]

    longest = 0
    for number, (_, _, kind, offset, data) in enumerate(pending):
        if kind != WRITTEN:
            if number < (chance.choice([0, whole]) if way == "sectors" else level(-1)):
                change_all(result, kind, offset, data)
            continue
        longest = max(longest, offset + len(data))
        at = 0
        while at < len(data):
            sector = (offset + at) // SECTOR
            size = min(len(data) - at, (sector + 1) * SECTOR - offset - at)
            if number < level(sector):
                put(result, offset + at, data[at:at + size])
            at += size
    if chance.random() < 0.3 and len(result) < longest:
        resize(result, longest)
