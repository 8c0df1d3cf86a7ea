#!/usr/bin/env python3
"""Runs the reports that other programs read, and the programs that show pictures.

usage: exports_test.py CPROF TESTDATA
"""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import spin
from features import left_out

CPROF = TESTDATA = None
PROFILES = ("proto/go-cpu.pb", "go/heap.small.pb.gz", "proto/node-heap.pb.gz", "proto/go-block.pb.gz",
            "proto/recursion.pb.gz", "proto/numlabels.pb.gz", "proto/negative.pb.gz", "go/goroutine.debug1.txt",
            "go/goroutine.debug2.txt", "proto/inlines-columns.pb.gz", "proto/unsymbolized-maps.pb.gz")


def run(*arguments, text=True, status=0, env=None):
    done = subprocess.run([CPROF, *map(str, arguments)], capture_output=True, env={**os.environ, **(env or {})})
    if done.returncode != status:
        raise AssertionError(f"{arguments}: {done.returncode}, {done.stderr.decode(errors='replace')}")
    return done.stdout.decode() if text else done.stdout


def raw_totals(profile):
    """The sums of all values, by sample type, as -raw prints them."""
    samples = run("-raw", "-symbolize=none", profile).split("\nSamples:\n")[1].split("\nLocations\n")[0].split("\n")
    types = [t.rsplit("/", 1)[0] for t in samples[0].replace("[dflt]", "").split()]
    sums = [0] * len(types)
    for line in samples[1:]:
        if match := re.match(r"^((?:\s*-?\d+)+):(?: |$)", line):
            for i, value in enumerate(match.group(1).split()):
                sums[i] += int(value)
    return dict(zip(types, sums))


class Exports(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cprof-exports-")
        self.path = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def test_totals_are_those_of_raw(self):
        for profile in (TESTDATA / name for name in PROFILES):
            totals = raw_totals(profile)
            self.assertTrue(totals, profile)
            proto = self.path / "copy.pb.gz"
            run("proto", profile, "-output", proto)
            speedscope = json.loads(run("speedscope", profile))
            for part in speedscope["profiles"]:
                self.assertEqual(part["endValue"], totals[part["name"]])
                self.assertEqual(sum(part["weights"]), totals[part["name"]])
            for kind, total in totals.items():
                folded = run("folded", f"-sample_index={kind}", profile)
                self.assertEqual(sum(int(line.rsplit(" ", 1)[1]) for line in folded.splitlines()), total)
                flame = json.loads(run("flame", "-json", f"-sample_index={kind}", profile))
                self.assertEqual(flame["rows"][0]["value"], total)
                raw = json.loads(run("raw", "-json", f"-sample_index={kind}", profile))
                self.assertEqual(sum(row["value"] for row in raw["rows"]), total)
                top = json.loads(run("top", "-json", "-trim=false", f"-sample_index={kind}", profile))
                # What has no stack is of no function.
                self.assertEqual(sum(row["flat"] for row in top["rows"]),
                                 sum(row["value"] for row in raw["rows"] if row["stack"]))
                self.assertEqual(raw_totals(proto), totals)
                small = json.loads(run("topproto", "-json", "-trim=false", f"-sample_index={kind}", profile))
                self.assertEqual(small["rows"], top["rows"])
                graph = json.loads(run("callgrind", "-json", f"-sample_index={kind}", profile))
                self.assertEqual(sum(node["flat"] for node in graph["nodes"]),
                                 sum(row["value"] for row in raw["rows"] if row["stack"]))

    def test_callgrind_adds_up(self):
        """What the lines cost themselves: those behind calls= cost elsewhere."""
        for name in ("proto/go-cpu.pb", "proto/names.pb.gz"):
            lines = run("callgrind", "-trim=false", "-symbolize=none", TESTDATA / name).splitlines()
            event, unit = re.match(r"events: (\w+)\((\w+)\)", lines[1]).groups()
            own = sum(int(line.split()[2]) for before, line in zip(lines, lines[1:])
                      if re.match(r"(0x|[+*-])\S* \S+ -?\d+$", line) and not before.startswith("calls="))
            self.assertEqual(own * {"ms": 1_000_000, "count": 1}[unit], raw_totals(TESTDATA / name)[event])

    def test_tables_add_up(self):
        """Of a profile whose samples all have a stack, flat is everything."""
        total = raw_totals(TESTDATA / "proto/go-cpu.pb")["cpu"]
        for form, separator in (("-csv", ","), ("-tsv", "\t")):
            rows = list(csv.DictReader(io.StringIO(run("top", form, "-trim=false", TESTDATA / "proto/go-cpu.pb")),
                                       delimiter=separator))
            self.assertEqual(sum(int(row["flat"]) for row in rows), total)
            rows = list(csv.DictReader(io.StringIO(run("tree", form, "-trim=false", TESTDATA / "proto/go-cpu.pb")),
                                       delimiter=separator))
            self.assertEqual(sum(int(row["value"]) for row in rows if row["role"] == "flat"), total)
        markdown = run("top", "-markdown", "-trim=false", "-unit=ns", TESTDATA / "proto/go-cpu.pb").splitlines()
        self.assertEqual(sum(int(row.split("|")[1].strip().removesuffix("ns") or 0) for row in markdown[2:]), total)

    def test_list_adds_up(self):
        profile = TESTDATA / "proto/go-cpu.pb"
        found = json.loads(run("list", "-json", ".", profile))
        files = [file for row in found["rows"] for file in row["files"]]
        self.assertEqual(sum(file["flat"] for file in files), raw_totals(profile)["cpu"])
        self.assertTrue(all("error" in file or "path" in file for file in files))

    def test_source_and_machine_code(self):
        if "dw" in left_out(CPROF):
            self.skipTest("this build reads no binaries")
        source, program, profile, first = spin.make(self.path)
        found = json.loads(run("list", "spin", "-json", profile))
        self.assertEqual([row["function"] for row in found["rows"]], ["spin"])
        file = found["rows"][0]["files"][0]
        self.assertEqual((file["path"], file["flat"], file["flat_percent"]), (str(source), 3072, 100))
        self.assertEqual([(line["line"], line["flat"], line["text"]) for line in file["lines"] if line["flat"]],
                         [(4, 1024, "    sum += n * n;"), (5, 2048, "    sum ^= 7;")])
        found = json.loads(run("disasm", "spin", "-json", profile))
        self.assertEqual([(row["names"], row["flat"], row["cum_percent"]) for row in found["rows"]],
                         [(["spin"], 3072, 100)])
        weights = {i["address"]: (i["flat"], i["function"], i["file"], i["line"])
                   for i in found["rows"][0]["instructions"] if i["flat"]}
        self.assertEqual(weights, {hex(first[4]): (1024, "spin", str(source), 4),
                                   hex(first[5]): (2048, "spin", str(source), 5)})
        subprocess.run(["strip", "-g", program], check=True)
        text = run("disasm", "spin", profile)
        self.assertRegex(text, r"(?m) push .*;spin ?$")
        self.assertIn("has no csv form", subprocess.run([CPROF, "list", "spin", "-csv", str(profile)],
                                                        capture_output=True, text=True).stderr)

    def test_folded_comes_back(self):
        for profile in (TESTDATA / name for name in PROFILES):
            first, proto = self.path / "first.folded", self.path / "again.pb.gz"
            first.write_text(run("folded", profile))
            run("-proto", first, "-output", proto)
            self.assertEqual(run("folded", proto), first.read_text())

    def test_folded_keeps_names_as_they_are(self):
        file = self.path / "cxx.folded"
        file.write_text("main;std::sort<int*>(int*, int*);f(int) const 3\nmain;(anonymous namespace)::g 2\n")
        self.assertEqual(run("folded", file), file.read_text())

    def test_folded_keeps_order_and_marks(self):
        text = "z;y;x_[i] 3\na;b 2\nz;y 1\nker;entry_[k] 4\njs;hot_[j] 5\nname with space;leaf 6\n"
        file = self.path / "odd.folded"
        file.write_text(text)
        self.assertEqual(run("folded", "-symbolize=none", file), text)

    def test_folded_of_a_difference(self):
        old, new = self.path / "old.folded", self.path / "new.folded"
        old.write_text("a;b 5\na;c 2\n")
        new.write_text("a;b 7\na;d 1\n")
        lines = sorted(run("folded", "-diff_base", old, new).splitlines())
        self.assertEqual(lines, ["a;b 5 7", "a;c 2 0", "a;d 0 1"])

    def test_speedscope_holds_the_stacks(self):
        file = self.path / "small.folded"
        file.write_text("main;work;parse 60\nmain;idle 15\n")
        found = json.loads(run("speedscope", "-symbolize=none", file))
        names = [frame["name"] for frame in found["shared"]["frames"]]
        part = found["profiles"][found["activeProfileIndex"]]
        stacks = {tuple(names[i] for i in sample): weight for sample, weight in zip(part["samples"], part["weights"])}
        self.assertEqual(stacks, {("main", "work", "parse"): 60, ("main", "idle"): 15})
        self.assertEqual(found["$schema"], "https://www.speedscope.app/file-format-schema.json")
        self.assertEqual(part["type"], "sampled")
        self.assertEqual(part["startValue"], 0)

    def test_json_has_the_keys_of_its_schema(self):
        file = self.path / "small.folded"
        file.write_text("main;work;parse 60\nmain;work 20\nmain;idle 15\ngc 5\n")
        for report in ("top", "text", "tree", "tags", "dot", "svg", "flame", "traces", "raw", "comments", "callgrind",
                       "topproto"):
            with self.subTest(report):
                found = json.loads(run(report, "-json", file))
                self.assertEqual((found["schema"], found["version"], found["report"]), ("cprof-report", 1, report))
                for key in ("sample_type", "unit", "total", "profile", "filters"):
                    self.assertIn(key, found)
                self.assertTrue(isinstance(found.get("rows", found.get("nodes")), list))
        rows = {row["name"]: row for row in json.loads(run("top", "-json", file))["rows"]}
        self.assertEqual([rows["work"][k] for k in ("flat", "flat_percent", "cum", "cum_percent")], [20, 20, 80, 80])
        graph = json.loads(run("dot", "-json", file))
        names = [node["name"] for node in graph["nodes"]]
        edges = {(names[e["from"]], names[e["to"]]): e["value"] for e in graph["edges"]}
        self.assertEqual(edges, {("main", "work"): 80, ("work", "parse"): 60, ("main", "idle"): 15})
        tree = {row["name"]: row for row in json.loads(run("tree", "-json", file))["rows"]}
        self.assertEqual([(c["name"], c["value"]) for c in tree["main"]["callees"]], [("work", 80), ("idle", 15)])

    def test_tables(self):
        file = self.path / "small.folded"
        file.write_text("main;a,b 60\nmain;=SUM(1) 30\nmain;p|q 10\n")
        rows = list(csv.reader(io.StringIO(run("top", "-csv", "-symbolize=none", file))))
        self.assertEqual(rows[0], ["flat", "flat%", "sum%", "cum", "cum%", "name"])
        self.assertEqual(rows[1], ["60", "60.0000", "60.0000", "60", "60.0000", "a,b"])
        self.assertEqual(rows[2][5], "'=SUM(1)")
        tsv = run("top", "-tsv", "-symbolize=none", file).splitlines()
        self.assertEqual(tsv[1].split("\t"), ["60", "60.0000", "60.0000", "60", "60.0000", "a,b"])
        self.assertEqual(tsv[2].split("\t")[5], "=SUM(1)")
        markdown = run("top", "-markdown", "-symbolize=none", file).splitlines()
        self.assertEqual(markdown[1], "| ---: | ---: | ---: | ---: | ---: | :--- |")
        self.assertIn("p\\|q", markdown[4])
        self.assertIn("has no csv form", subprocess.run(
            [CPROF, "flame", "-csv", str(file)], capture_output=True, text=True).stderr)

    def test_the_name_of_the_output_picks_the_format(self):
        folded = run("folded", TESTDATA / "proto/go-cpu.pb", text=False)
        begins = {"x.svg": b"<?xml", "x.html": b"<!DOCTYPE html>", "x.json": b"{", "x.csv": b"flat,", "x.tsv": b"flat\t",
                  "x.md": b"| flat", "x.dot": b"digraph", "x.png": b"\x89PNG", "x.pdf": b"%PDF", "x.ps": b"%!PS",
                  "x.gif": b"GIF8", "x.jpg": b"\xff\xd8", "x.pb.gz": b"\x1f\x8b", "x.speedscope.json": b"{\n  \"$schema\"",
                  "x.callgrind": b"positions", "x.callgraph.out": b"positions", "x.folded": folded, "x.collapsed": folded,
                  "x.gv": b"digraph", "x.jpeg": b"\xff\xd8", "x.htm": b"<!DOCTYPE html>", "x.pprof": b"\x1f\x8b",
                  "x.txt": run("top", TESTDATA / "proto/go-cpu.pb", text=False)}
        for name, magic in begins.items():
            with self.subTest(name):
                run(TESTDATA / "proto/go-cpu.pb", "-output", self.path / name)
                content = (self.path / name).read_bytes()
                self.assertTrue(content)
                self.assertEqual(content[:len(magic)], magic)
        run("tree", TESTDATA / "proto/go-cpu.pb", "-output", self.path / "tree.json")
        self.assertEqual(json.loads((self.path / "tree.json").read_text())["report"], "tree")

    def viewer(self, name="viewer"):
        """A program that notes what it was called as and with."""
        program = self.path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text("#!/bin/sh\n{ echo \"${0##*/}\"; printf '%s\\n' \"$@\"; } > \"$VIEWED.part\"\n"
                           "/bin/mv \"$VIEWED.part\" \"$VIEWED\"\n")
        program.chmod(0o755)
        return program

    def show(self, *arguments, **env):
        """What a viewer was called as and with, and the file that it was to show."""
        seen = self.path / "seen"
        seen.unlink(missing_ok=True)
        plain = {k: v for k, v in os.environ.items() if k not in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")}
        plain.update(PATH=str(self.path / "bin"), TMPDIR=str(self.path), VIEWED=str(seen), **env)
        done = subprocess.run([CPROF, *map(str, arguments)], capture_output=True, text=True, env=plain)
        self.assertEqual(done.returncode, 0, done.stderr)
        for _ in range(200):
            if seen.exists():
                break
            time.sleep(0.02)
        words = seen.read_text().splitlines()
        self.assertIn(f"Showing {words[-1]} with", done.stderr)
        return words[:-1], pathlib.Path(words[-1])

    def test_each_viewer_is_found_in_the_path(self):
        profile = TESTDATA / "proto/go-cpu.pb"
        for flag, called, suffix, magic in (
                ("-eog", ["eog"], ".svg", b"<?xml"), ("-evince", ["evince"], ".pdf", b"%PDF"),
                ("-gv", ["gv", "--noantialias"], ".ps", b"%!PS"),
                ("-kcachegrind", ["kcachegrind"], ".callgraph.out", b"positions")):
            with self.subTest(flag):
                self.viewer(called[0])
                words, file = self.show(flag, profile)
                self.assertEqual(words, called)
                self.assertTrue(file.name.endswith(suffix))
                self.assertEqual(file.read_bytes()[:len(magic)], magic)
                self.assertEqual(file.parent.stat().st_mode & 0o777, 0o700)

    def test_browsers_are_tried_in_order(self):
        """$BROWSER, browsers by name, and xdg-open on a desktop alone."""
        profile = TESTDATA / "proto/go-cpu.pb"
        self.viewer("xdg-open")
        for desktop in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.assertEqual(self.show("-web", profile, **{desktop: ":7"})[0], ["xdg-open"])
            self.assertEqual(self.show("-eog", profile, **{desktop: ":7"})[0], ["xdg-open"])
        for name in ("sensible-browser", "firefox", "chromium", "google-chrome", "chrome"):
            self.viewer(name)
            self.assertEqual(self.show("-web", profile, DISPLAY=":7")[0], [name])
            words, file = self.show("weblist", ".", profile)
            self.assertEqual((words, file.suffix), ([name], ".html"))
        self.viewer("mine")
        self.assertEqual(self.show("-web", profile, BROWSER="mine --new-window")[0], ["mine", "--new-window"])
        # One that is not there is no reason to show nothing; an empty one says nothing.
        self.assertEqual(self.show("-web", profile, BROWSER="/no/such/browser")[0], ["chrome"])
        self.assertEqual(self.show("-web", profile, BROWSER="  ")[0], ["chrome"])

    def test_a_desktop_alone_shows_nothing(self):
        """Without xdg-open it is told where the file is, and xdg-open without a desktop is not tried."""
        for names, env in (((), {"DISPLAY": ":7"}), (("xdg-open",), {})):
            for name in names:
                self.viewer(name)
            plain = {"PATH": str(self.path / "bin"), "TMPDIR": str(self.path), "VIEWED": str(self.path / "seen"), **env}
            done = subprocess.run([CPROF, "-web", str(TESTDATA / "proto/go-cpu.pb")], capture_output=True, text=True, env=plain)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"set BROWSER.*the file is \S+\.svg")
            self.assertFalse((self.path / "seen").exists())

    def test_a_browser_gets_the_file_and_its_own_arguments(self):
        seen = self.path / "seen"
        run("-web", TESTDATA / "proto/go-cpu.pb",
            env={"BROWSER": f"{self.viewer()} --new $(touch {self.path}/ran)", "TMPDIR": str(self.path),
                 "VIEWED": str(seen)})
        for _ in range(200):
            if seen.exists():
                break
            subprocess.run(["sleep", "0.02"], check=True)
        words = seen.read_text().splitlines()
        self.assertEqual(words[:4], ["viewer", "--new", "$(touch", f"{self.path}/ran)"])
        self.assertTrue(words[4].endswith(".svg"))
        self.assertEqual(pathlib.Path(words[4]).read_bytes()[:5], b"<?xml")
        self.assertFalse((self.path / "ran").exists())

    def test_a_listing_is_shown_kept_or_redirected(self):
        profile, seen = TESTDATA / "proto/go-cpu.pb", self.path / "seen"
        run("weblist", ".", profile, env={"BROWSER": str(self.viewer()), "TMPDIR": str(self.path), "VIEWED": str(seen)})
        for _ in range(100):
            if seen.exists():
                break
            time.sleep(0.05)
        shown = pathlib.Path(seen.read_text().split()[1])
        self.assertEqual(shown.suffix, ".html")
        run("-weblist=.", profile, "-output", self.path / "kept.html")
        with (self.path / "redirected.html").open("wb") as out:
            subprocess.run([CPROF, "weblist", ".", str(profile)], stdout=out, stderr=subprocess.DEVNULL, check=True)
        page = shown.read_text()
        self.assertTrue(page.startswith("<!DOCTYPE html>"))
        self.assertEqual((self.path / "kept.html").read_text(), page)
        self.assertEqual((self.path / "redirected.html").read_text(), page)
        self.assertEqual(json.loads(run("weblist", ".", "-json", profile))["rows"],
                         json.loads(run("list", ".", "-json", profile))["rows"])

    def test_a_listing_tells_once_where_it_looked(self):
        done = subprocess.run([CPROF, "weblist", ".", str(TESTDATA / "proto/go-cpu.pb"), "-output",
                               str(self.path / "x.html")], capture_output=True, text=True, check=True, cwd=self.path)
        self.assertEqual(len([line for line in done.stderr.splitlines() if "looked in" in line]), 1)
        done = subprocess.run([CPROF, "weblist", "no such function", str(TESTDATA / "proto/go-cpu.pb"), "-output",
                               str(self.path / "y.html")], capture_output=True, text=True)
        self.assertEqual((done.returncode, (self.path / "y.html").exists()), (1, False))

    def test_what_matches_but_has_no_value_has_a_page(self):
        file, page = self.path / "zero.folded", self.path / "zero.html"
        file.write_text("main;idle 0\nmain;busy 4\n")
        run("weblist", "^idle$", "-symbolize=none", file, "-output", page)
        self.assertIn("has no value in this profile", page.read_text())
        self.assertNotIn("<section", page.read_text())
        self.assertNotIn("has no value", run("weblist", "^busy$", "-symbolize=none", file, "-output", "/dev/stdout"))
        # A filter takes the sample away: then nothing matches.
        run("weblist", "^idle$", "-symbolize=none", "-ignore=idle", file, "-output", page, status=1)
        run("weblist", "^neither$", "-symbolize=none", file, "-output", page, status=1)

    def test_where_the_file_is_when_nothing_shows_it(self):
        for viewer, suffix in (("-web", ".svg"), ("-eog", ".svg"), ("-evince", ".pdf"), ("-gv", ".ps"),
                               ("-kcachegrind", ".callgraph.out"), ("-weblist=.", ".html")):
            with self.subTest(viewer):
                env = {k: v for k, v in os.environ.items() if k not in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")}
                env.update(PATH=str(self.path), TMPDIR=str(self.path))
                done = subprocess.run([CPROF, viewer, str(TESTDATA / "proto/go-cpu.pb")], capture_output=True,
                                      text=True, env=env)
                self.assertEqual(done.returncode, 1)
                found = re.search(r"the file is (\S+)", done.stderr)
                self.assertTrue(found, done.stderr)
                self.assertTrue(found.group(1).endswith(suffix))
                self.assertTrue(pathlib.Path(found.group(1)).stat().st_size > 0)

    def flame_data(self, picture):
        return json.loads(re.search(r'id="cprof-data">(.*?)</script>', picture.read_text(), re.S).group(1))

    def test_wide_profiles_stay_small_and_say_so(self):
        file = self.path / "wide.folded"
        with file.open("w") as out:
            for i in range(200000):
                out.write(f"main;github.com/acme/p{i % 97}.F{i % 5003};g{i % 1009};leaf.of.a.long.name.{i} 1\n")
        done = subprocess.run([CPROF, "flame", str(file), "-output", str(self.path / "wide.svg")],
                              capture_output=True, text=True, check=True)
        self.assertLess((self.path / "wide.svg").stat().st_size, 5_000_000)
        self.assertRegex(done.stderr, r"^200000 of 200000 stacks end in frames too narrow to show")
        # All stacks weigh the same: none is looked into to be thrown away again.
        self.assertEqual(self.flame_data(self.path / "wide.svg")["depth"], [0, 1])

    def test_what_fills_a_picture_stays_small_too(self):
        """As many frames as there may be, all of them wide enough, with long names that are written long (&lt;)."""
        file, base = self.path / "brick.folded", self.path / "base.folded"
        name = "a::space::of::a::program::Class{}::template<int,unsigned,std::string>::method_{}_{}(const std::string&, std::vector<int>&)"
        for path, weight in ((file, 123456789012), (base, 123456789013)):
            with path.open("w") as out:
                for i in range(400):
                    out.write(";".join(name.format(i, i, d) for d in range(100)) + f" {weight}\n")
        done = subprocess.run([CPROF, "flame", "-symbolize=none", str(file), "-output", str(self.path / "brick.svg")],
                              capture_output=True, text=True, check=True)
        # The root and 399 stacks of 100 frames, and 99 of the last one, are 40000.
        self.assertRegex(done.stderr, r"\b1 of 400 stacks end in frames too narrow to show")
        run("flame", "-symbolize=none", "-diff_base", base, file, "-output", self.path / "diff.svg")
        for picture in ("brick.svg", "diff.svg"):
            self.assertLess((self.path / picture).stat().st_size, 5_000_000)
            data = self.flame_data(self.path / picture)
            self.assertEqual(len(data["depth"]), 40000)
            # No name is whole, and each says so.
            self.assertTrue(all(frame[0].endswith("\u2026") and frame[0].startswith("a::space") for frame in data["frames"]))


if __name__ == "__main__":
    CPROF, TESTDATA = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    unittest.main(argv=sys.argv[:1])
