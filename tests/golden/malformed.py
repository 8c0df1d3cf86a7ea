#!/usr/bin/env python3
"""Gives every file of tests/testdata/malformed to `cprof -top`.

usage: malformed.py --bin PATH

Each ends soon, with exit status 0 or 1, and never by a signal.  What is refused is refused in one line that
names the file, and nothing is printed; what is opened prints a report.  The output goes to a terminal, which
no control character reaches.
"""
import argparse
import concurrent.futures
import os
import pathlib
import pty
import re
import resource
import subprocess
import sys
import termios
import threading

TESTDATA = pathlib.Path(__file__).resolve().parent.parent / "testdata"
TIMEOUT_S = 60
# Everything that a terminal might obey, but newline and tab.
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")

# What is broken beyond doubt, by the beginning of its name: it must be refused.
REFUSED = """bomb-1g-double empty error-unknown gz-bad gz-flip gz-trunc gz-trailing-magic pb-trunc login.json one-byte
    plain.txt random.bin utf16 length- nested-length str-index str-type label-key comment-out func-missing loc-missing
    loc-id-zero map-id-zero values-none values-too values-mixed types-none wiretype group- fixed64-cut
    cpuprofile-bad folded-bad legacy-cpu-trunc-header legacy-heap-bad secrets-missing""".split()
# What is odd, but can be read.
OPENED = """comments.pb crlf default-type-missing dropframes field-huge field-zero gz-header gz-trailing-zeros inlined
    label-num-zero legacy-contention loc-line loc-mapping-missing map-addr map-huge names- sample-no-stack tag-overlong
    time- utf8-bom values-max values-negative values-zero varint-10""".split()


def judge(path, status, printed, said):
    """What is wrong with an answer, or None."""
    name = path.name
    if status not in (0, 1):
        return f"exit status {status}: {said[-3000:]}"
    if found := CONTROL.search(said) or CONTROL.search(printed):
        return f"a control character: {found.string[max(0, found.start() - 20):found.end() + 20]!r}"
    if status == 0:
        return "was opened" if name.startswith(tuple(REFUSED)) else None if printed else "nothing printed"
    if name.startswith(tuple(OPENED)):
        return f"was refused: {said}"
    last = said.splitlines()[-1] if said else ""
    if f"malformed/{name}: " not in last or len(last) > 600:
        return f"the file is not named: {said!r}"
    if said.count("\n") != 1:
        return f"more than one line: {said!r}"
    return f"printed {printed!r}" if printed else None


class Terminal:
    """A terminal that keeps what is written to it, as it is."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        modes = termios.tcgetattr(self.theirs)
        modes[1] &= ~termios.OPOST
        termios.tcsetattr(self.theirs, termios.TCSANOW, modes)
        self.bytes = b""
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        try:
            while piece := os.read(self.ours, 65536):
                self.bytes += piece
        except OSError:  # how a terminal ends
            pass

    def close(self):
        os.close(self.theirs)
        self.reader.join()
        os.close(self.ours)
        return self.bytes.decode(errors="replace")


def run(binary, path):
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", HOME="/nonexistent", PPROF_BINARY_PATH="/nonexistent",
               TERM="dumb")
    terminal = Terminal()
    try:
        done = subprocess.run([binary, "-top", f"malformed/{path.name}"], cwd=TESTDATA, env=env,
                              stdin=subprocess.DEVNULL, stdout=terminal.theirs, stderr=subprocess.PIPE,
                              timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"no answer in {TIMEOUT_S} s"
    finally:
        printed = terminal.close()
    return judge(path, done.returncode, printed, done.stderr.decode(errors="replace"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--memory", type=int, default=0, help="MB that the program may take; 0: not looked at")
    options = parser.parse_args()
    binary = os.path.abspath(options.bin)
    files = sorted((TESTDATA / "malformed").iterdir())
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for path, wrong in zip(files, pool.map(lambda p: run(binary, p), files)):
            if wrong:
                failed += 1
                print(f"--- {path.name}: {wrong}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{len(files) - failed} of {len(files)} files passed, with at most {used} MB")
    return 1 if failed or not files or 0 < options.memory < used else 0


if __name__ == "__main__":
    sys.exit(main())
