#!/usr/bin/env python3
"""Presses the keys that do one thing each, and looks at what they do.

usage: keys_test.py CPROF TESTDATA TMUX
"""
import pathlib
import re
import subprocess
import time
import unittest

from screen_case import CPROF, HEAP, PATIENCE, TESTDATA, ScreenCase

CPU = str(TESTDATA / "go" / "cpu.pb.gz")


class Keys(ScreenCase):
    def start_in_view(self, path=HEAP, **options):
        self.start(path, **options)
        self.keys("Escape")
        self.until("? keys")

    def crumbs(self, expected):
        end = time.time() + PATIENCE
        while not self.shown().split("\n")[1].endswith(expected) and time.time() < end:
            time.sleep(0.05)
        self.assertTrue(self.shown().split("\n")[1].endswith(expected), self.shown())

    def file(self, name):
        path = pathlib.Path(self.folder.name, name)
        end = time.time() + PATIENCE
        while not path.exists() and time.time() < end:
            time.sleep(0.05)
        return path.read_bytes()

    def session(self, lines, path=HEAP):
        return subprocess.run([CPROF, path], input=lines.encode(), stdout=subprocess.PIPE, check=True,
                              env=self.environment, stderr=subprocess.DEVNULL).stdout

    def leave(self):
        self.type("q")
        self.ended(0)

    def test_type(self):
        self.start_in_view()
        for name in "alloc_objects", "alloc_space", "inuse_objects", "inuse_space":
            self.type("T")
            self.until("Type: " + name)
        self.leave()

    def test_granularity(self):
        self.start_in_view(columns=120)
        for name in "functions", "filefunctions", "files", "lines", "addresses":
            self.type("g")
            self.crumbs("› granularity=" + name)
        self.until("main.init")  # the rows are there, too
        self.leave()

    def test_flat_and_cum(self):
        self.start_in_view()
        self.type("c")
        self.until("cum v")
        self.crumbs("› sort=cum")
        self.assertTrue(self.shown().split("\n")[3].endswith("runtime.main"))
        self.type("c")
        self.until("flat v")
        self.assertNotIn("›", self.shown())
        self.leave()

    def test_focus_ignore_hide_and_undo(self):
        self.start_in_view(columns=200)
        self.type("/store.clone")
        self.keys("Enter")
        self.type("+")
        self.crumbs("› focus=^example\\.com/leaker/store\\.clone$")
        self.until("main.init", gone=True)  # nothing to do with it
        self.type("/Cache")
        self.keys("Enter")
        self.type("x")
        self.crumbs("store\\.clone$ › hide=^example\\.com/leaker/store\\.\\(\\*Cache\\)\\.Put$")
        self.type("uu")
        self.until("›", gone=True)
        self.type("/main.init")
        self.keys("Enter")
        self.type("-")
        self.crumbs("› ignore=^main\\.init$")
        self.until("runtime.doInit", gone=True)  # it had called main.init only
        self.type("u")
        self.until("runtime.doInit")
        self.leave()

    def test_command_line_is_copied_and_shows_the_same(self):
        self.start_in_view(columns=150)
        self.tmux("set-option", "-s", "set-clipboard", "on")
        self.type(":")
        self.line("focus=main")
        self.crumbs("› focus=main")
        self.line("top 3 store -Put")
        report = self.session("focus=main\ntop 3 store -Put\n").decode()
        self.until("Showing top 3")
        self.keys("Escape")
        self.until("? keys")
        self.type("e")
        self.until("-nodecount='3' -focus='store' -ignore='Put'")
        end = time.time() + PATIENCE
        copied = ""
        while not copied.startswith("cprof ") and time.time() < end:
            copied = subprocess.run(["tmux", "-L", "test", "show-buffer"], env=self.environment, check=False,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
            time.sleep(0.05)
        self.assertTrue(copied.startswith("cprof top "), copied)
        again = subprocess.run(["sh", "-c", CPROF + copied[len("cprof"):]], env=self.environment, check=True,
                               stdout=subprocess.PIPE).stdout.decode()
        self.assertEqual(again, report)
        self.leave()

    def test_every_view_has_a_command_line(self):
        self.start_in_view(CPU, columns=120)
        for key, shows, command in (("t", "flat v", "cprof top '/"), ("r", "caller", "cprof tree -call_tree '/"),
                                    ("f", "▏root", "cprof flame '/"), ("a", "tenant", "cprof tags '/")):
            self.type(key)
            self.until(shows)
            self.type("e")
            self.until(command)
        self.leave()

    def test_views_are_saved_as_text(self):
        self.start_in_view()
        self.type("w")
        self.until("(cprof) top 0 >top.txt")
        self.keys("Enter")
        self.until("Generating report in top.txt")
        self.assertEqual(self.file("top.txt"), self.session("top 0\n"))
        self.line("peek clone")
        self.until("of 4672.13kB total")
        self.keys("Escape")
        self.until("? keys")
        self.type("w")
        self.until("(cprof) peek clone >report.txt")
        self.keys("Enter")
        self.until("Generating report in report.txt")
        self.assertEqual(self.file("report.txt"), self.session("peek clone\n"))
        self.line("q")
        self.ended(0)

    def test_views_are_saved_in_other_forms(self):
        self.start_in_view()
        for tabs, line, begins in ((2, "flame >flame.svg", b"<?xml"), (3, "svg >graph.svg", b"<?xml"),
                                   (4, "folded >stacks.folded", b"runtime."), (5, "proto >profile.pb.gz", b"\x1f\x8b")):
            name = line.split(">")[1]
            if "tsan" in CPROF and name == "graph.svg":
                continue  # the thread sanitizer knows no threads in the child of a program with threads
            self.type("w")
            self.until("(cprof) top 0 >top.txt")
            self.keys(*["Tab"] * tabs)
            self.until("(cprof) " + line)
            self.keys("Enter", "Enter")
            self.until("Generating report in " + name)
            self.assertTrue(self.file(name).startswith(begins), name)
            self.keys("Escape")
            self.until("? keys")
        self.leave()

    def test_help_has_every_key(self):
        self.start_in_view(columns=120, rows=80)
        self.type("?")
        screen = self.until("this list (F1)")
        for words in ("only stacks with", "no stacks with", "out of the stacks", "take the last filter", "sample type", "granularity", "by cum", "command line", "save"):
            self.assertRegex(screen, re.escape(words))
        self.leave()


if __name__ == "__main__":
    unittest.main()
