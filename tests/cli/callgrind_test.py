#!/usr/bin/env python3
"""Opens what cprof writes for callgrind's viewers with one of them.

usage: callgrind_test.py CPROF TESTDATA CALLGRIND_ANNOTATE
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

CPROF, TESTDATA, ANNOTATE = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]


class Callgrind(unittest.TestCase):
    def annotate(self, profile, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "profile.callgrind"
            subprocess.run([CPROF, "callgrind", "-symbolize=none", *options, str(profile), "-output", str(path)], check=True,
                           capture_output=True)
            return subprocess.run([ANNOTATE, "--threshold=100", "--auto=no", "--show-percs=no", str(path)], check=True,
                                  capture_output=True, text=True).stdout

    def costs(self, text):
        return {name: int(cost.replace(",", ""))
                for cost, name in re.findall(r"^ *([\d,]+) +(\S.*)$", text.split("file:function")[1], re.M)}

    def test_costs_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "small.folded"
            path.write_text("main;work;parse 60\nmain;work 20\nmain;idle 15\ngc 5\n")
            text = self.annotate(path)
        self.assertIn("samples(count)", text)
        # It takes a call without a count for a line of the caller: 20 + 60, 80 + 15.
        self.assertEqual({name.split(":")[-1]: cost for name, cost in self.costs(text).items()},
                         {"main": 95, "work": 80, "parse": 60, "idle": 15, "gc": 5})

    def test_real_profiles_are_read(self):
        for name in ("proto/go-cpu.pb", "go/heap.pb.gz", "proto/recursion.pb.gz", "proto/negative.pb.gz"):
            with self.subTest(name):
                self.assertGreater(len(self.costs(self.annotate(TESTDATA / name))), 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
