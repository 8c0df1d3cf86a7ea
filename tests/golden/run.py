#!/usr/bin/env python3
"""Runs recorded command lines against a cprof binary and compares what it prints, byte for byte.

usage: run.py --bin PATH [--group GROUP] [--jobs N] [--update] [--all] [ID…]

Cases stand in cases/GROUP.jsonl, one JSON object a line:

    id      GROUP/NAME
    argv    the arguments; {TMP} is an empty folder (and {TESTDATA} what the cases run in, in outputs)
    stdin   what it reads; nothing where left out
    stdin_file  the file that it reads instead
    exit    the exit status; 0 where left out
    then    arguments of a second run, whose output is the one to compare
    stdout  the file (in cases/) that holds the output; null: there must be none
    stderr  what the error output holds; where left out, the error output must be empty
            ("*": anything)

They run in tests/testdata, with TZ=UTC, LC_ALL=C.UTF-8 and an empty HOME.  --update rewrites the expected
output of the cases named (--all: of every case chosen) with what the binary prints: look at the difference
before committing it.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE / "cases"
TESTDATA = HERE.parent / "testdata"
TIMEOUT_S = 60
FIELDS = {"id", "argv", "stdin", "stdin_file", "exit", "then", "stdout", "stderr"}


def load(group):
    """The cases of one group, or of all; a case that makes no sense ends the run."""
    cases, seen = [], set()
    for path in sorted(CASES.glob("*.jsonl")):
        if group and path.stem != group:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            case = json.loads(line)
            wrong = set(case) - FIELDS or {"id", "argv", "stdout"} - set(case)
            if wrong or case["id"] in seen or not case["id"].startswith(path.stem + "/"):
                sys.exit(f"{path.name}:{number}: {wrong or case['id']}: unknown, missing or double")
            seen.add(case["id"])
            cases.append(case)
    return cases


def run(binary, case):
    """(exit status, output, error output); the status is None when there was no answer."""
    home = tempfile.mkdtemp(prefix="golden-")
    env = {"PATH": os.environ["PATH"], "HOME": home, "PPROF_TMPDIR": home, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    stdin = (TESTDATA / case["stdin_file"]).read_bytes() if "stdin_file" in case else case.get("stdin", "").encode()
    try:
        for argv in filter(None, (case["argv"], case.get("then"))):
            done = subprocess.run([binary, *(a.replace("{TMP}", home) for a in argv)], cwd=TESTDATA, env=env,
                                  input=stdin, capture_output=True, timeout=TIMEOUT_S)
            if done.returncode != 0:
                break
        names = ((home.encode(), b"{TMP}"), (str(TESTDATA).encode(), b"{TESTDATA}"))
        texts = [done.stdout, done.stderr]
        for name, sign in names:
            texts = [text.replace(name, sign) for text in texts]
        return done.returncode, *texts
    except subprocess.TimeoutExpired:
        return None, b"", b""
    finally:
        shutil.rmtree(home, ignore_errors=True)


def expected_output(case):
    return (CASES / case["stdout"]).read_bytes() if case["stdout"] else b""


def difference(want, got):
    lines = [[repr(line)[2:-1] for line in text.split(b"\n")] for text in (want, got)]
    diff = list(difflib.unified_diff(*lines, "expected", "printed", lineterm="", n=1))
    return "\n".join(diff[:40] + (["…"] if len(diff) > 40 else []))


def judge(case, status, out, err):
    """What is wrong with an answer, or None."""
    if status is None:
        return f"no answer in {TIMEOUT_S} s"
    if status != case.get("exit", 0):
        return f"exit status {status}, not {case.get('exit', 0)}\n{err.decode(errors='replace')}"
    said = case.get("stderr", "")
    if said != "*" and (said.encode() not in err or (not said and err)):
        return f"error output {err.decode(errors='replace')!r}, not {said!r}"
    want = expected_output(case)
    return None if out == want else difference(want, out)


def update(case, status, out):
    if status is None or status != case.get("exit", 0):
        return f"not updated: exit status {status}"
    if not case["stdout"]:
        return None
    path = CASES / case["stdout"]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != out:
        path.write_bytes(out)
        print(f"updated {path.relative_to(HERE)}")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", help="the program to test")
    parser.add_argument("--group", help="only the cases of this group")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("ids", nargs="*")
    options = parser.parse_args()
    if not options.bin or (options.update and not options.ids and not options.all):
        parser.error("--bin is needed; and with --update, ids or --all")
    binary = os.path.abspath(options.bin)
    cases = [c for c in load(options.group) if not options.ids or c["id"] in options.ids]
    if not cases:
        sys.exit("no such case")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, answer in zip(cases, pool.map(lambda c: run(binary, c), cases)):
            wrong = update(case, *answer[:2]) if options.update else judge(case, *answer)
            if wrong:
                failed += 1
                print(f"--- {case['id']}: cprof {' '.join(case['argv'])}\n{wrong}\n")
    print(f"{len(cases) - failed} of {len(cases)} cases passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
