#!/usr/bin/env python3
"""What a build without libcurl, elfutils or capstone says when it is asked for what they do.

usage: missing_test.py CPROF
"""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

from features import left_out
from small_profile import profile

CPROF = os.path.abspath(sys.argv.pop(1))
LEFT_OUT = left_out(CPROF)


class Missing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cprof-missing-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.path = self.dir / "p.pb"

    def run_cprof(self, *args):
        env = {k: v for k, v in os.environ.items() if k != "PATH"}
        env.update(HOME=str(self.dir), PATH=str(self.dir), LC_ALL="C.UTF-8")
        return subprocess.run([CPROF, *map(str, args)], capture_output=True, text=True, env=env, timeout=60)

    @unittest.skipUnless("curl" in LEFT_OUT, "this build has libcurl")
    def test_urls(self):
        for source in ("http://127.0.0.1:1/debug/pprof/heap", "https://127.0.0.1:1", "127.0.0.1:1/debug/pprof/heap"):
            done = self.run_cprof("top", source)
            self.assertEqual(done.returncode, 1, source)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn("rebuild with libcurl (-DCPROF_WITH_CURL=ON)", done.stderr)

    @unittest.skipUnless("dw" in LEFT_OUT, "this build has elfutils")
    def test_symbols(self):
        """A note, and the report all the same."""
        self.path.write_bytes(profile([0x400100], {"start": 0x400000, "limit": 0x500000, "file": "/bin/x"}))
        done = self.run_cprof("top", CPROF, self.path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("rebuild with elfutils (-DCPROF_WITH_DW=ON)", done.stderr)
        self.assertIn("total", done.stdout)

    @unittest.skipUnless("dw" in LEFT_OUT or "capstone" in LEFT_OUT, "this build has both")
    def test_machine_code(self):
        """The sample is where the program starts: in a function that has machine code."""
        with open(CPROF, "rb") as f:
            entry, = struct.unpack_from("<Q", f.read(32), 24)  # ELF's e_entry
        start = 0x10000000
        self.path.write_bytes(profile([start + entry], {"start": start, "limit": 2 * start, "file": CPROF}))
        done = self.run_cprof("disasm", ".", CPROF, self.path)
        self.assertIn("rebuild with", done.stderr)


if __name__ == "__main__":
    unittest.main()
