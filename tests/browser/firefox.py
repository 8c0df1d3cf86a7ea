#!/usr/bin/env python3
"""Opens pictures in Firefox and uses them, through Marionette: the protocol that Firefox itself speaks.

usage: firefox.py CPROF TESTDATA FIREFOX
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from pictures import HOSTILE, folded

KEYS = {"Escape": "\ue00c", "Enter": "\ue007", "Home": "\ue011", "Down": "\ue015", "Right": "\ue014"}


class Marionette:
    """Messages are "length:[0, id, command, parameters]", answers "length:[1, id, error, result]"."""

    def __init__(self, program, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        self.process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", str(folder),
             "--window-size", "1280,800"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(folder)})
        end = time.monotonic() + 90
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=90)
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        self.buffer, self.count = b"", 0
        self.read()
        self.call("WebDriver:NewSession")

    def read(self):
        while b":" not in self.buffer:
            self.buffer += self.socket.recv(65536)
        length, _, rest = self.buffer.partition(b":")
        while len(rest) < int(length):
            rest += self.socket.recv(65536)
        self.buffer = rest[int(length):]
        return json.loads(rest[:int(length)])

    def call(self, command, **parameters):
        self.count += 1
        message = json.dumps([0, self.count, command, parameters]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self.read()
        if error:
            raise RuntimeError(f"{command}: {error}")
        return result

    def quit(self):
        self.call("Marionette:Quit", flags=["eForceQuit"])
        self.process.wait(60)
        self.socket.close()


class Firefox(unittest.TestCase):
    cprof = testdata = program = folder = browser = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="cprof-firefox-"))
        (cls.folder / "profile").mkdir()
        cls.browser = Marionette(cls.program, cls.folder / "profile")
        cls.small = cls.folder / "small.folded"
        cls.small.write_text(folded([(["main", "work", "parse"], 60), (["main", "work", "emit"], 20), (["main", "idle"], 15),
                                     (["gc", "a" * 60 + "!"], 5)]))
        cls.hostile = cls.folder / "hostile.folded"
        cls.hostile.write_text(folded([(["root", name.replace(";", ":"), "leaf"], 10) for name in HOSTILE]))

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def script(self, code, *arguments):
        return self.browser.call("WebDriver:ExecuteScript", script=code, args=list(arguments))["value"]

    def console(self, code):
        self.browser.call("Marionette:SetContext", value="chrome")
        try:
            return self.script(code)
        finally:
            self.browser.call("Marionette:SetContext", value="content")

    def open(self, name, *arguments):
        path = self.folder / name
        subprocess.run([self.cprof, *map(str, arguments), "-output", str(path)], check=True, capture_output=True)
        self.console("Services.console.reset()")
        self.browser.call("WebDriver:Navigate", url=path.as_uri())
        return path

    def check_quiet(self, path):
        said = self.console("return Services.console.getMessageArray().map(m => m.message)")
        self.assertEqual([line for line in said if path.as_uri() in line], [])
        loaded = self.script("return performance.getEntriesByType('resource').map(e => e.name)")
        self.assertEqual([name for name in loaded if not name.startswith("blob:")], [])

    def keys(self, *keys):
        actions = []
        for key in keys:
            for letter in [KEYS[key]] if key in KEYS else key:
                actions += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        self.browser.call("WebDriver:PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def wait(self, code, expected, seconds=10):
        end = time.monotonic() + seconds
        while (value := self.script(code)) != expected and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(value, expected)

    def test_flame(self):
        shown = ("return Array.from(document.querySelectorAll('.f'), e => e.getAttribute('aria-label').split(' ')[0])"
                 ".filter(n => n[0] !== 'a').sort().join(' ')")
        for name in ("flame.svg", "flame.html"):
            with self.subTest(name):
                path = self.open(name, "flame", self.small)
                self.wait(shown, "emit gc idle main parse root work")
                widths = self.script("return ['root', 'main', 'work', 'gc'].map(n => Array.from(document.querySelectorAll('.f'))"
                                     ".find(e => e.getAttribute('aria-label').startsWith(n + ' ')).getBoundingClientRect().width)")
                self.assertGreater(widths[0], 1000)
                for width, share in zip(widths, (1, 0.95, 0.8, 0.05)):
                    self.assertAlmostEqual(width / widths[0], share, delta=0.01)
                self.keys("Home", "Down", "Down", "Enter")
                self.wait(shown, "emit main parse root work")
                self.keys("Escape")
                self.wait(shown, "emit gc idle main parse root work")
                self.keys("/", "^(parse|work)$")
                self.wait("return document.querySelector('.found').textContent", "80.0% matched")
                self.keys("Escape", "/", "(a+)+$")
                self.wait("return document.querySelector('.found').textContent", "takes too long", seconds=30)
                self.keys("Escape")
                self.script("const e = document.querySelectorAll('.f')[1], r = e.getBoundingClientRect(); e.dispatchEvent("
                            "new MouseEvent('mousemove', {bubbles: true, clientX: r.right - 2, clientY: r.top + 4}))")
                self.wait("return document.querySelector('.tip b').textContent", "main")
                box = self.script("const r = document.querySelector('.tip').getBoundingClientRect();"
                                  " return [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom]")
                self.assertGreaterEqual(min(box), 0, box)
                self.check_quiet(path)

    def test_call_graph(self):
        moved = "return document.querySelector('.stage > svg > g').getAttribute('transform')"
        for name in ("graph.svg", "graph.html"):
            with self.subTest(name):
                path = self.open(name, "-svg", self.small)
                start = self.script(moved)
                self.script("document.querySelector('.stage').dispatchEvent(new WheelEvent('wheel', {deltaY: -120, clientX: 300,"
                            " clientY: 300, bubbles: true, cancelable: true}))")
                self.assertNotEqual(self.script(moved), start)
                self.keys("f")
                self.wait(moved, start)
                self.keys("/", "^(parse|work)")
                self.wait("return document.querySelectorAll('.node.hit').length", 2)
                self.keys("Enter")
                self.wait("return document.querySelector('.found').textContent", "1 of 2")
                self.check_quiet(path)

    def test_all_calls_of_a_function(self):
        shared = self.folder / "shared.folded"
        shared.write_text(folded([(["main", "a", "work", "x"], 10), (["main", "b", "work", "y"], 20), (["gc"], 5)]))
        for name in ("shared.svg", "shared.html"):
            with self.subTest(name):
                path = self.open(name, "flame", shared)
                self.script("const e = Array.from(document.querySelectorAll('.f')).find(e => e.getAttribute('aria-label').startsWith('work')),"
                            " r = e.getBoundingClientRect(); e.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true,"
                            " button: 2, clientX: r.left + 4, clientY: r.top + 4}))")
                self.wait("return document.activeElement.textContent", "Zoom inEnter")
                self.keys("Down", "Enter")
                self.wait("return Array.from(document.querySelectorAll('.f'), e => [e.getBoundingClientRect().top,"
                          " e.getAttribute('aria-label').split(' ').slice(0, 2).join(' ')]).sort((a, b) => a[0] - b[0])"
                          ".map(p => p[1]).join()", "main 20,main 10,b 20,a 10,work 30,y 20,x 10")
                self.keys("Escape")
                self.wait("return document.activeElement.getAttribute('aria-label').split(' ')[0]", "work")
                self.check_quiet(path)

    def test_map_of_a_broad_graph(self):
        broad = self.folder / "broad.folded"
        broad.write_text(folded([(["begin", f"stage{i:02}", f"step{i:02}"], 100 - i) for i in range(60)]))
        for name in ("broad.svg", "broad.html"):
            with self.subTest(name):
                path = self.open(name, "-svg", "-nodecount=200", "-nodefraction=0", "-edgefraction=0", broad)
                shares = self.script(
                    "const r = s => document.querySelector(s).getBoundingClientRect(), share = (a, b) => (a.left - b.left) / b.width;"
                    " return [share(r('.map .pane'), r('.map svg')), share(r('.stage'), r('#cprof-graph')),"
                    " r('.map svg').width, r('.map rect').width]")
                self.assertAlmostEqual(shares[0], shares[1], delta=0.02)
                self.assertGreater(shares[2], 100)
                self.assertGreater(shares[3], 0)
                self.script("document.querySelector('.map').focus()")
                left = self.script("return document.querySelector('.map .pane').getBoundingClientRect().left")
                self.keys("Right")
                self.wait("return document.querySelector('.map .pane').getBoundingClientRect().left > " + str(left), True)
                self.keys("f")
                self.wait("return document.querySelector('.map').hidden", True)
                self.check_quiet(path)

    def test_hostile_names_are_text(self):
        page = self.folder / "control.html"
        page.write_text("<!DOCTYPE html><script>window.pwned = 1</script>")
        self.browser.call("WebDriver:Navigate", url=page.as_uri())
        self.assertEqual(self.script("return window.pwned"), 1) # what is looked for below would be seen
        for kind, name in (("flame", "hostile.svg"), ("flame", "hostile.html"), ("-svg", "hostile-graph.svg"),
                           ("-svg", "hostile-graph.html")):
            with self.subTest(name):
                path = self.open(name, kind, "-trim=false", "-symbolize=none", self.hostile)
                self.keys("/", "script")
                self.wait("return document.querySelectorAll('.hit').length > 0", True)
                self.script("for (const e of document.querySelectorAll('.f, .node')) for (const t of ['mousemove', 'click'])"
                            " e.dispatchEvent(new MouseEvent(t, {bubbles: true}))")
                self.assertIsNone(self.script("return window.pwned === undefined ? null : 'pwned'"))
                self.check_quiet(path)


if __name__ == "__main__":
    Firefox.cprof, Firefox.testdata = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    Firefox.program = sys.argv[3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
