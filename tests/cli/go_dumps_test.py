#!/usr/bin/env python3
"""Go's text dumps, from the file to the report.

usage: go_dumps_test.py CPROF TESTDATA
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CPROF = os.path.abspath(sys.argv.pop(1))
TESTDATA = pathlib.Path(sys.argv.pop(1)).resolve() / "go"
DUMP = str(TESTDATA / "goroutine.debug2.txt")


class Case(unittest.TestCase):
    def run_cprof(self, *args, stdin=b""):
        with tempfile.TemporaryDirectory(prefix="cprof-go-") as home:
            env = dict(os.environ, HOME=home, TZ="UTC", LC_ALL="C.UTF-8")
            return subprocess.run([CPROF, *map(str, args)], input=stdin, capture_output=True, env=env, timeout=60)

    def good(self, *args, stdin=b""):
        done = self.run_cprof(*args, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        return done.stdout.decode()

    def bad(self, *args):
        done = self.run_cprof(*args)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        return done.stderr.decode().strip()


class Texts(Case):
    def test_every_report_has_names(self):
        for name in ("goroutine.debug1.txt", "goroutine.debug2.txt", "mutex.debug1.txt", "threadcreate.debug1.txt"):
            for report in ("top", "tree", "traces", "raw", "dot", "tags"):
                out = self.good(report, TESTDATA / name)
                self.assertNotEqual(out, "", (name, report))
                self.assertNotIn("<unknown>", out, (name, report))

    def test_labels_of_dumps_can_be_filtered(self):
        """Counted in the file: grep -c '^goroutine.*\\[select[],]' and so on."""
        out = self.good("top", "-tagfocus", "state=^select$", DUMP)
        self.assertIn("of 86 total", out)
        self.assertIn("Showing nodes accounting for 14,", out)
        tags = self.good("tags", DUMP)
        for key in ("created_by", "locked", "state", "wait"):
            self.assertIn(f" {key}: Total ", tags)
        self.assertNotIn("31130", tags)  # the number of a goroutine is no tag

    def test_a_profile_without_tags_says_so(self):
        self.assertEqual(self.good("tags", TESTDATA / "mutex.debug1.txt"), "no tags\n")
        self.assertEqual(self.good("tags", "-taghide", ".", TESTDATA / "heap.small.pb.gz"), "")

    def test_stacks_that_are_empty(self):
        text = b"threadcreate profile: total 5\n5 @\n#\t0x0\n\n"
        self.assertIn("of 5 total", self.good("top", "-", stdin=text))

    def test_conversion_keeps_what_profile_proto_can_say(self):
        with tempfile.TemporaryDirectory(prefix="cprof-go-") as folder:
            proto = os.path.join(folder, "dump.pb.gz")
            self.assertEqual(self.run_cprof("proto", "-output", proto, DUMP).returncode, 0)
            self.assertEqual(self.good("top", proto), self.good("top", DUMP))
            self.assertEqual(self.good("tags", proto), self.good("tags", DUMP))

    def test_info(self):
        out = self.good("info", DUMP)
        self.assertIn("Go goroutine dump", out)
        self.assertIn("86", out)
        self.assertNotIn("Binaries:", out)


class Goroutines(Case):
    def test_one_dump(self):
        out = self.good("goroutines", DUMP)
        self.assertTrue(out.startswith("86 goroutines in 31 groups\n"), out[:60])
        self.assertIn("created by example.com/orderd/leaks.Start", out)
        one = self.good("goroutines", "1", "-state", "^chan send$", DUMP)
        self.assertTrue(one.startswith("5 of 86 goroutines in 1 group\n"), one)
        self.assertIn("goroutines 24, 38, 52, 66, 80\n", one)
        self.assertTrue(self.good("goroutines", "-min_wait", "1h", DUMP).startswith("0 of 86 "))

    def test_two_dumps(self):
        out = self.good("goroutines", DUMP, DUMP)
        self.assertIn("Left:  86 goroutines\nRight: 86 goroutines\n", out)
        self.assertIn("In both: 86 → 86 goroutines in 31 groups", out)
        self.assertIn("Only left: 0 goroutines in 0 groups", out)

    def test_json(self):
        data = json.loads(self.good("goroutines", "-json", DUMP))
        self.assertEqual(data["report"], "goroutines")
        self.assertEqual(data["dumps"], [{"goroutines": 86}])
        self.assertEqual(sum(group["dumps"][0]["count"] for group in data["groups"]), 86)

    def test_other_profiles_are_refused(self):
        self.assertIn("the profile counts inuse_space, not goroutines",
                      self.bad("goroutines", TESTDATA / "heap.small.pb.gz"))

    def test_the_counted_text_has_no_states(self):
        out = self.good("goroutines", "1", TESTDATA / "goroutine.debug1.txt")
        self.assertTrue(out.startswith("115 goroutines in "), out)
        self.assertIn("    8  state not known\n", out)

    def test_wrong_time(self):
        done = self.run_cprof("goroutines", "-min_wait", "soon", DUMP)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b'"soon" is no waiting time', done.stderr)


class Parts(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cprof-parts-")
        self.addCleanup(folder.cleanup)
        self.whole = TESTDATA / "heap.small.pb.gz"
        data = self.whole.read_bytes()
        self.parts = [os.path.join(folder.name, f"heap{i}.out") for i in range(3)]
        for i, path in enumerate(self.parts):
            pathlib.Path(path).write_bytes(data[i * 500:(i + 1) * 500])

    def test_joined(self):
        want = self.good("top", self.whole)
        self.assertEqual(self.good("top", *self.parts), want)
        self.assertEqual(self.good("top", *reversed(self.parts)), want)
        self.assertEqual(self.good("top", TESTDATA / "secrets" / "list.json"), want)
        self.assertEqual(self.good("top", *sorted((TESTDATA / "secrets").glob("svc-heap*.json"))), want)

    def test_missing(self):
        self.assertIn("heap1.out is missing", self.bad("top", self.parts[0], self.parts[2]))
        self.assertIn("heap2.out is missing", self.bad("top", *self.parts[:2]))
        secrets = [TESTDATA / "secrets" / f"svc-heap{i}.json" for i in ("", "-0", "-2")]
        self.assertIn("secret svc-heap-1 is missing", self.bad("top", *secrets))


if __name__ == "__main__":
    unittest.main()
