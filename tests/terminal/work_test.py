#!/usr/bin/env python3
"""Long work on the full screen: what stops it, what goes on meanwhile, and programs that read reports.

usage: work_test.py CPROF TESTDATA TMUX
"""
import os
import pathlib
import re
import signal
import time
import unittest

from screen_case import HEAP, PATIENCE, ScreenCase

WORKING = "Ctrl-C stops it"
NASTY = "evil$(touch pwned)`touch pwned`|touch pwned"


class Work(ScreenCase):
    def endless_report(self, **size):
        """A report into a pipe that nobody reads: it lasts until it is stopped."""
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        self.start(HEAP, **size)
        self.line(f"traces >{fifo}")
        self.until(WORKING)
        return fifo

    def assert_alive(self):
        self.line("top 1")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.ended(0)

    def test_interrupt_stops_the_report_only(self):
        self.endless_report()
        self.keys("C-c")
        self.until("stopped")
        self.assert_alive()

    def test_interrupt_stops_a_report_that_nobody_reads_on(self):
        fifo = os.path.join(self.folder.name, "fifo")
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, reader)
        os.set_blocking(reader, False)
        while True:  # until the pipe is full
            try:
                os.write(reader, b"x" * 4096)
            except BlockingIOError:
                break
        self.start(HEAP)
        self.line(f"traces >{fifo}")
        self.until(WORKING)
        self.keys("C-c")
        self.until("stopped")
        self.assert_alive()

    def test_signal_interrupt_is_like_the_key(self):
        self.endless_report()
        os.kill(self.pid(), signal.SIGINT)
        self.until("stopped")
        self.assert_alive()

    def test_many_interrupts_do_not_end_the_program(self):
        self.endless_report()
        self.keys(*["C-c"] * 5)
        self.until("(cprof)")
        self.until(WORKING, gone=True)
        self.assert_alive()

    def test_keys_that_are_typed_meanwhile_are_taken_afterwards(self):
        self.endless_report()
        self.line("top 1")
        self.assertNotIn("Showing top 1 nodes", self.shown())
        self.keys("C-c")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.ended(0)

    def test_resize_meanwhile(self):
        self.endless_report()
        for columns, rows in (120, 40), (40, 10), (100, 30):
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            end = time.time() + PATIENCE
            lines = []
            while time.time() < end:
                lines = self.shown().split("\n")
                if len(lines) == rows + 1 and lines[rows - 2].startswith("(cprof)") and "working" in lines[rows - 3]:
                    break
                time.sleep(0.05)
            self.assertIn("working", lines[rows - 3])
        self.keys("C-c")
        self.until("stopped")
        self.assert_alive()

    def test_termination_meanwhile_restores_the_terminal(self):
        self.endless_report()
        os.kill(self.pid(), signal.SIGTERM)
        self.ended(128 + signal.SIGTERM)

    def test_crash_meanwhile_restores_the_terminal(self):
        self.endless_report()
        os.kill(self.pid(), signal.SIGSEGV)
        screen = self.until("status=")
        self.assertNotIn("status=0", screen)
        self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}").strip(), "00")
        self.assertEqual(self.shell_modes(), self.modes)

    def test_stop_and_go_on_meanwhile(self):
        self.endless_report()
        self.keys("C-z")
        self.until("READY>")
        self.line("fg")
        self.until(WORKING)
        self.keys("C-c")
        self.until("stopped")
        self.assert_alive_in_job()

    def assert_alive_in_job(self):
        """After fg the shell says nothing of its status."""
        self.line("top 1")
        self.until("Showing top 1 nodes")
        self.line("q")
        self.until("READY>")

    # --- programs that read a report ---

    def test_program_gets_the_report_and_the_terminal(self):
        self.start(HEAP)
        self.line("top 3 | sh -c 'echo lines: $(wc -l); read word </dev/tty; echo \"heard $word\"'")
        self.until("lines: 7")
        self.type("something")
        self.until("something")  # echoed: the terminal is as programs expect it
        self.keys("Enter")
        self.assertIn("heard something", self.until("press Enter to go on"))
        self.keys("Enter")
        self.until("(cprof)")
        self.assert_alive()

    def test_program_that_has_seen_enough_is_no_failure(self):
        self.start(HEAP)
        self.line("raw | head -n 1")
        screen = self.until("press Enter to go on")
        self.assertIn("PeriodType", screen)
        self.keys("Enter")
        screen = self.until("(cprof)")
        self.assertNotIn("write:", screen)
        self.assert_alive()

    def test_interrupt_ends_the_other_program_only(self):
        self.start(HEAP)
        self.line("top | sleep 1000")
        self.until("(cprof) ", gone=True)
        time.sleep(0.3)
        self.keys("C-c")
        self.until("press Enter to go on")
        self.keys("Enter")
        self.until("(cprof)")
        self.assert_alive()

    def test_stop_stops_the_other_program_too(self):
        self.start(HEAP)
        self.line("top | sh -c 'expr 40 + 2; sleep 2; echo done'")
        self.until("42")
        self.keys("C-z")
        self.until("Stopped")
        self.line("fg")
        self.until("press Enter to go on")
        self.keys("Enter")
        self.until("(cprof)")
        self.assert_alive_in_job()

    def test_names_reach_no_shell(self):
        folded = pathlib.Path(self.folder.name, "names.folded")
        folded.write_text(f"main;{NASTY} 5\nmain 1\n")
        self.start(str(folded), columns=120)
        self.line("top | cat")
        screen = self.until("press Enter to go on")
        self.assertIn("evil$(touch pwned)", screen)
        self.keys("Enter", "Escape")
        time.sleep(0.2)
        self.type("e")  # the command line that shows the same is shown, not run
        self.until("cprof top")
        self.keys("Enter")
        self.until("● evil$(touch pwned)")
        self.type("e")
        self.until("cprof peek '^evil")
        self.type("q")
        self.ended(0)
        self.assertFalse(any(path.name == "pwned" for path in pathlib.Path(self.folder.name).iterdir()))
        self.assertFalse(os.path.exists("pwned"))

    def test_program_that_is_not_there(self):
        self.start(HEAP)
        self.line("top | no-such-program-at-all")
        screen = self.until("press Enter to go on")
        self.assertTrue(re.search(r"not found", screen), screen)
        self.keys("Enter")
        self.until("(cprof)")
        self.assert_alive()


if __name__ == "__main__":
    unittest.main()
