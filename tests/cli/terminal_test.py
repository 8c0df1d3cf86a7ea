#!/usr/bin/env python3
"""Runs the program on a terminal of its own.

usage: terminal_test.py CPROF TESTDATA
"""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
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

    def start(self, *args, **env):
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder.name)
            os.environ.update({"TERM": "dumb", "HOME": self.folder.name, "TZ": "UTC"} | env)
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

    def write(self, name, text):
        path = pathlib.Path(self.folder.name, name)
        path.write_bytes(text)
        return str(path)

    def shown(self, *args, **env):
        """What a terminal with 256 colours gets."""
        self.start(*args, **({"TERM": "xterm-256color", "COLORTERM": "", "NO_COLOR": ""} | env))
        self.assertEqual(self.end(), 0, self.seen)
        return self.seen.replace("\r\n", "\n")

    def piped(self, *args, **env):
        done = subprocess.run([CPROF, *args], cwd=self.folder.name, capture_output=True, text=True, check=True,
                              env={"TERM": "xterm-256color", "TZ": "UTC"} | env)
        return done.stdout

    def test_weights_have_colours(self):
        path = self.write("x.folded", b"root;hot 70\nroot;warm 12\nroot;mild 7\nroot;slight 4\nroot;cool 7\nroot 0\n")
        seen = self.shown("top", path)
        hot, plain = "\x1b[1;38;5;196m", "\x1b[0m"
        self.assertIn(f"\n{hot}        70 70.00%{plain} 70.00% {hot}        70 70.00%{plain}  hot\n", seen)
        self.assertIn(f"\n\x1b[38;5;166m        12 12.00%{plain}", seen)
        self.assertIn(f"\n\x1b[38;5;172m         7  7.00%{plain}", seen)
        self.assertIn(f"\n\x1b[38;5;136m         4  4.00%{plain}", seen)
        self.assertIn(f"\n\x1b[38;5;245m         0     0%{plain}   100% {hot}       100   100%{plain}  root\n", seen)
        self.assertIn(f"\n\x1b[1m      flat  flat%   sum%        cum   cum%{plain}\n", seen)
        self.assertIn(f"\n{hot[:2]}1;31m        70 70.00%", self.shown("top", path, TERM="linux"))

    def test_what_grew_is_warm_and_what_shrank_is_cold(self):
        old, new = self.write("old.folded", b"a 60\nb 40\n"), self.write("new.folded", b"a 20\nb 90\n")
        seen = self.shown("diff", old, new)
        self.assertIn("\x1b[1;38;5;196m        50 50.00%\x1b[0m", seen)
        self.assertIn("\x1b[1;38;5;35m       -40 40.00%\x1b[0m", seen)

    def test_goroutines_have_colours(self):
        frame = "\nmain.wait()\n\t/src/main.go:7 +0x1d\ncreated by main.main in goroutine 1\n\t/src/main.go:3 +0x2a\n"

        def dump(name, waiting, running):
            states = [f"goroutine {i} [chan receive, 3 minutes]:" for i in range(waiting)]
            states += [f"goroutine {100 + i} [running]:" for i in range(running)]
            return self.write(name, "\n".join(state + frame for state in states).encode())

        one, other = dump("one.txt", 3, 1), dump("other.txt", 1, 3)
        title, faint, hot, cold, end = "\x1b[1m", "\x1b[38;5;245m", "\x1b[1;38;5;196m", "\x1b[1;38;5;35m", "\x1b[0m"
        seen = self.shown("goroutines", one)
        self.assertIn(f"\n{hot}    3{end}  {title}chan receive{end}, waiting up to 3 min, median 3 min\n", seen)
        self.assertIn(f"\n{faint}       created by main.main{end}\n{faint}       goroutines 0, 1, 2{end}\n", seen)
        self.assertIn(f"\n        main.wait  {faint}/src/main.go:7{end}\n", seen)
        seen = self.shown("goroutines", one, other)
        self.assertIn(f"\n{title}In both: 4 → 4 goroutines in 2 groups{end}\n", seen)
        self.assertIn(f"\n{cold}3 → 1 (-2){end}  {title}chan receive{end}", seen)
        self.assertIn(f"\n{hot}1 → 3 (+2){end}  {title}running{end}", seen)

    def test_colours_change_nothing_else(self):
        cpu, heap = str(TESTDATA / "go" / "cpu.pb.gz"), str(TESTDATA / "go" / "heap.pb.gz")
        dump = str(TESTDATA / "go" / "goroutine.debug2.txt")
        source = "-source_path=" + str(TESTDATA / "go" / "src")
        for args in (("top", cpu), ("tree", heap), ("peek", "flate", heap), ("tags", cpu), ("traces", heap),
                     ("goroutines", dump), ("goroutines", dump, dump),
                     ("list", "-symbolize=none", "pack\\.", source, heap)):
            wanted = self.piped(*args)
            seen = self.shown(*args)
            self.assertIn("\x1b[", seen)
            self.assertEqual(re.sub("\x1b\\[[0-9;]*m", "", seen), wanted, args)
            self.assertNotIn("\x1b", wanted)

    def test_colours_can_be_had_and_refused(self):
        heap = str(TESTDATA / "go" / "heap.pb.gz")
        wanted = self.piped("top", heap)
        self.assertEqual(self.shown("top", heap, NO_COLOR="1"), wanted)
        self.assertEqual(self.shown("top", heap, TERM="dumb"), wanted)
        self.assertEqual(self.shown("top", "-color=never", heap), wanted)
        forced = self.piped("top", "-color=always", heap, NO_COLOR="1")
        self.assertNotEqual(forced, wanted)
        self.assertEqual(re.sub("\x1b\\[[0-9;]*m", "", forced), wanted)
        self.piped("top", "-color=always", "-output", "out.txt", heap)
        self.assertEqual(pathlib.Path(self.folder.name, "out.txt").read_text(), wanted)

    def test_names_bring_no_colours(self):
        path = self.write("evil.folded", b"main;\x1b[31mred\tname 5\n")
        self.assertIn("\\x1b[31mred\\x09name\n", self.shown("top", path))
        self.assertIn("\\x1b[31mred\\x09name\n", self.piped("top", "-color=always", path))

    def told(self, *args):
        """What standard error gets while two sources, pipes, keep the program waiting."""
        pipes = [os.path.join(self.folder.name, name) for name in ("slow", "slower")]
        for pipe in pipes:
            os.mkfifo(pipe)
        ours, theirs = pty.openpty()
        process = subprocess.Popen([CPROF, *args], cwd=self.folder.name, stdout=subprocess.PIPE, stderr=theirs,
                                   env={"TERM": "xterm", "TZ": "UTC"})
        for pipe in pipes:
            with open(pipe, "wb") as slow:
                time.sleep(0.6)
                slow.write(b"main;work 1\n")
                slow.flush()
                time.sleep(0.2)
        out = process.communicate(timeout=30)[0].decode()
        os.close(theirs)
        self.fd, self.seen = ours, ""
        while self.read(time.time() + 30):
            pass
        os.close(ours)
        self.assertEqual(process.returncode, 0, self.seen)
        return out

    def test_progress_is_told_on_a_terminal(self):
        for i in range(9):
            self.write(f"{i}.folded", b"main;work 1\n")
        files = [f"{i}.folded" for i in range(9)]
        out = self.told("top", "slow", *files, "slower")
        self.assertIn("\r\x1b[Kreading profiles ", self.seen)
        self.assertIn("%", self.seen)
        self.assertTrue(self.seen.endswith("\r\x1b[K"), self.seen)  # and wiped off
        self.assertIn("11   100%   100%         11   100%  work\n", out)
        self.assertNotIn("reading", out)

    def test_interrupt_leaves_the_terminal_usable(self):
        self.start("top", "-")
        time.sleep(0.5)
        os.kill(self.pid, signal.SIGINT)
        self.assertEqual(self.end(), 130)


if __name__ == "__main__":
    unittest.main()
