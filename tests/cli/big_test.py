#!/usr/bin/env python3
"""Reports of a profile that is big enough for all of the work that several threads share.

usage: big_test.py CPROF

Under the preset tsan this is what shows races between them.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from small_profile import field, varint

CPROF = os.path.abspath(sys.argv.pop(1))
SAMPLES, DEPTH, FUNCTIONS = 36000, 40, 200


def function(sample, frame):
    mixed = (sample * DEPTH + frame) * 2654435761 & 0xFFFFFFFF
    return (mixed ^ mixed >> 15) % FUNCTIONS


def profile(value):
    """Sample i weighs value + i % 3, has a stack of its own and a label user of 6 values."""
    names = [f"f{i}" for i in range(FUNCTIONS)]
    strings = ["", "cpu", "nanoseconds", "user"] + [f"u{i}" for i in range(6)] + names
    first = strings.index(names[0])
    ids = [varint(i + 1) for i in range(FUNCTIONS)]
    labels = [field(3, field(1, 3) + field(2, 4 + i)) for i in range(6)]
    out = [field(1, field(1, 1) + field(2, 2))]
    for i in range(SAMPLES):
        stack = b"".join(ids[function(i, k)] for k in range(DEPTH))
        out.append(field(2, field(1, stack) + field(2, varint(value + i % 3)) + labels[i % 6]))
    for i in range(FUNCTIONS):
        out.append(field(4, field(1, i + 1) + field(4, field(1, i + 1))) + field(5, field(1, i + 1) + field(2, first + i)))
    return b"".join(out) + b"".join(field(6, s) for s in strings)


def setUpModule():
    global folder, new, old
    folder = tempfile.TemporaryDirectory(prefix="cprof-big-")
    unittest.addModuleCleanup(folder.cleanup)
    new, old = (os.path.join(folder.name, name) for name in ("new", "old"))
    pathlib.Path(new).write_bytes(profile(3))
    pathlib.Path(old).write_bytes(profile(1))


TOTAL, OLD_TOTAL = SAMPLES * 4, SAMPLES * 2  # nanoseconds
COMMANDS = [["-top"], ["-tree"], ["-dot"], ["-dot", "-call_tree"], ["-traces"], ["-raw"], ["-callgrind"], ["-folded"],
            ["-flame", "-json"], ["-proto"], ["-top", "-diff_base", "OLD"], ["-flame", "-json", "-diff_base", "OLD"],
            ["-dot", "-base", "OLD"]]


def run(*args):
    args = [old if a == "OLD" else a for a in args]
    return subprocess.run([CPROF, *args, new], capture_output=True)


def output_bytes(*args):
    done = run(*args)
    assert done.returncode == 0, (args, done.stderr[-2000:])
    return done.stdout


def output(*args):
    return output_bytes(*args).decode()


class Big(unittest.TestCase):
    def test_top(self):
        text = output("-top", "-unit=ns", "-nodefraction=0")
        self.assertIn(f"of {TOTAL}ns total", text)
        flat = {}
        for i in range(SAMPLES):
            name = f"f{function(i, 0)}"
            flat[name] = flat.get(name, 0) + 3 + i % 3
        rows = re.findall(r"^ *(\d+)ns .* (f\d+)$", text, re.M)
        self.assertEqual({name: int(value) for value, name in rows}, flat)

    def test_a_comparison_is_the_difference(self):
        # Each sample has grown by 2, and percentages are of what was.
        text = output("-top", "-unit=ns", "-diff_base", "OLD")
        self.assertIn(f"accounting for {TOTAL - OLD_TOTAL}ns,", text)
        self.assertIn(f"of {OLD_TOTAL}ns total", text)

    def test_traces_stand_in_order(self):
        text = output("-traces", "-unit=ns")
        values = [int(v) for v in re.findall(r"^ +(\d+)ns   f", text, re.M)]
        self.assertEqual(values, [3 + i % 3 for i in range(SAMPLES)])
        self.assertEqual(re.findall(r"user:  (u\d)", text), [f"u{i % 6}" for i in range(SAMPLES)])

    def test_folded_stacks_add_up(self):
        lines = output("-folded").splitlines()
        self.assertEqual(len(lines), SAMPLES)
        self.assertEqual(sum(int(line.rsplit(" ", 1)[1]) for line in lines), TOTAL)

    def test_reports_are_the_same_again(self):
        for command in COMMANDS:
            with self.subTest(command=command):
                self.assertEqual(output_bytes(*command), output_bytes(*command))

    def test_a_limit_of_memory_holds(self):
        for command in COMMANDS:
            for limit in ("4MB", "16MB"):
                with self.subTest(command=command, limit=limit):
                    done = run(*command, f"-max_memory={limit}")
                    if done.returncode == 0 and limit != "4MB":
                        continue
                    self.assertEqual(done.returncode, 1)
                    self.assertEqual(done.stderr.count(b"out of memory"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
