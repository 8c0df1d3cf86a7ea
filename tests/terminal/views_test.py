#!/usr/bin/env python3
"""Opens the views of the full-screen program in tmux and looks at them.

usage: views_test.py CPROF TESTDATA TMUX
"""
import os
import pathlib
import re
import sys
import time
import unittest

from screen_case import CPROF, HEAP, PATIENCE, TESTDATA, ScreenCase

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cli"))
import spin
from features import left_out


class Views(ScreenCase):
    def matches(self, pattern, *options):
        """The screen once it matches: it may be looked at while it is drawn."""
        end = time.time() + PATIENCE
        while not re.search(pattern, screen := self.shown(*options)):
            if time.time() > end:
                self.fail(f"{pattern!r} does not come:\n{screen}")
            time.sleep(0.05)
        return screen

    def leave(self):
        self.type("q")
        self.ended(0)

    def test_source_and_machine_code(self):
        if "dw" in left_out(CPROF):
            self.skipTest("this build reads no binaries")
        source, program, profile, first = spin.make(pathlib.Path(self.folder.name))
        for columns, rows in (80, 24), (200, 50):
            with self.subTest(columns=columns):
                self.start(str(profile), columns=columns, rows=rows)
                self.until("spin")
                self.keys("F2")
                self.type("s")
                self.until("sum ^= 7;")
                self.matches(r"(?m)^ +1kB +1kB +█+ +4      sum \+= n \* n;$")
                self.matches(r"(?m)^ +2kB +2kB +█+ +5      sum \^= 7;$")
                self.matches(r"(?m)^ +\. +\. +6  }$")
                self.type(".")
                self.until("no hot line below")
                self.type("d")
                self.until(f"{first[5]:x}")
                self.matches(rf"(?m)^ +2kB +2kB █+ +{first[5]:x}  \w+")
                self.until("work.c:4")
                self.type("e")
                self.until("cprof disasm '(^|\\s)spin(")
                self.type("bb")
                self.until("flat%")
                self.leave()
                self.doCleanups()
                self.setUp()
                source, program, profile, first = spin.make(pathlib.Path(self.folder.name))

    def test_code_that_is_not_there_is_said(self):
        self.start(HEAP)
        self.keys("F2")
        self.type("s")
        self.until("could not find file")
        self.until("$GOROOT")
        self.matches(r"(?m)^ +3MB +3MB +█+ +\d+$")
        self.type("d")
        self.until("or they were not found")
        self.leave()

    def test_tags_filter(self):
        self.start(str(TESTDATA / "proto" / "numlabels.pb.gz"), columns=120)
        self.keys("F6")
        self.until("tags and their values")
        self.matches(r"(?m)^ +220ms +9\.17% +█\S* +64kB$")
        self.type("/64kB")
        self.keys("Enter", "Enter")
        self.until("› tagfocus=bytes=65536bytes")
        self.matches(r"(?m)^ +220ms +9\.17% +▾ bytes +1 value$")
        self.type("u")
        self.until("tagfocus", gone=True)
        self.type("/small")
        self.keys("Enter")
        self.type("-")
        self.until("› tagignore=^request:small$")
        self.type("/large")
        self.keys("Enter")
        self.type("-")
        self.until("› tagignore=^request:small$|^request:large$")
        self.until("large\n", gone=True)
        self.type("uu")
        self.until("tagignore", gone=True)
        self.leave()

    def test_back_shows_what_is_set_now(self):
        self.start(HEAP)
        self.keys("F2")
        self.matches(r"(?m)main\.init$")
        self.keys("F5")
        self.until("▸ main.init")
        self.type("-")
        self.until("› ignore=^main\\.init$")
        self.until("▸ main.init", gone=True)
        self.type("b")
        self.until("flat v")
        self.until(" main.init\n", gone=True)
        self.leave()

    def test_stacks_unfold(self):
        for columns, rows in (80, 24), (200, 50):
            with self.subTest(columns=columns):
                self.start(HEAP, columns=columns, rows=rows)
                self.keys("F5")
                self.until("▸ main.init ‹ runtime.doInit ‹ runtime.main")
                self.matches(r"(?m)^ +3MB +65\.75% █\S* +▸ main\.init ‹ runtime.doInit ‹ runtime.main$")
                self.keys("Enter")
                self.until("▾ main.init  3 frames")
                self.matches(r"(?m)^ +runtime\.doInit$")
                self.keys("Down", "Down", "Enter")
                self.until("● runtime.doInit")
                self.type("b")
                self.until("▾ main.init  3 frames")
                self.leave()
                self.doCleanups()
                self.setUp()

    def test_goroutines(self):
        self.start(str(TESTDATA / "go" / "goroutine.debug2.txt"), columns=120, wait="Type: goroutine")
        self.keys("F7")
        self.until("of 86 goroutines total")
        self.matches(r"(?m)^ +5 \S+ +2 min  select \(no cases\) +▸ leaks\.emptySelect$")
        self.keys("Enter")
        self.until("created by example.com/orderd/leaks.Start")
        self.until("goroutines 23, 37, 51, 65, 79")
        self.type("oo")
        self.until("state v")
        self.matches(r"(?m)^ +\d+ \S+ +\d+ min  IO wait ")
        self.matches(r"(?m)^ +example\.com/orderd/leaks\.recvForever  \S+leaks\.go:\d+$")
        self.leave()

    def test_mark_and_compare(self):
        self.start(HEAP, columns=100)
        self.keys("F2")
        self.type("M")
        self.until("nothing is marked")
        self.type("m")
        self.until("marked; change filters or options")
        self.type("/main.init")
        self.keys("Enter")
        self.type("-")
        self.until("› ignore=^main\\.init$")
        self.type("M")
        self.until("then: inuse_space")
        self.matches(r"(?m)^ +3072kB +0 +-3072kB +gone main\.init$")
        self.type("o")
        self.until("cum then")
        self.matches(r"(?m)^ +4659\.68kB +1587\.68kB +-3072kB +-65\.93% runtime\.main$")
        self.type("u")
        self.until("Nothing differs from what was marked")
        self.type("T")
        self.until("What was marked is in bytes (inuse_space), this is in count")
        self.leave()

    def test_growth_is_marked_without_colours(self):
        first, last = (str(TESTDATA / "go" / "series" / f"heap-{n}.pb.gz") for n in ("00", "11"))
        self.start("-base", first, last, columns=120, TERM="screen", NO_COLOR="1")
        self.keys("F2")
        self.until("flat v")
        self.matches(r"(?m)^ +\+\d\S+ +\S+%.* example\.com/leaker/store")
        self.matches(r"(?m)^ +-\d\S+ +\S+%.* \S")
        self.matches(r"\x1b\[[0-9;]*1m\+\d", "-e")  # bold
        self.matches(r"\x1b\[[0-9;]*4m-\d", "-e")  # underlined
        self.leave()

    def test_eight_colours_do(self):
        first, last = (str(TESTDATA / "go" / "series" / f"heap-{n}.pb.gz") for n in ("00", "11"))
        self.start("-base", first, last, columns=120, TERM="screen")
        self.keys("F2")
        self.until("flat v")
        self.matches(r"\x1b\[31m\+\d", "-e")
        self.matches(r"\x1b\[36m-\d", "-e")
        self.matches(r"\x1b\[[0-9;]*2m +0%", "-e")  # what is nothing is dim
        self.assertNotIn("38;5;", self.shown("-e"))
        self.keys("F4")
        self.until("▏+root")
        self.matches(r"\x1b\[30m\x1b\[41m[^\x1b]*▏\+", "-e")
        self.leave()

    def test_listings_of_what_text_shows(self):
        folder = pathlib.Path(self.folder.name)
        source, profile = folder / "work.go", folder / "dump"
        source.write_text("one\ntwo\nthree\nfour\nfive\n")
        profile.write_text("goroutine profile: total 3\n2 @ 0x100\n#\t0xff\tmain.f+0x1\twork.go:2\n\n"
                           "1 @ 0x200\n#\t0x1ff\tmain.g+0x1\twork.go:4\n")
        self.start(str(profile), "-source_path", str(folder), wait="Type: goroutine")
        self.line("list main -none")  # what a view cannot show is text
        self.until("ROUTINE")
        self.keys("Escape")
        self.until("? keys")
        self.type("s")
        self.until("source")
        self.matches(r"(?m)^ +2 +2 █+ +2  two$")
        self.type("]")
        self.until("main.g")
        self.matches(r"(?m)^ +1 +1 █+ +4  four$")
        self.leave()

    def test_commands_with_a_view_show_it(self):
        self.start(str(TESTDATA / "go" / "cpu.pb.gz"), columns=120)
        for line, shows, text in (("tags", "tags and their values", "tags endpoint=/order"),
                                  ("traces", "stacks, the leaf first", "traces memclr"),
                                  ("list memclrNoHeapPointersChunked", "\n source", "list memclrNoHeapPointersChunked -none"),
                                  ("disasm memclrNoHeapPointersChunked", "\n disasm", "peek memclrNoHeapPointers"),
                                  ("goroutines", "not goroutines", "peek memclrNoHeapPointersChunked")):
            self.line(line)
            self.until(shows)
            self.line(text)
            self.until("\n" + text.split(" -")[0])  # the title of a text
            self.until(shows, gone=True)
        self.line("list no_such_function_anywhere")
        self.until("no_such_function_anywhere")
        self.until("peek memclrNoHeapPointersChunked")  # still there
        self.keys("F10")
        self.ended(0)

    def test_comparing_begins_where_the_mark_was_made(self):
        self.start(HEAP, columns=100, TERM="screen-256color")
        self.keys("F2")
        self.type("/runtime.main")
        self.keys("Enter")
        self.type("m")
        self.until("marked")
        self.keys("Home")
        self.type("-")
        self.until("› ignore=^main\\.init$")
        self.type("M")
        self.until("then: inuse_space")
        self.type("e")  # what the cursor is on cannot be seen, but where it leads to can
        self.until("cprof top")
        self.keys("Enter")
        self.until("● runtime.main")
        self.leave()

    def test_each_view_tells_its_command_line(self):
        self.start(HEAP, columns=120)
        for key, command in ("F2", "top"), ("F3", "tree -call_tree"), ("F4", "flame"), ("F5", "traces"), \
                            ("F6", "tags"), ("F7", "goroutines"):
            self.keys(key)
            self.type("e")
            self.until(f"cprof {command} '")
            self.type("w")
            self.until("Enter saves it")
            self.keys("C-u", "F2")
        self.keys("F2")
        self.type("me")
        self.until("cprof top '")
        self.type("Me")
        self.until("compare")
        self.leave()

    def test_other_profiles_have_no_goroutines(self):
        self.start(HEAP)
        self.keys("F7")
        self.until("the profile counts inuse_space, not goroutines")
        self.leave()


if __name__ == "__main__":
    unittest.main()
