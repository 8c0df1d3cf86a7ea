#!/usr/bin/env python3
"""Runs the full-screen program in tmux, types, and looks at the screen.

usage: screen_test.py CPROF TESTDATA TMUX
"""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import time
import unittest

from screen_case import CPROF, GREETING, HEAP, PATIENCE, ScreenCase


class Screen(ScreenCase):
    # --- what is shown ---

    def test_top_fills_80_columns(self):
        self.start(HEAP)
        screen = self.shown().split("\n")
        self.assertIn("File: leaker  Type: inuse_space  Time: 2026-11-21", screen[0])
        self.assertRegex(screen[3], r"^ +3072kB  65\.75% +3072kB  65\.75% █+ +main\.init$")
        self.assertRegex(screen[22], r"^\(cprof\)")
        self.assertTrue(screen[23].startswith("Enter run"), screen[23])
        self.keys("C-d")
        self.ended(0)

    def test_wide_screens_show_more(self):
        self.start(HEAP, columns=200, rows=50)
        screen = self.shown().split("\n")
        self.assertIn("sum%", screen[2])
        self.assertIn("example.com/leaker/store.(*Sessions).Open", "\n".join(screen))
        self.assertRegex(screen[48], r"^\(cprof\)")
        self.line("q")
        self.ended(0)

    def test_reports_are_those_of_the_shell(self):
        self.start(HEAP, columns=120)
        self.line("top 2 -cum")
        screen = self.until("Showing top 2 nodes out of 8")
        plain = subprocess.run([CPROF, HEAP], input=b"top 2 -cum\n", stdout=subprocess.PIPE, check=True,
                               env=self.environment).stdout.decode()
        for line in plain.splitlines():
            self.assertIn(line, screen)
        self.line("tpo")
        self.until('unknown command "tpo"; did you mean top?')
        self.line("q")
        self.ended(0)

    def test_views_and_filters(self):
        self.start(HEAP, columns=120)
        self.keys("F3")
        self.until("▸ runtime.doInit")
        self.type("h")
        self.until("      main.init")
        self.type("f")
        self.until("▏runtime.doInit")
        self.type("/main.ma")
        self.keys("Enter")
        self.until("main.main  1.55MB, 33.98% of the total")
        self.keys("Enter")
        self.until("● main.main")
        self.type("-")
        self.until("no matches found")
        self.type("u")
        self.until("ignore=", gone=True)
        self.type("T")
        self.until("Type: alloc_objects")
        self.type("e")
        self.until("cprof peek '^main\\.main$' -sample_index='alloc_objects'")
        self.type("b?")
        self.until("this list (F1)")
        self.type("q")
        self.ended(0)

    def test_breadcrumb_is_in_order_and_undone_from_its_end(self):
        self.start(HEAP, columns=120)
        for line in "ignore=clone", "granularity=lines", "focus=main":
            self.line(line)
            self.until("› " + line)
        self.assertIn("› ignore=clone › granularity=lines › focus=main", self.shown().split("\n")[1])
        self.line("ignore=Put")  # set anew: now it is the last
        self.until("› granularity=lines › focus=main › ignore=Put")
        self.keys("Escape")
        self.until("? keys")
        for left in "› ignore=clone › granularity=lines › focus=main", "› ignore=clone › granularity=lines", "› ignore=clone":
            self.type("u")
            end = time.time() + PATIENCE
            while not self.shown().split("\n")[1].endswith(left) and time.time() < end:
                time.sleep(0.05)
            self.assertTrue(self.shown().split("\n")[1].endswith(left), left)
        self.type("u")
        self.until("›", gone=True)
        self.type("u")
        self.until("nothing has been changed")
        self.type("q")
        self.ended(0)

    def test_filter_that_cannot_be_read_is_not_set(self):
        self.start(HEAP, columns=120)
        self.line("focus=main")
        self.until("› focus=main")
        self.line("ignore=(")
        screen = self.until("ignore")
        self.until("missing")
        self.assertNotIn("› ignore", screen)
        self.keys("Escape")
        self.until("? keys")
        self.type("u")  # the last that was taken
        self.until("›", gone=True)
        self.type("q")
        self.ended(0)

    def test_long_breadcrumbs_show_their_end(self):
        self.start(HEAP)
        for line in "ignore=" + "x" * 30, "hide=" + "y" * 30, "focus=main":
            self.line(line)
            self.until("› " + line)
        self.assertRegex(self.shown().split("\n")[1], "of [^ ]+ total +… › hide=y{30} › focus=main")
        self.line("q")
        self.ended(0)

    def test_prompt_completes_and_remembers(self):
        self.start(HEAP)
        self.type("foc")
        self.keys("Tab")
        self.until("(cprof) focus=")
        self.type("main.i")
        self.keys("Tab")
        self.until("(cprof) focus=main\\.init")
        self.keys("Enter")
        self.until("› focus=main\\.init")
        self.type("inuse")
        self.keys("Tab")
        self.until("inuse_objects")
        self.keys("C-c", "C-d")
        self.ended(0)
        self.start_again()
        self.keys("C-r")
        self.type("foc")
        self.until("(search) foc: focus=main\\.init")
        self.keys("C-g")
        self.line("q")
        self.until("status=0")

    def test_prompt_takes_wide_characters(self):
        self.start(HEAP)
        self.type("focus=日本é")
        self.until("(cprof) focus=日本é")
        self.assertEqual(self.cursor(), "19")  # two columns each, and one
        self.keys("Left", "BSpace")
        self.until("(cprof) focus=日é")
        self.assertEqual(self.cursor(), "16")
        self.keys("Enter")
        self.until("› focus=日é")
        self.keys("C-p")
        self.until("(cprof) focus=日é")
        self.keys("C-c")
        self.line("q")
        self.ended(0)

    def cursor(self):
        """Its column, once it rests."""
        column = None
        while column != (column := self.tmux("display-message", "-p", "#{cursor_x}").strip()):
            time.sleep(0.1)
        return column

    def start_again(self):
        self.line("clear; " + shlex.quote(CPROF) + " " + shlex.quote(HEAP) + "; echo status=$?")
        self.until(GREETING)

    def test_pasted_lines_are_run_one_by_one(self):
        self.start(HEAP)
        self.tmux("set-buffer", "focus=main\nsample_index=alloc_space\ntop 1")
        self.tmux("paste-buffer", "-p")
        self.until("(cprof) top 1")
        screen = self.until("Type: alloc_space")
        self.assertIn("focus=main", screen)
        self.keys("Enter")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.ended(0)

    def test_colours_only_where_they_are_wanted(self):
        self.start(HEAP, TERM="screen-256color")
        self.assertIn("\x1b[", self.shown("-e"))
        self.assertRegex(self.shown("-e"), r"38;5;")
        self.line("q")
        self.until("status=0")
        self.line("clear; NO_COLOR=1 " + shlex.quote(CPROF) + " " + shlex.quote(HEAP) + "; echo status=$?")
        self.until(GREETING)
        self.assertNotRegex(self.shown("-e"), r"38;5;|\x1b\[[0-9;]*3[1-7]")
        self.line("q")
        self.until("status=0")

    # --- the mouse ---

    def mouse(self, button, row, column, release=True):
        """As terminals report it; rows and columns from 0."""
        self.type(f"\x1b[<{button};{column + 1};{row + 1}M")
        if release:
            self.type(f"\x1b[<{button};{column + 1};{row + 1}m")

    def row_of(self, name):
        return next(i for i, line in enumerate(self.shown().split("\n")) if line.endswith(" " + name))

    def selected(self):
        """The row that is drawn the other way round."""
        return [i for i, line in enumerate(self.shown("-e").split("\n")) if "\x1b[7m" in line or ";7m" in line]

    def until_selected(self, row):
        end = time.time() + PATIENCE
        while self.selected() != [row] and time.time() < end:
            time.sleep(0.05)
        self.assertEqual(self.selected(), [row])

    def test_click_chooses_and_the_second_opens(self):
        self.start(HEAP, TERM="xterm-256color")
        row = self.row_of("main.main")
        self.mouse(0, row, 40)
        self.until_selected(row)
        self.mouse(0, row, 40)
        self.until("● main.main")
        self.type("b")
        self.until("flat v")
        self.mouse(0, row - 1, 40)  # another row: chosen only
        self.until_selected(row - 1)
        self.mouse(0, 22, 10)  # the prompt
        self.until("Enter run")
        self.line("q")
        self.ended(0)

    def test_click_on_a_heading_sorts(self):
        self.start(HEAP, TERM="xterm-256color")
        self.mouse(0, 2, 24)
        self.until("cum v")
        self.assertTrue(self.shown().split("\n")[3].endswith("runtime.main"))
        self.mouse(0, 2, 60)
        self.until("name v")
        self.mouse(0, 2, 5)
        self.until("flat v")
        self.line("q")
        self.ended(0)

    def test_wheel_rolls(self):
        self.start(HEAP, TERM="xterm-256color", rows=9)
        first = self.shown().split("\n")[3]
        for _ in range(4):
            self.mouse(65, 4, 10, release=False)
        self.until(first.strip(), gone=True)
        for _ in range(4):
            self.mouse(64, 4, 10, release=False)
        self.until(first.strip())
        self.keys("F4")
        self.until("▏runtime.main")
        self.mouse(65, 4, 10, release=False)
        self.until("root  4672.13kB", gone=True)
        self.type("q")
        self.ended(0)

    # --- the terminal ---

    def test_resize(self):
        self.start(HEAP)
        self.line("top")
        self.until("Showing nodes")
        for columns, rows in (120, 40), (40, 10), (20, 5), (80, 24):
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            end = time.time() + PATIENCE
            while time.time() < end:
                lines = self.shown().split("\n")
                if len(lines) == rows + 1 and lines[rows - 2].startswith("(cprof)"):
                    break
                time.sleep(0.05)
            self.assertTrue(lines[rows - 2].startswith("(cprof)"), "\n".join(lines))
        self.line("q")
        self.ended(0)

    def test_signals_restore_the_terminal(self):
        for number in signal.SIGTERM, signal.SIGHUP:
            with self.subTest(number):
                self.start(HEAP)
                os.kill(self.pid(), number)
                self.ended(128 + number)
                self.doCleanups()
                self.setUp()

    def test_crash_restores_the_terminal(self):
        self.start(HEAP)
        os.kill(self.pid(), signal.SIGSEGV)
        screen = self.until("status=")
        self.assertNotIn("status=0", screen)
        self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}").strip(), "00")
        self.assertEqual(self.shell_modes(), self.modes)

    def test_stop_and_go_on(self):
        self.start(HEAP)
        self.keys("C-z")
        self.until("READY>")
        self.line("fg")
        self.until("(cprof)")
        self.line("top 1")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.until("READY>")

    def test_interrupt_clears_the_line_only(self):
        self.start(HEAP)
        self.type("some words")
        self.until("some words")
        self.keys("C-c")
        self.until("some words", gone=True)
        os.kill(self.pid(), signal.SIGINT)
        self.line("top 1")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.ended(0)

    def test_loading_can_be_left(self):
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        writer = os.open(fifo, os.O_RDWR)  # nothing ever comes
        self.addCleanup(os.close, writer)
        self.start(fifo, wait="Ctrl-C stops it")
        os.kill(self.pid(), signal.SIGTERM)
        self.ended(128 + signal.SIGTERM)

    def test_interrupt_stops_loading(self):
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        writer = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, writer)
        self.start(fifo, wait="Ctrl-C stops it")
        self.keys("C-c")
        self.ended(128 + signal.SIGINT)

    def test_thousand_commands_leave_no_memory_behind(self):
        self.start(HEAP)
        pid = self.pid()

        def run(count):
            lines = ["top", "tree", "focus=main", "peek main", "focus="]
            self.tmux("set-buffer", "\r".join(lines[i % 5] for i in range(count)) + "\r")
            self.tmux("paste-buffer")
            self.type(f"done{count}")
            self.until(f"done{count}")
            self.keys("C-u")
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            return int(re.search(r"RssAnon:\s+(\d+)", status).group(1))

        sanitized = "san" in CPROF  # slow, and keeps what is freed
        before = run(100)
        grown = run(300 if sanitized else 1000) - before
        self.line("q")
        self.ended(0)
        # The lines themselves are kept.
        if not sanitized:
            self.assertLess(grown, 400, "kB")

    def test_wrong_file_is_said_on_a_usable_terminal(self):
        self.start(self.folder.name + "/nothing", wait=None)
        self.until("No such file or directory")
        self.ended(1)

    def test_plain_shells_stay(self):
        self.start("-plain", HEAP)
        self.assertIn("File: leaker", self.until("(cprof)"))
        self.line("q")
        self.ended(0)
        self.line("clear; TERM=dumb " + shlex.quote(CPROF) + " " + shlex.quote(HEAP) + "; echo status=$?")
        self.assertNotIn("Enter run", self.until("(cprof)"))
        self.line("q")
        self.until("status=0")


if __name__ == "__main__":
    unittest.main()
