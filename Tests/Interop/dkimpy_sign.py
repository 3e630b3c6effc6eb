#!/usr/bin/env python3
"""Signs or verifies with dkimpy, for the interoperability tests of MailAuth.

    dkimpy_sign.py sign FOLDER      signs every *.eml of FOLDER in all forms: writes NAME.ALGORITHM.HEADER.BODY.signed
    dkimpy_sign.py verify FOLDER    prints "NAME pass|fail" for every *.ours of FOLDER

Keys and records are those of Tests/Resources/dkim: selector "test" (RSA) and "brisbane" (Ed25519) of example.com.
"""
import os
import sys

import dkim

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Resources", "dkim", "dkimpy")


def read(path):
    with open(path, "rb") as file:
        return file.read()


RSA, SEED = read(os.path.join(HERE, "test.private")), read(os.path.join(HERE, "ed25519test.key")).strip()
RECORDS = {
    b"test._domainkey.example.com.": read(os.path.join(HERE, "test.txt")).strip(),
    b"brisbane._domainkey.example.com.": read(os.path.join(HERE, "ed25519test.dns")).strip(),
}


def lookup(name, timeout=5):
    return RECORDS.get(name)


def sign(folder):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".eml"):
            continue
        data = read(os.path.join(folder, name))
        for algorithm, key, selector in ((b"rsa-sha256", RSA, b"test"), (b"ed25519-sha256", SEED, b"brisbane")):
            for header in (b"simple", b"relaxed"):
                for body in (b"simple", b"relaxed"):
                    signer = dkim.DKIM(data, signature_algorithm=algorithm)
                    field = signer.sign(selector, b"example.com", key, canonicalize=(header, body))
                    # dkimpy takes every line end for CRLF.
                    out = "%s.%s.%s.%s.signed" % (name, algorithm.decode(), header.decode(), body.decode())
                    with open(os.path.join(folder, out), "wb") as file:
                        file.write(field + data)


def verify(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".ours"):
            try:
                verdict = dkim.DKIM(read(os.path.join(folder, name))).verify(dnsfunc=lookup)
            except Exception as error:
                verdict = False
                print(error, file=sys.stderr)
            print(name, "pass" if verdict else "fail")


{"sign": sign, "verify": verify}[sys.argv[1]](sys.argv[2])
