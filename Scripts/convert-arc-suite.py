#!/usr/bin/env python3
"""Turns the ARC test suite (YAML) into the line format that the Swift tests read.

    Scripts/convert-arc-suite.py arc-draft-validation-tests.yml > Tests/Resources/arc/cases.txt

Needs PyYAML. A line is a record of fields separated by tabs; in a field, a byte below 0x20, 0x7F and above, and the
backslash are written \\xNN (UTF-8 bytes of the text).

    scenario  NAME
    record    OWNER  TXT  TEXT
    case      ID  CV  MESSAGE          CV: pass, fail or empty
"""
import sys
import yaml


def escape(text):
    out = []
    for byte in str(text).encode("utf-8"):
        out.append(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else "\\x%02x" % byte)
    return "".join(out)


def emit(*fields):
    print("\t".join(escape(f) for f in fields))


with open(sys.argv[1], encoding="utf-8") as file:
    for document in yaml.safe_load_all(file):
        if not document:
            continue
        emit("scenario", document["description"])
        for name, text in document.get("txt-records", {}).items():
            emit("record", name, "TXT", text)
        for name, test in document["tests"].items():
            emit("case", name, (test["cv"] or "").lower(), test["message"])
