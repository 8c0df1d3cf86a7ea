#!/usr/bin/env python3
"""A terminal (tmux) with the full-screen program in it: to type, and to look at the screen.

The tests beside this file are run with the arguments CPROF TESTDATA TMUX.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest

CPROF = os.path.abspath(sys.argv.pop(1))
TESTDATA = pathlib.Path(sys.argv.pop(1)).resolve()
TMUX = sys.argv.pop(1)
HEAP = str(TESTDATA / "go" / "heap.small.pb.gz")
GREETING = 'Entering interactive mode (type "help" for commands, "o" for options)'
PATIENCE = 60   # seconds: sanitizers and busy machines are slow


class ScreenCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cprof-screen-")
        self.addCleanup(self.folder.cleanup)
        self.environment = {**os.environ, "TMUX_TMPDIR": self.folder.name, "HOME": self.folder.name, "TZ": "UTC",
                            "XDG_STATE_HOME": self.folder.name + "/state", "ENV": self.folder.name + "/rc",
                            "LC_ALL": "C.UTF-8"}
        pathlib.Path(self.folder.name, "rc").write_text("PS1='READY> '\n")
        self.environment.pop("TMUX", None)

    def tmux(self, *args):
        return subprocess.run([TMUX, "-L", "test", "-f", "/dev/null", *args], env=self.environment, check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def start(self, *args, columns=80, rows=24, wait=GREETING, **variables):
        """A shell in a terminal, and the program in it."""
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")
        self.addCleanup(self.tmux, "kill-server")
        self.until("READY>")
        self.modes = self.shell_modes()
        words = [f"{k}={shlex.quote(v)}" for k, v in variables.items()]
        # From a file: words of paths in what is typed would pass for what the program shows.
        command = " ".join(["env", *words, shlex.quote(CPROF), *map(shlex.quote, args)])
        pathlib.Path(self.folder.name, "run").write_text(command + "\necho status=$?\n")
        self.line(f"cd {self.folder.name}; . ./run")
        if wait:
            self.until(wait)

    def shell_modes(self):
        out = os.path.join(self.folder.name, "modes")
        if os.path.exists(out):
            os.unlink(out)
        self.line(f"stty -g > {out}.new; mv {out}.new {out}; clear")
        end = time.time() + PATIENCE
        while not os.path.exists(out) and time.time() < end:
            time.sleep(0.05)
        return pathlib.Path(out).read_text()

    def line(self, text):
        self.type(text)
        self.keys("Enter")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def shown(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def until(self, words, gone=False):
        """The screen once it matches (or no longer does)."""
        end = time.time() + PATIENCE
        while True:
            screen = self.shown()
            if bool(re.search(re.escape(words), screen)) != gone:
                return screen
            if time.time() > end:
                self.fail(f"{words!r} {'stays' if gone else 'does not come'}:\n{screen}")
            time.sleep(0.05)

    def pid(self):
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        end = time.time() + PATIENCE
        while time.time() < end:
            for child in subprocess.run(["pgrep", "-P", shell], stdout=subprocess.PIPE).stdout.split():
                if os.path.realpath(f"/proc/{int(child)}/exe") == os.path.realpath(CPROF):
                    return int(child)
            time.sleep(0.05)
        self.fail("the program does not run")

    def ended(self, status):
        self.until(f"status={status}")
        self.assertEqual(self.tmux("display-message", "-p", "#{alternate_on}#{mouse_any_flag}").strip(), "00")
        self.assertEqual(self.shell_modes(), self.modes)
