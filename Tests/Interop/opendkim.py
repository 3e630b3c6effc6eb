#!/usr/bin/env python3
"""Signs or verifies with OpenDKIM (Debian's package opendkim), for the interoperability tests of MailAuth; nothing is left running.

    opendkim.py sign FOLDER      signs every *.eml of FOLDER in all forms: writes NAME.HEADER.BODY.opendkim
    opendkim.py verify FOLDER    prints "NAME pass|fail" for every *.ours of FOLDER

Keys and records are those of Tests/Resources/dkim: selector "test" (RSA) and "brisbane" (Ed25519) of example.com. OpenDKIM is run with
-t, its mode for testing files; its own verifier reads the keys from a file then.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Resources", "dkim", "dkimpy")


def read(name):
    with open(os.path.join(HERE, name), "r", encoding="ascii") as file:
        return file.read().strip()


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def opendkim(folder, settings, arguments):
    conf = write(os.path.join(folder, "opendkim.conf"), settings + "Syslog no\nBackground no\n")
    done = subprocess.run(["/usr/sbin/opendkim", "-x", conf] + arguments, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.stdout


def sign(folder):
    key = os.path.join(folder, "key.pem")
    shutil.copy(os.path.join(HERE, "test.private"), key)
    os.chmod(key, 0o600)
    table = write(os.path.join(folder, "keytable"), "k example.com:test:%s\n" % key)
    signing = write(os.path.join(folder, "signingtable"), "* k\n")
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".eml"):
            continue
        path = os.path.join(folder, name)
        for header in ("simple", "relaxed"):
            for body in ("simple", "relaxed"):
                out = opendkim(folder, "Mode s\nCanonicalization %s/%s\nSignatureAlgorithm rsa-sha256\nKeyTable %s\n"
                               "SigningTable refile:%s\nRequireSafeKeys no\n" % (header, body, table, signing),
                               ["-t", path, "-vv"])
                found = re.search(rb"hname='DKIM-Signature' hvalue='([^']*)'", out)
                if not found:
                    continue
                field = b"DKIM-Signature: " + re.sub(rb"\r?\n", b"\r\n", found.group(1)) + b"\r\n"
                with open(path, "rb") as file:
                    data = file.read()
                with open("%s.%s.%s.opendkim" % (path, header, body), "wb") as file:
                    file.write(field + data)


def verify(folder):
    records = write(os.path.join(folder, "records"),
                    "test._domainkey.example.com %s\nbrisbane._domainkey.example.com %s\n"
                    % (read("test.txt"), "v=DKIM1; " + read("ed25519test.dns")))
    for name in sorted(os.listdir(folder)):
        if name.endswith(".ours"):
            out = opendkim(folder, "Mode v\nTestPublicKeys %s\n" % records, ["-t", os.path.join(folder, name)])
            passed = re.search(rb"d=example\.com, [0-9]+-bit key\) succeeded", out)
            print(name, "pass" if passed else "fail " + out.decode("utf-8", "replace").strip())


{"sign": sign, "verify": verify}[sys.argv[1]](sys.argv[2])
