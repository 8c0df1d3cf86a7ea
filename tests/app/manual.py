#!/usr/bin/env python3
"""Checks that the manual's lists of commands and options are those of the tables.

usage: manual.py MANUAL_SECTIONS cprof.1 [--update]
"""
import difflib
import subprocess
import sys

generator, page = sys.argv[1:3]
with open(page, encoding="utf-8") as file:
    text = file.read()
wanted = text
for section in ("commands", "options"):
    begin, end = f'.\\" begin {section}\n', f'.\\" end {section}\n'
    before, rest = wanted.split(begin)
    after = rest.split(end)[1]
    lines = subprocess.run([generator, section], check=True, capture_output=True, text=True).stdout
    wanted = before + begin + lines + end + after
if "--update" in sys.argv:
    with open(page, "w", encoding="utf-8") as file:
        file.write(wanted)
elif text != wanted:
    sys.stdout.writelines(difflib.unified_diff(text.splitlines(True), wanted.splitlines(True), page, "tables"))
    print("the manual is behind the tables: run this with --update")
    sys.exit(1)
