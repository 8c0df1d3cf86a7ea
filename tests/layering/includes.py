#!/usr/bin/env python3
"""Checks that modules include one another in one direction only.

usage: includes.py PROJECT
"""
import pathlib
import re
import sys

# What a module may include, besides itself and include/cprof.
MAY_INCLUDE = {
    "base": "",
    "measure": "base",
    "profile": "base measure",
    "input": "base measure profile",
    "symbol": "base measure profile",
    "transform": "base measure profile",
    "graph": "base measure profile transform",
    "report": "base measure profile input symbol transform graph",
    "render": "base measure profile input symbol transform graph report",
    "app": "base measure profile input symbol transform graph report render",
    "cli": "base measure profile input symbol transform graph report render app",
    "tui": "base measure profile input symbol transform graph report render app",
    "web": "base measure profile input symbol transform graph report render app",
}
# The program's entry starts one of the front ends.
ENTRY = "cli/main.c"
FRONT_ENDS = {"cli", "tui", "web"}

INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def problems(source):
    """Yields one line for each include under `source` (a folder of modules) that is not allowed."""
    for path in sorted(source.rglob("*.[ch]")):
        name = path.relative_to(source)
        module = name.parts[0]
        if module not in MAY_INCLUDE:
            yield f"{name}: '{module}' is no module"
            continue
        allowed = set(MAY_INCLUDE[module].split()) | {module}
        if name.as_posix() == ENTRY:
            allowed |= FRONT_ENDS
        text = path.read_bytes()
        for match in INCLUDE.finditer(text):
            kind, target = match.group(1), match.group(2).decode(errors="replace")
            line = text.count(b"\n", 0, match.start()) + 1
            if target.startswith(".") or "/../" in target:
                yield f"{name}:{line}: includes '{target}' by a relative path"
                continue
            other = target.split("/")[0]
            if kind == b'"' and "/" not in target:
                yield f"{name}:{line}: includes '{target}' without its module"
            elif other in MAY_INCLUDE and other not in allowed and (source / target).exists():
                yield f"{name}:{line}: '{module}' must not include '{target}'"


def public_problems(include):
    """Public headers include nothing of ours but one another."""
    for path in sorted(include.rglob("*.h")):
        for match in INCLUDE.finditer(path.read_bytes()):
            target = match.group(2).decode(errors="replace")
            if match.group(1) == b'"' and not target.startswith("cprof/"):
                yield f"{path.name}: a public header must not include '{target}'"


def main():
    project = pathlib.Path(sys.argv[1])
    found = list(problems(project / "src")) + list(public_problems(project / "include"))
    for line in found:
        print(line)
    files = len(list((project / "src").rglob("*.[ch]")))
    print(f"{files} files checked, {len(found)} problems")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
