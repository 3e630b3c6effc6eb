#!/usr/bin/env python3
"""Turns an openspf test suite (YAML) into the line format that the Swift tests read.

    Scripts/convert-spf-suite.py rfc7208-tests.yml > Tests/Resources/spf/cases.txt

Needs PyYAML. A line is a record of fields separated by tabs; in a field, a byte below 0x20, 0x7F and above, and the
backslash are written \\xNN (UTF-8 bytes of the text).

    scenario  NAME                                      what follows belongs to it
    record    OWNER  TYPE  VALUE...                     TXT: one field for each character string
    timeout   OWNER  [TYPE]                             questions come to nothing
    case      ID  HOST  HELO  MAILFROM  RESULTS  [EXPLANATION]   RESULTS: allowed words, separated by commas
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


def strings(value):
    return value if isinstance(value, list) else [value]


def zone(name, entries):
    types = [key for e in entries if isinstance(e, dict) for key in e]
    for entry in entries:
        if entry == "TIMEOUT":
            emit("timeout", name)
            continue
        for kind, value in entry.items():
            if value == "TIMEOUT":
                emit("timeout", name, "TXT" if kind == "SPF" else kind)
            elif kind == "SPF":
                # RFC 7208 knows TXT only: an SPF record stands for a TXT record too, unless the name has its own.
                if "TXT" not in types:
                    emit("record", name, "TXT", *strings(value))
            elif kind == "TXT":
                if value != "NONE":
                    emit("record", name, "TXT", *strings(value))
            elif kind == "MX":
                emit("record", name, "MX", value[0], value[1])
            else:
                emit("record", name, kind, *strings(value))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        for document in yaml.safe_load_all(file):
            if not document:
                continue
            emit("scenario", document["description"])
            for name, entries in document.get("zonedata", {}).items():
                zone(str(name), entries)
            for name, test in document["tests"].items():
                fields = ["case", name, test["host"], test["helo"], test["mailfrom"] or "",
                          ",".join(strings(test["result"]))]
                if "explanation" in test:
                    fields.append(test["explanation"])
                emit(*fields)


main()
