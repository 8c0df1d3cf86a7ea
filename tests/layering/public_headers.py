#!/usr/bin/env python3
"""Checks that each public header compiles alone, as C11 and as C++, and that cprof.h has them all.

usage: public_headers.py INCLUDE CC CXX
"""
import pathlib
import subprocess
import sys

STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]


def compiles(compiler, language, standard, include, text):
    done = subprocess.run([compiler, "-x", language, f"-std={standard}", *STRICT, f"-I{include}", "-"],
                          input=text, text=True, capture_output=True)
    if done.returncode != 0:
        print(f"as {standard}:\n{done.stderr}")
    return done.returncode == 0


def main():
    include, cc, cxx = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    headers = sorted(p.relative_to(include).as_posix() for p in include.rglob("*.h"))
    good = bool(headers)
    for header in headers:
        text = f'#include "{header}"\n#include "{header}"\ntypedef int not_empty;\n'
        for compiler, language, standard in ((cc, "c", "c11"), (cxx, "c++", "c++11")):
            if not compiles(compiler, language, standard, include, text):
                print(f"{header}: does not compile alone")
                good = False
    whole = include / "cprof" / "cprof.h"
    if whole.exists():
        for header in headers:
            if header != "cprof/cprof.h" and f'#include "{header}"' not in whole.read_text():
                print(f"{header}: cprof/cprof.h does not include it")
                good = False
    print(f"{len(headers)} public headers checked")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
