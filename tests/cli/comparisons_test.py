#!/usr/bin/env python3
"""Comparisons of profiles whose samples must not be summed before they are compared.

usage: comparisons_test.py CPROF
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from small_profile import field, varint

CPROF = os.path.abspath(sys.argv.pop(1))


def profile(types, samples):
    """types: (name, unit) pairs; samples: (values, worker) pairs, all of the function f, labelled worker:…"""
    strings = ["", "f", "worker"]

    def text(s):
        if s not in strings:
            strings.append(s)
        return strings.index(s)

    data = b"".join(field(1, field(1, text(name)) + field(2, text(unit))) for name, unit in types)
    for values, worker in samples:
        packed = b"".join(varint(v & (1 << 64) - 1) for v in values)
        label = field(1, text("worker")) + field(2, text(worker))
        data += field(2, field(1, varint(1)) + field(2, packed) + field(3, label))
    data += field(4, field(1, 1) + field(4, field(1, 1))) + field(5, field(1, 1) + field(2, 1))
    return data + b"".join(field(6, s) for s in strings)


class Comparisons(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cprof-compare-")
        self.addCleanup(self.folder.cleanup)

    def write(self, name, types, samples):
        path = pathlib.Path(self.folder.name, name)
        path.write_bytes(profile(types, samples))
        return str(path)

    def top(self, *args):
        done = subprocess.run([CPROF, "-top", *args], capture_output=True, text=True, check=True)
        return done.stdout

    def test_values_below_0_count_one_by_one(self):
        types = [("cpu", "nanoseconds")]
        new = self.write("new", types, [([10], "a"), ([2], "b")])
        old = self.write("old", types, [([5], "a"), ([-3], "b")])
        # The total is |5| + |-3|; f has 12 - 2.
        self.assertIn("Showing nodes accounting for 10ns, 125.00% of 8ns total", self.top("-diff_base", old, new))

    def test_units_are_brought_together_sample_by_sample(self):
        new = self.write("new", [("n", "count"), ("cpu", "milliseconds")], [([1, 0], "a"), ([2, 5], "b")])
        old = self.write("old", [("n", "count"), ("cpu", "nanoseconds")], [([4, 3], "a")])
        # The sample without any of the type whose unit changes is left out, as in pprof: 2 - 4.
        out = self.top("-sample_index=n", "-diff_base", old, new)
        self.assertIn("Showing nodes accounting for -2, 50.00% of 4 total", out)

    def test_a_comparison_as_a_source(self):
        types = [("cpu", "nanoseconds")]
        a = self.write("a", types, [([10], "a"), ([7], "b")])
        b = self.write("b", types, [([6], "a")])
        saved = str(pathlib.Path(self.folder.name, "saved"))
        subprocess.run([CPROF, "-proto", "-diff_base", b, "-output", saved, a], check=True, capture_output=True)
        # 17 - 6 in the saved one, of which b's 6 are the base; less 6 of which all are.
        self.assertIn("Showing nodes accounting for 5ns, 41.67% of 12ns total", self.top("-diff_base", b, saved))


if __name__ == "__main__":
    unittest.main()
