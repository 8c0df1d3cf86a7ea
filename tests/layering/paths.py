#!/usr/bin/env python3
"""Checks that no file speaks of the machine it was written on.

usage: paths.py PROJECT
"""
import os
import pathlib
import re
import sys

# Put together here, so that this file does not hold them itself.
HOMES = re.compile(rb"(?<![\w.~-])/(" + b"|".join([b"ro" + b"ot", b"wo" + b"rk", b"home" + b"/[a-z]+"]) + rb")/")
SKIPPED = {".git", "build", ".cache", "__pycache__"}
# What programs recorded: profiles, and what is expected of them.
RECORDED = ("tests/testdata/", "tests/fuzz/corpus/", "tests/golden/")


def files(project):
    for folder, folders, names in os.walk(project):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if not path.relative_to(project).as_posix().startswith(RECORDED):
                yield path


def main():
    project = pathlib.Path(sys.argv[1])
    checked = found = 0
    for path in files(project):
        if path.is_symlink() or not path.is_file() or path.name == ".git":
            continue
        checked += 1
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if match := HOMES.search(line):
                found += 1
                print(f"{path.relative_to(project)}:{number}: {match.group().decode()}")
    print(f"{checked} files checked, {found} paths found")
    return 1 if found or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
