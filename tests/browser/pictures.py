#!/usr/bin/env python3
"""Opens pictures in Chromium and uses them as people do.

usage: pictures.py CPROF TESTDATA

Ends with 77 where there is no Chromium, no chromedriver or no selenium.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import xml.dom.minidom

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None

FLAGS = ("--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --force-device-scale-factor=1 --disable-dev-shm-usage").split()

# Names that a careless page would run, load or choke on.
HOSTILE = [
    "<script>window.pwned=1</script>", "</script><script>window.pwned=2</script>", "]]><script>window.pwned=3</script>",
    "\"><img src=x onerror=window.pwned=4>", "' onmouseover='window.pwned=5", "javascript:window.pwned=6",
    "<svg onload=window.pwned=7>", "<a href=javascript:window.pwned=8>x</a>", "</title><script>window.pwned=9</script>",
    "</style><script>window.pwned=10</script>", "</text></g><image href=http://127.0.0.1:9/x.png />",
    "${window.pwned=11}", "\\u003cscript\\u003ewindow.pwned=12", "--><script>window.pwned=13</script>", "&lt;script&gt;",
    "esc\x1b[31mred", "bell\x07", "\u202eright to left", "\ufffe", "__proto__", "constructor", "toString",
]


def folded(stacks):
    return "".join(f"{';'.join(frames)} {value}\n" for frames, value in stacks)


class Pictures(unittest.TestCase):
    cprof = testdata = folder = browser = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="cprof-browser-"))
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in FLAGS + ["--window-size=1280,800", f"--user-data-dir={cls.folder}/profile"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        cls.browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        cls.small = cls.folder / "small.folded"
        cls.small.write_text(folded([(["main", "work", "parse"], 60), (["main", "work", "emit"], 20),
                                     (["main", "idle"], 15), (["gc", "scan_[i]"], 5)]))
        cls.before = cls.folder / "before.folded"
        cls.before.write_text(folded([(["main", "work", "parse"], 30), (["main", "old"], 25), (["main", "idle"], 15)]))
        cls.stubborn = cls.folder / "stubborn.folded"
        cls.stubborn.write_text(folded([(["main", "a" * 60 + "!"], 7), (["main", "b"], 3)]))
        cls.listed = cls.folder / "listed.txt"
        cls.listed.write_text("goroutine profile: total 3\n3 @ 0x401001\n#\t0x401000\tmain.f+0x1\tpage.go:2\n")
        # Frames of 0.4 %: narrower than a name.  One of them has a callee.
        cls.narrow = cls.folder / "narrow.folded"
        cls.narrow.write_text(folded([(["main", f"narrow{i:03}"], 4) for i in range(249)]
                                     + [(["main", "narrow249", "inner"], 4)]))
        # A call graph far wider than a window: sixty columns of three boxes below one.
        cls.broad = cls.folder / "broad.folded"
        cls.broad.write_text(folded([(["begin", f"stage{i:02}", f"step{i:02}"], 100 - i) for i in range(60)]))
        # work is called from two places, and by itself.
        cls.shared = cls.folder / "shared.folded"
        cls.shared.write_text(folded([(["main", "a", "work", "x"], 10), (["main", "b", "work", "y"], 20),
                                      (["main", "b", "work", "work", "x"], 5), (["gc"], 65)]))
        cls.hostile = cls.folder / "hostile.folded"
        cls.hostile.write_bytes(folded(
            [(["root", name.replace(";", ":"), "leaf"], 10) for name in HOSTILE] + [(HOSTILE[:3], 7)]).encode()
            + b"root;\xff\xfebad;leaf 9\n")

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def make(self, name, *arguments):
        path = self.folder / name
        subprocess.run([self.cprof, *map(str, arguments), "-output", str(path)], check=True, capture_output=True)
        if path.suffix == ".svg":
            xml.dom.minidom.parse(str(path))
        return path

    def open(self, path):
        self.browser.get("about:blank")
        self.browser.get_log("browser")
        self.browser.get_log("performance")
        self.browser.get(path.as_uri())

    def check_quiet(self, path):
        """No word on the console, and no request but for the file itself and the thread that its search runs in."""
        self.assertEqual([e for e in self.browser.get_log("browser") if "favicon" not in e["message"]], [])
        asked = []
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        self.assertEqual([url for url in asked if url not in (path.as_uri(), "about:blank")
                          and not url.startswith("blob:null/")], [])

    def script(self, code, *arguments):
        return self.browser.execute_script(code, *arguments)

    def wait(self, code, expected, seconds=5):
        end = time.monotonic() + seconds
        while (value := self.script(code)) != expected and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(value, expected)

    def frame(self, name):
        for element in self.browser.find_elements(By.CSS_SELECTOR, ".f"):
            if (element.get_attribute("aria-label") or "").startswith(name + " "):
                return element
        self.fail(f"no frame {name}")

    def shown(self):
        return self.script("return Array.from(document.querySelectorAll('.f'), e => (e.getAttribute('aria-label')||'')"
                           ".split(' ')[0]).filter(n => n).sort()")

    def keys(self, *keys):
        actions = ActionChains(self.browser)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def each_flame(self):
        for name in ("flame.svg", "flame.html"):
            with self.subTest(name):
                path = self.make(name, "flame", self.small)
                self.open(path)
                yield path

    def test_flame_zooms(self):
        for path in self.each_flame():
            self.assertEqual(self.shown(), ["emit", "gc", "idle", "main", "parse", "root", "scan", "work"])
            before = self.frame("work").size["width"]
            self.frame("work").click()
            self.assertEqual(self.shown(), ["emit", "main", "parse", "root", "work"])
            self.assertGreater(self.frame("work").size["width"], before)
            self.keys(Keys.ESCAPE)
            self.assertEqual(len(self.shown()), 8)
            self.check_quiet(path)

    def test_flame_widths_are_shares(self):
        for _ in self.each_flame():
            root = self.frame("root").size["width"]
            for name, share in (("main", 0.95), ("work", 0.80), ("parse", 0.60), ("gc", 0.05)):
                self.assertAlmostEqual(self.frame(name).size["width"] / root, share, delta=0.01)

    def test_flame_searches(self):
        for _ in self.each_flame():
            self.keys("/")
            self.keys("^(parse|work|gc)$")
            # work holds parse: 80 % and gc's 5 %, and nothing twice.
            self.wait("return document.querySelector('.found').textContent", "85.0% matched")
            self.wait("return document.querySelectorAll('.f.hit').length", 3)
            self.keys(Keys.ENTER)
            self.assertIn(self.script("return document.activeElement.getAttribute('aria-label')").split()[0],
                          ("parse", "work", "gc"))
            self.keys(Keys.ESCAPE)
            self.wait("return document.querySelectorAll('.f.hit').length", 0)

    def each_page(self):
        (self.folder / "page.go").write_text("main\n" + "a" * 60 + "!\n")
        for name, *arguments in (("page.svg", "flame", self.stubborn), ("page.html", "flame", self.stubborn),
                                 ("page-graph.svg", "-svg", self.stubborn), ("page-graph.html", "-svg", self.stubborn),
                                 ("page-listing.html", "weblist", ".", "-source_path", self.folder, self.listed)):
            with self.subTest(name):
                path = self.make(name, *arguments)
                self.open(path)
                yield path

    def test_a_broken_expression_is_told(self):
        for path in self.each_page():
            self.keys("/", "(")
            self.wait("return document.querySelector('.found').textContent", "not a regular expression")
            self.wait("return document.querySelector('input').getAttribute('aria-invalid')", "true")
            self.assertIn("group", self.script("return document.querySelector('.found').title"))
            self.keys(Keys.ESCAPE)
            self.wait("return document.querySelector('input').getAttribute('aria-invalid')", "false")
            self.check_quiet(path)

    def test_an_endless_search_is_given_up(self):
        """The stubborn name takes 2 to the power of its length; meanwhile the page answers."""
        for path in self.each_page():
            self.keys("/", "(a+)+$")
            for _ in range(5):
                before = time.monotonic()
                self.script("return 1")
                self.assertLess(time.monotonic() - before, 10)
                time.sleep(0.1)
            self.wait("return document.querySelector('.found').textContent", "takes too long", seconds=20)
            self.keys(Keys.ESCAPE, "/", "a!")
            self.wait("return document.querySelectorAll('.hit').length > 0", True)
            self.check_quiet(path)

    def test_flame_tells(self):
        for _ in self.each_flame():
            ActionChains(self.browser).move_to_element(self.frame("parse")).perform()
            self.wait("return document.querySelector('.tip').hidden", False)
            tip = self.script("return document.querySelector('.tip').textContent")
            for part in ("parse", "60", "60.0%"):
                self.assertIn(part, tip)
            ActionChains(self.browser).move_to_element(self.frame("scan")).perform()
            self.wait("return document.querySelector('.tip').textContent.includes('inlined into its caller')", True)

    def tip_box(self):
        return self.script("const t = document.querySelector('.tip'), r = t.getBoundingClientRect();"
                           " return t.hidden ? null : [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom]")

    def test_tooltips_stay_in_the_window(self):
        profile = self.folder / "long.folded"
        profile.write_text(folded([(["main", "x" * 5000], 6)] + [([f"f{d}" for d in range(60)], 1)]))
        for kind in ("flame", "-svg"):
            for name in ("long.svg", "long.html"):
                with self.subTest(kind=kind, name=name):
                    self.open(self.make(name, kind, profile))
                    shown = 0
                    for x, y in ((3, 120), (640, 150), (1277, 120), (1277, -40), (3, -40), (700, 400), (300, 140)):
                        self.script("const x = arguments[0], y = arguments[1] < 0 ? innerHeight + arguments[1] : arguments[1];"
                                    " document.elementFromPoint(x, y).dispatchEvent(new MouseEvent('mousemove',"
                                    " {bubbles: true, clientX: x, clientY: y}))", x, y)
                        if box := self.tip_box():
                            shown += 1
                            self.assertGreaterEqual(min(box), 0, (x, y, box))
                    for e in self.browser.find_elements(By.CSS_SELECTOR, ".node, .f")[:3]:
                        ActionChains(self.browser).move_to_element(e).perform()
                        if box := self.tip_box():
                            shown += 1
                            self.assertGreaterEqual(min(box), 0, box)
                    self.assertGreater(shown, 0)

    def test_narrow_frames_tell_and_zoom(self):
        for path in self.each_narrow():
            self.assertEqual(self.shown(), ["main", "root"])
            rows = self.script("const r = document.querySelector('.rows').getBoundingClientRect();"
                               " return [r.left, r.top, r.width, r.height]")
            def point(kind, index, row):
                """The middle of the frame: equal widths stand by name."""
                x, y = rows[0] + rows[2] * (index + 0.5) / 250, rows[1] + 20 * row + 9
                self.script("document.elementFromPoint(arguments[0], arguments[1]).dispatchEvent(new MouseEvent(arguments[2],"
                            " {bubbles: true, clientX: arguments[0], clientY: arguments[1]}))", x, y, kind)
            for index in (0, 1, 117, 249):
                point("mousemove", index, 2)
                self.assertEqual(self.script("return document.querySelector('.tip b').textContent"), f"narrow{index:03}")
            point("mousemove", 249, 3)
            self.assertEqual(self.script("return document.querySelector('.tip b').textContent"), "inner")
            point("mousemove", 17, 3)
            self.assertIsNone(self.tip_box())
            point("click", 249, 2)
            self.assertEqual(self.shown(), ["inner", "main", "narrow249", "root"])
            self.keys(Keys.ESCAPE)
            self.keys(Keys.HOME, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
            self.wait("return document.activeElement.getAttribute('aria-label').split(' ')[0]", "narrow001")
            self.keys("/", "narrow00")
            self.wait("return document.querySelector('.found').textContent", "4.0% matched")
            self.assertEqual(self.script("return Array.from(document.querySelectorAll('.thin .hit'), p => p.getAttribute('d')"
                                         ".split('M').length - 1)"), [10])
            self.check_quiet(path)

    def each_narrow(self):
        for name in ("narrow.svg", "narrow.html"):
            with self.subTest(name):
                path = self.make(name, "flame", self.narrow)
                self.open(path)
                yield path

    def test_a_big_picture_zooms_at_once(self):
        profile = self.folder / "big.folded"
        with profile.open("w") as out:
            for i in range(1000):
                out.write(";".join(f"some::space::Class{i >> max(0, 10 - d)}::method{d}" for d in range(40)) + f" {1 + i % 13}\n")
        self.open(self.make("big.svg", "flame", profile))
        self.assertGreater(self.script("return JSON.parse(document.getElementById('cprof-data').textContent).depth.length"),
                           20000)
        # Elements are what costs: those with a name, no more.
        self.assertLess(len(self.browser.find_elements(By.CSS_SELECTOR, ".f")), 3000)
        def scripting():
            """Processor time, whatever else the machine does."""
            metrics = self.browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
            return sum(m["value"] for m in metrics if m["name"] in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"))
        self.browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        times = []
        for _ in range(5):
            before = scripting()
            self.script("document.querySelectorAll('.f')[4].click()")
            times.append(scripting() - before)
            self.script("document.querySelector('.tools button').click()")
        self.browser.execute_cdp_cmd("Performance.disable", {})
        self.assertLess(sorted(times)[2], 0.1, times)

    def test_printing_shows_all_and_no_tools(self):
        for kind, name, whole in (("flame", "print.svg", ".rows"), ("flame", "print.html", ".rows"),
                                  ("-svg", "print-graph.svg", "#cprof-graph")):
            with self.subTest(name):
                tall = self.folder / "tall.folded"
                tall.write_text(folded([(["main"] + [f"deep{d}" for d in range(70)], 5), (["main", "flat"], 2)]))
                self.open(self.make(name, kind, tall))
                self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
                self.script("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('resize'))")
                box = self.script("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                                  " return [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom, r.height]", whole)
                self.assertGreaterEqual(min(box[:4]), -1, box)
                self.assertGreater(box[4], 400)
                self.assertEqual(self.script("return getComputedStyle(document.querySelector('.tools')).display"), "none")
                self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
                self.script("dispatchEvent(new Event('afterprint'))")
                self.assertIsNone(self.script("const s = document.querySelector('.stage > svg');"
                                              " return s && s.getAttribute('viewBox')"))

    def test_paper_is_light(self):
        """In a dark window too; and the legend's colours are printed."""
        many = self.folder / "packages.folded"
        many.write_text(folded([([f"github.com/a/very/long/path/to/a/package{i:02}.Function"], 90 - i) for i in range(20)]))
        try:
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
            self.open(self.make("paper.svg", "flame", many))
            look = "const s = getComputedStyle(document.querySelector(arguments[0])); return [s.color, s.backgroundColor]"
            self.assertEqual(self.script(look, ".cprof"), ["rgb(0, 0, 0)", "rgb(255, 255, 255)"])
            ink, paper = self.script(look, ".f:not(.root)")
            self.assertEqual(ink, "rgb(22, 24, 28)")
            self.assertGreater(sum(map(int, paper[4:-1].split(", "))), 500)
            self.assertEqual(self.script("return getComputedStyle(document.querySelector('.chip i')).printColorAdjust"), "exact")
            self.assertEqual(self.script("return Array.from(document.querySelectorAll('.chip'), c => c.offsetHeight > 0)"
                                         ".filter(shown => shown).length"), 7)
            self.open(self.make("paper-graph.svg", "-svg", self.small))
            self.assertEqual(self.script("return getComputedStyle(document.querySelector('#cprof-graph text')).fill"),
                             "rgb(0, 0, 0)")
        finally:
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})

    def test_text_stands_out_in_both_themes(self):
        """4.5 to 1, as WCAG 2 asks for text of this size."""
        ratio = """const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255).map(v =>
                     v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                   const ratio = (a, b) => { a = light(a); b = light(b); return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };"""
        for theme in ("light", "dark"):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                         {"features": [{"name": "prefers-color-scheme", "value": theme}]})
            self.open(self.make("contrast.svg", "flame", self.small))
            found = self.script(ratio + """
                const looks = ['hit', 'z']; const out = {};
                for (let i = 0; i < 24; i++) looks.push('c' + i);
                for (let i = 1; i < 7; i++) looks.push('g' + i, 's' + i);
                for (const look of looks) { const e = document.querySelector('.f').cloneNode(); e.className = 'f ' + look;
                  document.querySelector('.rows').append(e); const s = getComputedStyle(e); out[look] = ratio(s.color, s.backgroundColor); }
                for (const c of ['.about', 'h1', 'footer .now', '.chip span'].map(q => document.querySelector(q)))
                  out[c.className || c.localName] = ratio(getComputedStyle(c).color, getComputedStyle(document.querySelector('header')).backgroundColor);
                return out;""")
            self.assertEqual({k: round(v, 2) for k, v in found.items() if v < 4.5}, {}, theme)
            self.assertEqual(len(found), 42)
            self.open(self.make("contrast-graph.svg", "-svg", self.testdata / "go/heap.pb.gz"))
            self.keys("/", "json")
            self.wait("return document.querySelectorAll('.node.hit').length > 2", True)
            found = self.script(ratio + """
                return Array.from(document.querySelectorAll('#cprof-graph .node'), n => ratio(
                  getComputedStyle(n.querySelector('text')).fill, getComputedStyle(n.querySelector('path, polygon')).fill));""")
            self.assertGreater(len(found), 50)
            self.assertGreater(min(found), 4.5, theme)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    def test_names_are_whole_where_they_fit_into_the_file(self):
        """Long names beside many: the long ones are in the tooltip as the profile has them."""
        profile, name = self.folder / "whole.folded", "very::" * 300 + "long()"
        profile.write_text(folded([(["main", name], 3000)] + [(["main", f"other{i}"], 1) for i in range(3000)]))
        for file, kind in (("whole.svg", "flame"), ("whole-graph.svg", "-svg")):
            self.open(self.make(file, kind, profile))
            target = next(e for e in self.browser.find_elements(By.CSS_SELECTOR, ".f, .node")
                          if (e.get_attribute("aria-label") or "").startswith("very"))
            ActionChains(self.browser).move_to_element(target).perform()
            self.wait("return document.querySelector('.tip').hidden", False)
            self.assertIn(name, self.script("return document.querySelector('.tip b').textContent"))
        # In the picture itself a name has an end.
        self.assertLess(max(len(t) for t in self.script(
            "return Array.from(document.querySelectorAll('#cprof-graph text'), t => t.textContent)")), 110)

    def test_flame_by_keys(self):
        current = "return document.activeElement.getAttribute('aria-label').split(' ')[0]"
        for path in self.each_flame():
            self.keys(Keys.HOME)
            self.wait(current, "root")
            for key, name in ((Keys.ARROW_DOWN, "main"), (Keys.ARROW_RIGHT, "gc"), (Keys.ARROW_LEFT, "main"),
                              (Keys.ARROW_DOWN, "work"), (Keys.ARROW_UP, "main")):
                self.keys(key)
                self.wait(current, name)
            self.keys(Keys.ENTER)
            self.assertNotIn("gc", self.shown())
            self.keys(Keys.BACKSPACE)
            self.assertIn("gc", self.shown())
            self.keys("i")
            self.assertGreater(self.frame("root").location["y"], self.frame("main").location["y"])
            self.check_quiet(path)

    def each_shared(self):
        for name in ("shared.svg", "shared.html"):
            with self.subTest(name):
                path = self.make(name, "flame", self.shared)
                self.open(path)
                yield path
                self.check_quiet(path)

    def rows(self):
        """The labels of the frames, a list a row, from the left."""
        found = self.script("return Array.from(document.querySelectorAll('.f'), e => { const r = e.getBoundingClientRect();"
                            " return [Math.round(r.top), r.left, e.getAttribute('aria-label')]; })")
        return [[label for top, _, label in sorted(found) if top == row] for row in sorted({f[0] for f in found})]

    WHOLE = [["root 100 (100%)"], ["gc 65 (65.0%)", "main 35 (35.0%)"], ["b 25 (25.0%)", "a 10 (10.0%)"],
             ["work 25 (25.0%)", "work 10 (10.0%)"], ["y 20 (20.0%)", "work 5 (5.0%)", "x 10 (10.0%)"], ["x 5 (5.0%)"]]
    TURNED = [["main 25 (25.0%)", "main 10 (10.0%)"], ["b 25 (25.0%)", "a 10 (10.0%)"], ["work 35 (35.0%)"],
              ["y 20 (20.0%)", "x 10 (10.0%)", "work 5 (5.0%)"], ["x 5 (5.0%)"]]

    def test_all_calls_of_a_function(self):
        current = "return document.activeElement.getAttribute('aria-label')"
        for _ in self.each_shared():
            self.assertEqual(self.rows(), self.WHOLE)
            self.keys(Keys.HOME, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_DOWN, "c")
            self.assertEqual(self.rows(), self.TURNED)
            self.assertIn("All calls of work", self.script("return document.querySelector('.calls').textContent"))
            for key, label in ((Keys.ARROW_UP, "b 25 (25.0%)"), (Keys.ARROW_RIGHT, "a 10 (10.0%)"), (Keys.ARROW_UP, "main 10 (10.0%)"),
                               (Keys.ARROW_DOWN, "a 10 (10.0%)"), (Keys.ARROW_DOWN, "work 35 (35.0%)"),
                               (Keys.ARROW_DOWN, "y 20 (20.0%)"), (Keys.ARROW_RIGHT, "x 10 (10.0%)")):
                self.keys(key)
                self.assertEqual(self.script(current), label)
            # A caller fills the width: what it is called by stands above it, the function below.
            self.frame("b").click()
            self.assertEqual(self.rows(), [["main 25 (25.0%)"], ["b 25 (25.0%)"], ["work 35 (35.0%)"]])
            self.keys(Keys.ESCAPE)
            self.assertEqual(self.rows(), self.TURNED)
            # Upside down.
            self.keys("i")
            self.assertEqual(self.rows(), self.TURNED[::-1])
            self.keys("i")
            # The search counts what is in the profile, not what the picture repeats.
            self.keys("/", "^(main|work)$")
            self.wait("return document.querySelector('.found').textContent", "35.0% matched")
            self.keys(Keys.ESCAPE, Keys.ESCAPE)
            self.assertEqual(self.rows(), self.WHOLE)
            self.assertEqual(self.script(current), "work 25 (25.0%)")
            self.keys("c")
            self.script("document.querySelector('.calls').click()")
            self.assertEqual(self.rows(), self.WHOLE)

    def test_all_calls_in_a_difference(self):
        """Before, parse took 30 of its 60."""
        self.open(self.make("turned-diff.svg", "flame", "-diff_base", self.before, self.small))
        self.keys(Keys.HOME, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN, "c")
        self.assertEqual(self.rows(), [["main +30 (+100%)"], ["work +30 (+100%)"], ["parse +30 (+100%)"]])

    def test_all_calls_of_narrow_frames(self):
        """Callers too narrow for a name are told, too."""
        profile = self.folder / "callers.folded"
        profile.write_text(folded([([f"caller{i:03}", "shared"], 4) for i in range(250)]))
        self.open(self.make("callers.svg", "flame", profile))
        self.keys("/", "^shared$")
        self.wait("return document.querySelector('.found').textContent", "100% matched")
        self.keys(Keys.ENTER, "c")
        self.assertEqual(self.rows(), [["shared 1000 (100%)"]])
        for index in (0, 117, 249):
            self.script("const r = document.querySelector('.rows').getBoundingClientRect(), x = r.left + r.width * (arguments[0] + 0.5) / 250;"
                        " document.elementFromPoint(x, r.top + 9).dispatchEvent(new MouseEvent('mousemove', {bubbles: true,"
                        " clientX: x, clientY: r.top + 9}))", index)
            self.assertEqual(self.script("return document.querySelector('.tip b').textContent"), f"caller{index:03}")

    def test_menu_of_a_frame(self):
        items = "return Array.from(document.querySelectorAll('.menu button'), b => b.firstChild.data)"
        for _ in self.each_shared():
            self.script("window.copied = []; Object.defineProperty(navigator, 'clipboard', {value: {writeText: t => {"
                        " window.copied.push(t); return Promise.resolve(); }}})")
            y = self.frame("y")
            ActionChains(self.browser).context_click(y).perform()
            self.assertEqual(self.script(items), ["Zoom in", "All its calls: callers and callees", "Find it everywhere",
                                                  "Copy its name", "Copy its stack"])
            box = self.script("const r = document.querySelector('.menu').getBoundingClientRect();"
                              " return [r.left, r.top, innerWidth - r.right, innerHeight - r.bottom]")
            self.assertGreaterEqual(min(box), 0)
            self.keys(Keys.ARROW_UP, Keys.ENTER)
            self.assertEqual(self.script("return window.copied"), ["main\nb\nwork\ny"])
            self.assertTrue(self.script("return document.querySelector('.menu').hidden"))
            self.assertEqual(self.script("return document.activeElement.getAttribute('aria-label')"), "y 20 (20.0%)")
            ActionChains(self.browser).key_down(Keys.SHIFT).send_keys(Keys.F10).key_up(Keys.SHIFT).perform()
            self.assertEqual(self.script("return document.activeElement.firstChild.data"), "Zoom in")
            self.keys(Keys.ESCAPE)
            self.assertTrue(self.script("return document.querySelector('.menu').hidden"))
            ActionChains(self.browser).context_click(self.frame("work")).perform()
            self.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
            self.wait("return document.querySelector('.found').textContent", "35.0% matched")
            self.wait("return document.querySelectorAll('.f.hit').length", 3)
            ActionChains(self.browser).context_click(self.frame("work")).perform()
            self.keys(Keys.ARROW_DOWN, Keys.ENTER)
            self.assertEqual(self.rows(), self.TURNED)
            # Elsewhere it is the browser's, and a click anywhere closes ours.
            ActionChains(self.browser).context_click(self.frame("y")).perform()
            self.assertFalse(self.script("return document.querySelector('.menu').hidden"))
            ActionChains(self.browser).move_to_element(self.browser.find_element(By.CSS_SELECTOR, "h1")).click().perform()
            self.assertTrue(self.script("return document.querySelector('.menu').hidden"))

    def test_letters_of_either_case(self):
        profile = self.folder / "case.folded"
        profile.write_text(folded([(["write"], 30), (["Write"], 10), (["other"], 60)]))
        self.open(self.make("case.svg", "flame", profile))
        for text, matched in (("write", "40.0%"), ("Write", "10.0%"), ("(?i)Write", "40.0%"), ("(?-i)write", "30.0%")):
            self.keys("/", text)
            self.wait("return document.querySelector('.found').textContent", matched + " matched")
            self.keys(Keys.ESCAPE)
        ActionChains(self.browser).context_click(self.frame("write")).perform()
        self.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
        self.wait("return document.querySelector('.found').textContent", "30.0% matched")

    def test_a_package_is_chosen_in_the_legend(self):
        profile = self.folder / "legend.folded"
        profile.write_text(folded([(["encoding/json.Marshal"], 30), (["net/http.Get"], 10)]))
        for name in ("legend.svg", "legend.html"):
            self.open(self.make(name, "flame", profile))
            pressed = "return Array.from(document.querySelectorAll('.chip'), c => c.getAttribute('aria-pressed'))"
            self.assertEqual(self.script(pressed), ["false", "false"])
            self.browser.find_elements(By.CSS_SELECTOR, ".chip")[1].click()
            self.assertEqual(self.script(pressed), ["false", "true"])
            self.assertEqual(self.script("return document.querySelector('.found').textContent"), "25.0% matched")
            self.keys(Keys.ESCAPE)
            self.assertEqual(self.script(pressed), ["false", "false"])

    def test_names_in_narrow_frames_are_smaller_but_there(self):
        profile = self.folder / "letters.folded"
        profile.write_text(folded([(["main", "somewhat::longName"], 4), (["main", "fits"], 4), (["main", "wide"], 92)]))
        for name in ("letters.svg", "letters.html"):
            self.open(self.make(name, "flame", profile))
            looks = self.script("return ['somewhat', 'fits', 'wide'].map(n => { const e = Array.from(document.querySelectorAll('.f')).find("
                                "e => e.getAttribute('aria-label').startsWith(n)), s = getComputedStyle(e);"
                                " return [e.textContent, s.fontSize, s.textOverflow]; })")
            self.assertEqual(looks, [["longName", "10px", "clip"], ["fits", "12px", "ellipsis"], ["wide", "12px", "ellipsis"]])

    def test_flame_inverted(self):
        for name in ("inverted.svg", "inverted.html"):
            self.open(self.make(name, "flame", "-inverted", self.small))
            self.assertGreater(self.frame("root").location["y"], self.frame("main").location["y"])
            # The root stands on the ground, however few rows there are.
            ground = self.rectangle(".chart")[3]
            self.assertGreater(self.frame("root").location["y"] + 20, ground - 10)
            self.keys("i")
            self.assertLess(self.frame("root").location["y"], self.rectangle(".chart")[1] + 20)

    def test_flame_of_a_difference(self):
        path = self.make("diff.svg", "flame", "-diff_base", self.before, self.small)
        self.open(path)
        classes = {name: self.frame(name).get_attribute("class").split() for name in ("parse", "old", "emit", "idle")}
        # The largest change is that of work: 30 to 80.  Sixths of it, rounded up: +30, -25, +20, 0.
        self.assertEqual({name: look[1:] for name, look in classes.items()},
                         {"parse": ["g4"], "old": ["s3", "gone"], "emit": ["g3", "new"], "idle": ["z"]})
        self.keys("r")
        # Against the larger of its own two sides parse grew by 30 of 60: half the scale.
        self.assertIn("g3", self.frame("parse").get_attribute("class").split())
        self.check_quiet(path)

    def test_pictures_are_there_without_script(self):
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            for name, kind in (("plain.svg", "flame"), ("plain.html", "flame"), ("plain-graph.svg", "svg")):
                self.open(self.make(name, kind, self.small))
                root = self.browser.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]
                picked = self.browser.execute_cdp_cmd(
                    "DOM.querySelectorAll", {"nodeId": root, "selector": "#cprof-picture rect, #cprof-graph .node"})["nodeIds"]
                boxes = [self.browser.execute_cdp_cmd("DOM.getBoxModel", {"nodeId": node})["model"] for node in picked]
                self.assertGreater(sum(box["width"] > 20 and box["height"] > 10 for box in boxes), 5, name)
        finally:
            self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        for name, kind in (("static-flame.svg", "flame"), ("static-graph.svg", "svg")):
            document = xml.dom.minidom.parse(str(self.make(name, kind, self.small)))
            texts = "".join(n.firstChild.data for n in document.getElementsByTagName("text") if n.firstChild)
            for frame in ("main", "work", "parse"):
                self.assertIn(frame, texts)

    def test_names_in_a_picture_without_script(self):
        """1180 px are the whole, a letter takes 6.9 px: the end of a name that begins with a part of it and fits."""
        profile = self.folder / "parts.folded"
        profile.write_text(folded([(["main.main"], 59), (["space::Class<a::b>::method(int, std::string)"], 10),
                                   (["github.com/acme/pkg.(*Type).LongMethodName"], 10), (["github.com/acme/pkg.Serve.func1"], 10),
                                   (["github.com/acme/pkg.Serve.func2"], 6), (["github.com/acme/pkg.Serve.func3"], 5)]))
        document = xml.dom.minidom.parse(str(self.make("parts.svg", "flame", "-symbolize=none", profile)))
        texts = [n.firstChild.data for n in document.getElementsByTagName("text") if n.firstChild]
        self.assertEqual(texts[texts.index("main.main"):], ["main.main", "LongMethodName", "pkg.Serve.func1", "method",
                                                            "Serve.fu\u2026", "Serve."])

    def test_narrow_marks_do_not_hide_colours(self):
        now, before = self.folder / "now.folded", self.folder / "then.folded"
        now.write_text(folded([(["main"], 990), (["wide"], 10), (["new"], 1)]))
        before.write_text(folded([(["main"], 990)]))
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            self.open(self.make("marks.svg", "flame", "-diff_base", before, now))
            for domain in ("DOM", "CSS"):
                self.browser.execute_cdp_cmd(domain + ".enable", {})
            root = self.browser.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]
            strokes = []
            for selector in ("#cprof-picture rect.new", "#cprof-picture path.new"):
                node = self.browser.execute_cdp_cmd("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
                style = self.browser.execute_cdp_cmd("CSS.getComputedStyleForNode", {"nodeId": node})["computedStyle"]
                strokes.append(next(p["value"] for p in style if p["name"] == "stroke"))
            self.assertEqual(strokes, ["rgb(179, 38, 30)", "none"])
        finally:
            for domain in ("CSS", "DOM"):
                self.browser.execute_cdp_cmd(domain + ".disable", {})
            self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def each_graph(self):
        for name in ("graph.svg", "graph.html"):
            with self.subTest(name):
                path = self.make(name, "-svg", self.small)
                self.open(path)
                yield path

    def moved(self):
        return self.script("return document.querySelector('.stage > svg > g').getAttribute('transform')")

    def test_graph_moves(self):
        for path in self.each_graph():
            start = self.moved()
            self.keys("+")
            self.assertNotEqual(self.moved(), start)
            self.keys("0")
            self.assertEqual(self.moved(), start)
            stage = self.browser.find_element(By.CSS_SELECTOR, ".stage")
            self.script("arguments[0].dispatchEvent(new WheelEvent('wheel', {deltaY: -120, clientX: 300, clientY: 300,"
                        " bubbles: true, cancelable: true}))", stage)
            self.assertNotEqual(self.moved(), start)
            self.keys("f")
            self.assertEqual(self.moved(), start)
            ActionChains(self.browser).move_to_element_with_offset(stage, -500, 200).click_and_hold().move_by_offset(
                90, 40).release().perform()
            self.assertNotEqual(self.moved(), start)
            self.check_quiet(path)

    def test_calls_stay_visible_in_a_small_picture(self):
        width = ("return parseFloat(getComputedStyle(document.querySelector('#cprof-graph .edge"
                 " path:not([stroke-width])')).strokeWidth)")
        for path in self.each_graph():
            self.keys("1")
            self.wait(width, 1)
            self.keys(*"-" * 9)
            # 0.8 to the power of 9 is 0.134: 0.75 px would be 5.6 there, and 4 is the bound.
            self.wait(width, 4)
            self.check_quiet(path)

    def test_graph_fits_the_window(self):
        for _ in self.each_graph():
            box, stage = self.script(
                "return ['#cprof-graph', '.stage'].map(s => { const r = document.querySelector(s)"
                ".getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })")
            self.assertGreaterEqual(box[0], stage[0] - 1)
            self.assertGreaterEqual(box[1], stage[1] - 1)
            self.assertLessEqual(box[2], stage[2] + 1)
            self.assertLessEqual(box[3], stage[3] + 1)

    def each_broad(self):
        for name in ("broad.svg", "broad.html"):
            with self.subTest(name):
                path = self.make(name, "-svg", "-nodecount=200", "-nodefraction=0", "-edgefraction=0", self.broad)
                self.open(path)
                yield path
                self.check_quiet(path)

    def rectangle(self, selector):
        return self.script("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                           " return [r.left, r.top, r.right, r.bottom]", selector)

    def box_of(self, name):
        return self.script("const r = Array.from(document.querySelectorAll('#cprof-graph .node')).find(e => (e.getAttribute("
                           "'aria-label') || '').startsWith(arguments[0])).getBoundingClientRect();"
                           " return [r.left, r.top, r.right, r.bottom]", name)

    def test_a_broad_graph_starts_where_the_heaviest_calls_begin(self):
        for _ in self.each_broad():
            start, stage, box = self.moved(), self.rectangle(".stage"), self.box_of("begin")
            self.assertGreater(float(re.search(r"scale\((.*)\)", start).group(1)), 0.69)
            self.assertGreater(min(box[0] - stage[0], box[1] - stage[1], stage[2] - box[2], stage[3] - box[3]), 0)
            self.assertFalse(self.script("return document.querySelector('.map').hidden"))
            self.keys("f")
            self.assertNotEqual(self.moved(), start)
            self.assertTrue(self.script("return document.querySelector('.map').hidden"))
            self.keys(Keys.HOME)
            self.assertEqual(self.moved(), start)
            self.keys("m")
            self.assertTrue(self.script("return document.querySelector('.map').hidden"))

    def test_a_broad_graph_starts_at_the_callers_of_the_heaviest(self):
        """Ten chains of their own meet in one function, which is heavier than any of them."""
        profile = self.folder / "met.folded"
        profile.write_text(folded([([f"begin{i}"] + [f"way{i}_{d}" for d in range(6)] + ["met"], 10 + (i == 7)) for i in range(20)]))
        for name in ("met.svg", "met.html"):
            self.open(self.make(name, "-svg", "-nodecount=200", "-nodefraction=0", "-edgefraction=0", profile))
            box, stage = self.box_of("begin7"), self.rectangle(".stage")
            self.assertGreater(min(box[0] - stage[0], box[1] - stage[1], stage[2] - box[2], stage[3] - box[3]), 0)

    def test_the_map_moves_the_window(self):
        pane = ".map .pane"
        for _ in self.each_broad():
            # What the pane covers of the map is what the window shows of the picture.
            def shares():
                part, whole = self.rectangle(pane), self.rectangle(".map svg")
                window, all_of_it = self.rectangle(".stage"), self.rectangle("#cprof-graph")
                return ((part[0] - whole[0]) / (whole[2] - whole[0]),
                        (max(window[0], all_of_it[0]) - all_of_it[0]) / (all_of_it[2] - all_of_it[0]))
            self.assertAlmostEqual(*shares(), delta=0.02)
            before = self.rectangle(pane)
            pane_element = self.browser.find_element(By.CSS_SELECTOR, pane)
            ActionChains(self.browser).move_to_element(pane_element).click_and_hold().move_by_offset(-60, 0).release().perform()
            after = self.rectangle(pane)
            self.assertAlmostEqual(after[0], before[0] - 60, delta=2)
            self.assertAlmostEqual(*shares(), delta=0.02)
            # Beside the pane: the window goes there at once, and no further without the button.
            chart = self.browser.find_element(By.CSS_SELECTOR, ".map svg")
            width = self.rectangle(".map svg")[2] - self.rectangle(".map svg")[0]
            ActionChains(self.browser).move_to_element_with_offset(chart, int(width / 2) - 20, 0).click().move_by_offset(
                -100, 0).perform()
            now = self.rectangle(pane)
            self.assertAlmostEqual((now[0] + now[2]) / 2, self.rectangle(".map svg")[2] - 20, delta=3)

    def test_the_map_has_the_keyboard_between_tools_and_boxes(self):
        for _ in self.each_broad():
            self.script("Array.from(document.querySelectorAll('.tools button')).pop().focus()")
            self.keys(Keys.TAB)
            self.assertEqual(self.script("return document.activeElement.className"), "map")
            self.assertTrue(self.script("return document.activeElement.getAttribute('aria-label')"))
            x = float(re.match(r"translate\((\S+)", self.moved()).group(1))
            self.keys(Keys.ARROW_RIGHT)
            stage = self.rectangle(".stage")
            self.assertAlmostEqual(float(re.match(r"translate\((\S+)", self.moved()).group(1)),
                                   x - (stage[2] - stage[0]) / 3, delta=1)
            self.keys(Keys.TAB)
            self.assertEqual(self.script("return document.activeElement.getAttribute('role')"), "button")
            self.keys("/", "step0")
            self.wait("return document.querySelectorAll('.map rect.hit').length", 10)
            self.keys(Keys.ESCAPE)
            self.wait("return document.querySelectorAll('.map rect.hit').length", 0)

    def test_the_picture_cannot_be_lost(self):
        for _ in self.each_broad():
            for key in (Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
                self.keys(*[key] * 120)
                box, stage = self.rectangle("#cprof-graph"), self.rectangle(".stage")
                self.assertGreater(min(box[2] - stage[0], box[3] - stage[1], stage[2] - box[0], stage[3] - box[1]), 30, key)

    def test_what_nobody_moved_is_printed_whole(self):
        seen = "return document.querySelector('.stage > svg').getAttribute('viewBox').split(' ').map(Number)"
        for _ in self.each_broad():
            whole = self.script("const b = document.querySelector('#cprof-graph').getBBox(); return [b.x, b.y, b.width, b.height]")
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
            self.script("dispatchEvent(new Event('beforeprint'))")
            self.assertEqual(self.script(seen), whole)
            self.assertEqual(self.script("return getComputedStyle(document.querySelector('.map')).display"), "none")
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
            self.script("dispatchEvent(new Event('afterprint'))")
            self.keys("+")
            self.script("dispatchEvent(new Event('beforeprint'))")
            self.assertLess(self.script(seen)[2], whole[2] / 2)
            self.script("dispatchEvent(new Event('afterprint'))")

    def test_the_panel_of_keys_has_the_keyboard_while_it_is_open(self):
        for path in self.each_page():
            before = self.script("const b = document.querySelector('.tools button:not(:disabled)'); b.focus(); return b.outerHTML")
            self.keys("?")
            self.assertEqual(self.script("return document.activeElement.getAttribute('role')"), "dialog")
            self.keys(Keys.TAB)
            self.assertEqual(self.script("return document.activeElement.getAttribute('role')"), "dialog")
            self.keys(Keys.ESCAPE)
            self.assertEqual(self.script("return document.activeElement.outerHTML"), before)
            self.assertTrue(self.script("return document.querySelector('.help').hidden"))
            self.check_quiet(path)

    def test_the_panel_says_what_the_graph_leaves_out(self):
        for path in self.each_graph():
            lines = self.script("return Array.from(document.querySelectorAll('.panel p'), p => p.textContent)")
            self.assertIn("Showing nodes accounting for 100, 100% of 100 total", lines)
            self.assertEqual(len(set(lines)), len(lines))
            self.check_quiet(path)

    def test_graph_searches_and_tells(self):
        for path in self.each_graph():
            self.keys("/")
            self.keys("^(parse|work)")
            self.wait("return document.querySelector('.found').textContent", "2 matches")
            self.wait("return document.querySelectorAll('.node.hit').length", 2)
            self.keys(Keys.ENTER)
            self.wait("return document.querySelector('.found').textContent", "1 of 2")
            self.keys(Keys.ESCAPE)
            self.wait("return document.querySelectorAll('.node.hit').length", 0)
            node = next(e for e in self.browser.find_elements(By.CSS_SELECTOR, "#cprof-graph .node")
                        if (e.get_attribute("aria-label") or "").startswith("parse"))
            ActionChains(self.browser).move_to_element(node).perform()
            self.wait("return document.querySelector('.tip').hidden", False)
            self.assertIn("parse", self.script("return document.querySelector('.tip').textContent"))
            ActionChains(self.browser).click(node).perform()
            self.wait("return document.querySelector('#cprof-graph').classList.contains('picked')", True)
            self.assertEqual(node.get_attribute("aria-pressed"), "true")
            self.keys(Keys.ESCAPE)
            self.wait("return document.querySelector('#cprof-graph').classList.contains('picked')", False)
            self.assertEqual(node.get_attribute("aria-pressed"), "false")
            self.check_quiet(path)

    def test_hostile_names_are_text(self):
        for kind, name in (("flame", "hostile.svg"), ("flame", "hostile.html"), ("svg", "hostile-graph.svg"),
                           ("svg", "hostile-graph.html")):
            for arguments in ([], ["-diff_base", self.before]):
                with self.subTest(name=name, arguments=arguments):
                    path = self.make(name, kind, *arguments, "-trim=false", "-symbolize=none", self.hostile)
                    self.open(path)
                    self.keys("/")
                    self.keys("script")
                    self.wait("return document.querySelectorAll('.hit').length > 0", True)
                    self.script("for (let i = 0; i < 40; i++) for (const t of ['mousemove', 'mouseover', 'click']) {"
                                " const e = document.querySelectorAll('.f, .node'); e[i % e.length].dispatchEvent("
                                "new MouseEvent(t, {bubbles: true})); }")
                    self.assertIsNone(self.script("return window.pwned === undefined ? null : window.pwned"))
                    self.assertEqual(self.script("return document.querySelectorAll('script').length"), 3)
                    self.assertEqual(self.script(
                        "return document.querySelectorAll('img, image, iframe, object, embed, use, link, animate, set')"
                        ".length"), 0)
                    self.assertEqual(self.script(
                        "return Array.from(document.querySelectorAll('*')).filter(e => Array.from(e.attributes).some("
                        "a => /^on/i.test(a.name) || /href$|^src$/i.test(a.name))).length"), 0)
                    self.check_quiet(path)
                    self.assertNotRegex(path.read_bytes(), rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

    def listing(self, name, *arguments):
        path = self.make(name, "weblist", *arguments)
        self.open(path)
        return path

    def lines(self):
        """Number, flat, cum and text of the lines that are shown."""
        return self.script(
            "return Array.from(document.querySelectorAll('main .l'), l => [l.querySelector('u').textContent,"
            " ...Array.from(l.querySelectorAll('i'), i => i.textContent), l.querySelector('code').textContent])")

    def test_listing_of_a_program(self):
        source, program, profile = self.folder / "work.c", self.folder / "work", self.folder / "work.heap"
        source.write_text("volatile unsigned sum;\n\nvoid spin(unsigned n) {\n\tsum += n < 9 && n > 2;\n}\n\n"
                          "int main(void) {\n    spin(3);\n    return 0;\n}\n")
        subprocess.run(["cc", "-g", "-O0", "-no-pie", str(source), "-o", str(program)], check=True)
        symbols = subprocess.run(["nm", str(program)], capture_output=True, text=True, check=True).stdout.split("\n")
        spin = next(int(line.split()[0], 16) for line in symbols if line.endswith(" T spin"))
        code = subprocess.run(["objdump", "-dl", "--disassemble=spin", str(program)], capture_output=True, text=True,
                              check=True).stdout.split("work.c:4")[1]
        hot = int(code.split(":")[0].split()[-1], 16)
        self.assertGreater(hot, spin)
        profile.write_text(f"heap profile: 2: 2048 [ 2: 2048] @ heapprofile\n2: 2048 [ 2: 2048] @ {hot + 1:#x}\n"
                           f"MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 12 {program}\n")
        path = self.listing("listing.html", "spin", profile)
        self.assertIn(["4", "2kB", "2kB", "\tsum += n < 9 && n > 2;"], self.lines())
        self.keys("n")
        self.wait("return document.activeElement.textContent.includes('sum += n')", True)
        self.assertFalse(self.script("return document.activeElement.parentNode.open"))
        self.keys(Keys.ENTER)
        self.wait("return document.activeElement.parentNode.open", True)
        shown = self.script("return Array.from(document.querySelectorAll('details[open] .a.on'),"
                            " a => a.querySelector('u').textContent)")
        self.assertEqual(shown, [f"{hot:x}"])
        self.keys("e")
        self.wait("return Array.from(document.querySelectorAll('details')).every(d => d.open)", True)
        self.keys("e")
        self.wait("return Array.from(document.querySelectorAll('details')).some(d => d.open)", False)
        self.keys("/", "sum")
        self.wait("return document.querySelectorAll('.l.hit').length", 2)
        self.check_quiet(path)
        source.unlink()
        path = self.listing("listing-sourceless.html", "spin", profile)
        self.assertEqual(self.lines(), [["4", "2kB", "2kB", ""]])
        self.assertIn("work.c", self.script("return document.querySelector('.missing').textContent"))
        self.assertGreater(self.script("return document.querySelectorAll('details .a').length"), 3)
        self.check_quiet(path)

    def test_listing_of_real_profiles(self):
        for profile in ("proto/go-cpu.pb", "proto/negative.pb.gz", "proto/names.pb.gz", "proto/inlines-columns.pb.gz"):
            with self.subTest(profile=profile):
                path = self.listing("listing-real.html", ".", self.testdata / profile, "-symbolize=none")
                self.wait("return document.querySelectorAll('section').length > 0", True)
                self.keys("n", "]", "[", "h", "?", Keys.ESCAPE)
                self.check_quiet(path)

    def test_hostile_names_in_a_listing_are_text(self):
        path = self.listing("listing-hostile.html", ".", "-trim=false", "-symbolize=none", self.hostile)
        titles = self.script("return Array.from(document.querySelectorAll('h2'), h => h.textContent)")
        self.assertIn("<script>window.pwned=1</script>", titles)
        self.script("for (const e of document.querySelectorAll('nav a, .l, h2')) e.click()")
        self.assertIsNone(self.script("return window.pwned === undefined ? null : window.pwned"))
        self.assertEqual(self.script("return document.querySelectorAll('script').length"), 2)
        self.assertEqual(self.script(
            "return Array.from(document.querySelectorAll('main *, nav *, header *')).filter(e => ![ 'NAV', 'P', 'A', 'I',"
            " 'B', 'S', 'U', 'H1', 'H2', 'DIV', 'SPAN', 'CODE', 'MAIN', 'SECTION', 'INPUT', 'BUTTON'].includes(e.tagName)"
            " || Array.from(e.attributes).some(a => /^on|^src$/i.test(a.name) || (a.name === 'href'"
            " && !/^#s\\d+$/.test(a.value)))).length"), 0)
        self.check_quiet(path)
        self.assertNotRegex(path.read_bytes(), rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

    def test_real_profiles(self):
        for profile in ("proto/go-cpu.pb", "proto/node-wall.pb.gz", "go/goroutine.debug1.txt", "proto/names.pb.gz",
                        "proto/negative.pb.gz", "proto/inlines-columns.pb.gz"):
            for kind in ("flame", "svg"):
                with self.subTest(profile=profile, kind=kind):
                    path = self.make(f"real-{kind}.svg", kind, self.testdata / profile)
                    self.open(path)
                    self.wait("return document.querySelectorAll('.f, .node').length > 0", True)
                    self.check_quiet(path)


def main():
    if webdriver is None or not shutil.which("chromium") or not shutil.which("chromedriver"):
        print("skipped: needs chromium, chromium-driver and python3-selenium")
        return 77
    Pictures.cprof, Pictures.testdata = sys.argv[1], pathlib.Path(sys.argv[2])
    os.environ["no_proxy"] = "127.0.0.1,localhost"
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Pictures)
    return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
