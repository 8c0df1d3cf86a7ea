#!/usr/bin/env python3
"""Terminals that differ, floods of keys, and what signals and shells do to a terminal meanwhile.

usage: terminal_test.py CPROF TESTDATA TMUX
"""
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from screen_case import CPROF, GREETING, HEAP, PATIENCE, ScreenCase


class Terminal(ScreenCase):
    def leave(self):
        self.keys("F10")
        self.ended(0)

    # --- UTF-8 or not ---

    def assert_legible(self):
        self.assertTrue(self.shown().isascii(), self.shown())

    def test_other_charsets_get_ascii(self):
        folded = pathlib.Path(self.folder.name, "folded")
        folded.write_text("main;日本;é 30\nmain;b 20\n")
        for name in "C", "POSIX", "de_DE.ISO-8859-1":
            with self.subTest(name):
                self.start(str(folded), LC_ALL=name, wait="main")
                self.assertRegex(self.shown(), r"(?m)^ +30  60\.00% +30  60\.00% ####? +\?$")
                self.keys("F3")
                self.until("v root")
                self.assertRegex(self.shown(), r"(?m) > \?\?\?\?$")
                self.keys("F4")
                self.until("|root")
                self.keys("F2")
                self.until("flat v")
                self.type(":focus=b")
                self.keys("Enter")
                self.until("> focus=b")
                self.assert_legible()
                self.leave()
                self.doCleanups()
                self.setUp()
                folded = pathlib.Path(self.folder.name, "folded")
                folded.write_text("main;日本;é 30\nmain;b 20\n")

    def test_utf8_where_nothing_else_is_said(self):
        for variables in {"LC_ALL": ""}, {"LC_ALL": "", "LANG": "xx_YY.UTF-8"}, {"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}:
            with self.subTest(variables):
                self.start(HEAP, **{"LANG": "", "LC_CTYPE": "", **variables})
                self.keys("F3")
                self.until("▸ runtime.doInit")
                self.leave()
                self.doCleanups()
                self.setUp()

    def test_characters_that_curses_does_not_know_keep_their_columns(self):
        folded = pathlib.Path(self.folder.name, "folded")
        folded.write_text("main;<\u0378|\u4dc0|\U0001fffe> 30\n", encoding="utf-8")
        self.start(str(folded))
        self.until("main")
        self.assertRegex(self.shown(), "(?m)^ +30 +100% +30 +100% ██████ <\ufffd\\|\ufffd\\|\ufffd+>$")
        self.leave()

    # --- kinds of terminals ---

    def test_old_sizes_in_the_environment_do_not_matter(self):
        self.start(HEAP, columns=100, rows=30, COLUMNS="60", LINES="10")
        self.assertTrue(self.shown().split("\n")[28].startswith("(cprof)"), self.shown())
        self.assertIn("sum%", self.shown())
        self.leave()

    def test_direct_colours_are_the_first_eight(self):
        if not shutil.which("tic"):
            self.skipTest("there is no tic, which compiles descriptions of terminals")
        source = pathlib.Path(self.folder.name, "direct.ti")
        source.write_text("direct-colours,\n\tcolors#16777216,\n\tuse=screen-256color,\n")
        subprocess.run(["tic", "-x", "-o", self.folder.name + "/terminfo", source], check=True)
        self.start(HEAP, TERM="direct-colours", TERMINFO=self.folder.name + "/terminfo")
        self.assertRegex(self.shown("-e"), r"\x1b\[33m█")  # yellow, and not number 208
        self.leave()

    def test_unknown_terminals_get_the_shell(self):
        for term in "no-such-terminal", "dumb", "":
            with self.subTest(term):
                self.start(HEAP, TERM=term, wait="(cprof)")
                self.assertNotIn("Enter run", self.shown())
                self.line("q")
                self.ended(0)
                self.doCleanups()
                self.setUp()

    def test_tiny_and_huge(self):
        self.start(HEAP)
        for columns, rows in (20, 5), (1, 1), (3, 2), (500, 200):
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            for key in "F3", "F4", "F5", "F6", "F2", "Down":
                self.keys(key)
        end = time.time() + PATIENCE
        while not (lines := self.shown().split("\n"))[198].startswith("(cprof)") and time.time() < end:
            time.sleep(0.05)
        self.assertTrue(lines[198].startswith("(cprof)"))
        self.leave()

    # --- floods ---

    def test_a_long_text_is_pasted_at_once(self):
        """Were each character drawn, with all before it, this would not end in time."""
        self.start(HEAP)
        text = pathlib.Path(self.folder.name, "text")
        text.write_text("x" * 100000 + "END")
        self.tmux("load-buffer", str(text))
        self.tmux("paste-buffer", "-p")
        self.until("xEND")
        self.keys("C-u")
        self.leave()

    def test_what_is_pasted_meanwhile_is_not_lost(self):
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        self.start(HEAP)
        self.line(f"traces >{fifo}")
        self.until("Ctrl-C stops it")
        self.tmux("set-buffer", "x" * 3000 + "END")
        self.tmux("paste-buffer", "-p")
        time.sleep(0.5)
        self.keys("C-c")
        self.until("xEND")
        self.keys("Home")
        self.until("(cprof) xxx")
        self.keys("C-u", "C-k")
        self.leave()

    # --- signals ---

    def test_stopped_by_force_and_going_on(self):
        self.start(HEAP)
        os.kill(self.pid(), signal.SIGSTOP)
        self.until("READY>")
        self.type("clear; stty sane; echo cleared")
        self.keys("C-j")  # Enter is none: the terminal is raw still
        self.until("cleared\n")
        self.line("fg")
        self.assertNotIn("cleared", self.until("Enter run"))
        self.type("top 1")
        self.keys("Enter")  # raw again: it is no new line
        self.until("Showing top 1 nodes")
        self.keys("F10")
        self.until("READY>")

    def test_ends_with_its_terminal(self):
        """Where SIGHUP is ignored, too."""
        self.start(wait=None)
        self.line(f"clear; trap '' HUP; {CPROF} {HEAP}")
        self.until(GREETING)
        pid = self.pid()
        self.tmux("kill-server")
        end = time.time() + PATIENCE
        while os.path.exists(f"/proc/{pid}/exe") and time.time() < end:
            time.sleep(0.05)
        self.assertFalse(os.path.exists(f"/proc/{pid}/exe"))
        self.tmux("new-session", "-d")  # for the one that is to be ended at the end


if __name__ == "__main__":
    unittest.main()
