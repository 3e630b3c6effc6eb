#!/usr/bin/env python3
"""dkimpy's opinion of every signature in the corpus, with the keys of Tests/Resources/dkim/keys.txt and no network.

    /usr/bin/python3 Tests/Interop/dkimpy_corpus.py > Tests/Resources/dkim/dkimpy-results.txt

Prints "FILE INDEX pass|fail" for each DKIM-Signature. Needs Debian's python3-dkim (and python3-nacl).
"""
import os
import sys

import dkim

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Resources", "dkim")


def keys():
    table = {}
    with open(os.path.join(HERE, "keys.txt"), "rb") as file:
        for line in file:
            if line.strip():
                name, text = line.rstrip(b"\n").split(b" ", 1)
                table[name.lower()] = text
    return table


def message(path):
    with open(path, "rb") as file:
        data = file.read()
    if os.sep + "mailauth" + os.sep in path:
        # DNS records come first in these.
        cut = data.find(b"\n\n")
        data = data[cut + 2:]
    return data


def files():
    for folder in ("corpus", "dkimpy", "mailauth", os.path.join("mailauth", "arc")):
        base = os.path.join(HERE, folder)
        for name in sorted(os.listdir(base)):
            if os.path.isfile(os.path.join(base, name)):
                yield folder + "/" + name


def main():
    table = keys()

    def lookup(name, timeout=5):
        return table.get(name.lower().rstrip(b"."))

    for name in files():
        data = message(os.path.join(HERE, name))
        try:
            checker = dkim.DKIM(data)
            count = sum(1 for field, _ in checker.headers if field.lower() == b"dkim-signature")
        except dkim.DKIMException:
            continue
        for index in range(count):
            try:
                verdict = dkim.DKIM(data).verify(idx=index, dnsfunc=lookup)
            except Exception:
                verdict = False
            print(name, index, "pass" if verdict else "fail")


main()
