#!/usr/bin/env python3
"""Runs the program on a terminal of its own.

usage: terminal_test.py CPROF TESTDATA
"""
import os
import pathlib
import pty
import select
import signal
import sys
import tempfile
import time
import unittest

CPROF = os.path.abspath(sys.argv.pop(1))
TESTDATA = pathlib.Path(sys.argv.pop(1)).resolve()
HEAP = str(TESTDATA / "go" / "heap.small.pb.gz")


class Terminal(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cprof-tty-")
        self.addCleanup(self.folder.cleanup)

    def start(self, *args):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder.name)
            os.environ.update(TERM="dumb", HOME=self.folder.name, TZ="UTC")
            os.execv(CPROF, ["cprof", *args])
        self.fd, self.pid, self.seen = fd, pid, ""

    def until(self, words):
        end = time.time() + 30
        while words not in self.seen and self.read(end):
            pass
        self.assertIn(words, self.seen)
        before, self.seen = self.seen.split(words, 1)
        return before

    def read(self, end):
        """Adds what the program prints to self.seen; False when there will be no more, or not in time."""
        if not select.select([self.fd], [], [], max(0, end - time.time()))[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        end = time.time() + 30
        while self.read(end):
            pass
        if time.time() >= end:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def test_shell(self):
        self.start("-plain", HEAP)
        self.assertIn("File: leaker", self.until("(cprof) "))
        self.type("top1\n")
        self.assertIn("main.init", self.until("(cprof) "))
        self.type("\x03")
        self.until("(cprof) ")
        self.type("top1\n")
        self.assertIn("main.init", self.until("(cprof) "))
        self.type("\x04")
        self.assertEqual(self.end(), 0)

    def test_what_is_no_text_goes_to_a_file(self):
        self.start("proto", HEAP)
        self.until("Generating report in profile001.pb.gz")
        self.assertEqual(self.end(), 0)
        data = pathlib.Path(self.folder.name, "profile001.pb.gz").read_bytes()
        self.assertEqual(data[:2], b"\x1f\x8b")

    def test_names_do_not_drive_it(self):
        path = os.path.join(self.folder.name, "evil.folded")
        pathlib.Path(path).write_bytes(b"main;\x1b[2J\x1b]0,owned\x07evil 5\n")
        self.start("top", path)
        status = self.end()
        self.assertEqual(status, 0, self.seen)
        self.assertIn("\\x1b[2J\\x1b]0,owned\\x07evil", self.seen)
        self.assertNotIn("\x1b", self.seen)

    def test_interrupt_leaves_the_terminal_usable(self):
        self.start("top", "-")
        time.sleep(0.5)
        os.kill(self.pid, signal.SIGINT)
        self.assertEqual(self.end(), 130)


if __name__ == "__main__":
    unittest.main()
