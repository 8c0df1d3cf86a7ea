#!/usr/bin/env python3
"""Holds the JSON of all reports to docs/json.schema.json.

usage: json_test.py CPROF TESTDATA DOCS

Needs Debian's python3-jsonschema.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema

from features import left_out

CPROF = TESTDATA = DOCS = None
# Reports that are files of other programs, or show one.
OTHERS = {"proto", "merge", "folded", "speedscope", "web", "eog", "evince", "gv", "kcachegrind"}
NO_REPORTS = {"completion", "version", "help"}
PROFILES = ("proto/go-cpu.pb", "proto/node-heap.pb.gz", "proto/recursion.pb.gz", "proto/numlabels.pb.gz",
            "proto/negative.pb.gz", "proto/inlines-columns.pb.gz", "proto/unsymbolized-maps.pb.gz", "proto/names.pb.gz")


def run(*arguments, status=0):
    done = subprocess.run([CPROF, *map(str, arguments)], capture_output=True)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: {done.returncode}, {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


class Json(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads((DOCS / "json.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)
        cls.commands = re.findall(r"^  (\S+)  ", run("help", "commands"), re.M)

    def check(self, *arguments):
        found = json.loads(run(*arguments))
        errors = [f"{'/'.join(map(str, e.path))}: {e.message[:300]}" for e in self.validator.iter_errors(found)]
        self.assertEqual(errors, [], arguments)
        return found

    def test_the_schema_refuses(self):
        """What it is worth: each of these is one step away from a report."""
        good = self.check("top", "-json", TESTDATA / "proto/go-cpu.pb")
        for change in ({"version": 2}, {"schema": "other"}, {"more": 1}, {"total": "4"}, {"report": "flame"}, {"rows": {}},
                       {"rows": [{"name": "f"}]}, {"rows": [{**good["rows"][0], "more": 1}]},
                       {"profile": {**good["profile"], "period": 1.5}}):
            self.assertFalse(self.validator.is_valid({**good, **change}), change)
        for key in good:
            self.assertFalse(self.validator.is_valid({k: v for k, v in good.items() if k != key}), key)

    def test_every_report(self):
        """Those with a shape of their own of many profiles, the others once."""
        shapes = ("top", "tree", "peek", "list", "tags", "dot", "flame", "raw")
        for profile in (TESTDATA / name for name in PROFILES):
            for command in shapes:
                named = command in ("peek", "list")
                if named and profile.name.startswith("unsymbolized"):
                    continue
                for options in ([], ["-lines", "-divide_by=3"], ["-diff_base", TESTDATA / "proto/go-cpu.pb", "-sample_index=0"]):
                    if "-diff_base" in options and (named or not profile.name.endswith("cpu.pb")):
                        continue
                    with self.subTest(profile=profile.name, command=command, options=options):
                        self.check(command, *["."][:named], "-json", "-symbolize=none", *options, profile)
        for command in set(self.commands) - OTHERS - NO_REPORTS - {"disasm", "diff"}:
            named = command in ("peek", "list", "weblist")
            profile = "go/goroutine.debug2.txt" if command == "goroutines" else "proto/comments-dropframes.pb.gz"
            found = self.check(command, *["."][:named], "-json", "-symbolize=none", TESTDATA / profile)
            self.assertEqual(found["report"], command)
            self.assertTrue(found.get("rows", found.get("nodes", found.get("groups"))), command)
        found = self.check("diff", "-json", TESTDATA / "go/series/heap-00.pb.gz", TESTDATA / "go/series/heap-11.pb.gz")
        self.assertEqual(found["report"], "diff")
        dump = TESTDATA / "go/goroutine.debug2.txt"
        self.assertEqual(len(self.check("goroutines", "-json", dump, dump)["dumps"]), 2)

    def test_machine_code(self):
        if "dw" in left_out(CPROF):
            self.skipTest("this build reads no binaries")
        with tempfile.TemporaryDirectory() as folder:
            source, program, profile = (pathlib.Path(folder) / name for name in ("work.c", "work", "work.heap"))
            source.write_text("volatile unsigned sum;\nvoid spin(unsigned n) { sum += n; }\nint main(void) { spin(3); }\n")
            subprocess.run(["cc", "-g", "-O0", "-no-pie", str(source), "-o", str(program)], check=True)
            symbols = subprocess.run(["nm", str(program)], capture_output=True, text=True, check=True).stdout
            spin = int(re.search(r"^(\w+) T spin$", symbols, re.M).group(1), 16)
            profile.write_text(f"heap profile: 1: 1024 [ 1: 1024] @ heapprofile\n1: 1024 [ 1: 1024] @ {spin + 5:#x}\n"
                               f"MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 12 {program}\n")
            found = self.check("disasm", "spin", "-json", profile)
            self.assertGreater(len(found["rows"][0]["instructions"]), 3)

    def test_reports_of_other_programs_say_so(self):
        for command in sorted(OTHERS):
            done = subprocess.run([CPROF, command, "-json", str(TESTDATA / "proto/go-cpu.pb")], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2 if "form" in done.stderr else 1, ""), command)
            self.assertIn("has no json form", done.stderr)

    def test_speedscope(self):
        """What the format's published description asks of a file of sampled profiles."""
        whole = {"type": "integer", "minimum": 0}
        frame = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {
            "name": {"type": "string"}, "file": {"type": "string"}, "line": {"type": "integer"}, "col": {"type": "integer"}}}
        profile = {"type": "object", "required": ["type", "name", "unit", "startValue", "endValue", "samples", "weights"],
                   "additionalProperties": False, "properties": {
                       "type": {"const": "sampled"}, "name": {"type": "string"},
                       "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]},
                       "startValue": {"type": "number"}, "endValue": {"type": "number"},
                       "samples": {"type": "array", "items": {"type": "array", "items": whole}},
                       "weights": {"type": "array", "items": {"type": "number"}}}}
        validator = jsonschema.Draft202012Validator({
            "type": "object", "required": ["$schema", "shared", "profiles"], "additionalProperties": False, "properties": {
                "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
                "shared": {"type": "object", "required": ["frames"], "properties": {"frames": {"type": "array", "items": frame}}},
                "profiles": {"type": "array", "items": profile}, "name": {"type": "string"}, "activeProfileIndex": whole,
                "exporter": {"type": "string"}}})
        for name in PROFILES:
            found = json.loads(run("speedscope", "-symbolize=none", TESTDATA / name))
            self.assertEqual([e.message[:300] for e in validator.iter_errors(found)], [], name)
            self.assertLess(found["activeProfileIndex"], len(found["profiles"]))
            for part in found["profiles"]:
                self.assertEqual(len(part["samples"]), len(part["weights"]))
                self.assertTrue(all(i < len(found["shared"]["frames"]) for stack in part["samples"] for i in stack))

    def test_hostile_names_are_json(self):
        names = ["a\"b", "back\\slash", "</script>", "tab\there", "\x01\x1f", "\u2028line", "\U0001f525", "nul"]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "hostile.folded"
            path.write_bytes("".join(f"{name} 1\n" for name in names).encode() + b"bad\xffbyte 1\n")
            found = self.check("top", "-json", "-symbolize=none", "-trim=false", path)
            self.assertEqual({row["name"] for row in found["rows"]}, {*names, "bad\ufffdbyte"})

    def test_info_tells_what_it_could_read(self):
        done = subprocess.run([CPROF, "info", "-json", str(TESTDATA / "go/cpu.pb.gz"), "/no/such/file",
                               str(TESTDATA / "proto/numlabels.pb.gz")], capture_output=True, text=True)
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, list(self.validator.iter_errors(found))), (1, []))
        self.assertIn("/no/such/file", done.stderr)
        cpu, labels = found["rows"]
        raw = run("raw", "-symbolize=none", TESTDATA / "go/cpu.pb.gz").split("\nSamples:\n")[1].split("\nLocations\n")[0]
        rows = [line for line in raw.split("\n")[1:] if re.match(r"^\s+\d+ +\d+:", line)]
        self.assertEqual((cpu["samples"], cpu["format"], cpu["packing"], cpu["period"]),
                         (len(rows), "profile.proto", "gzip", 10000000))
        self.assertEqual([t["total"] for t in cpu["sample_types"]],
                         [sum(int(row.split(":")[0].split()[i]) for row in rows) for i in (0, 1)])
        self.assertEqual({tag["kind"] for tag in labels["tags"]}, {"text", "number"})
        done = subprocess.run([CPROF, "info", "-csv", str(TESTDATA / "go/cpu.pb.gz")], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("info has no csv form", done.stderr)

    def test_the_documentation_knows_every_key(self):
        def keys(schema):
            if isinstance(schema, dict):
                for name, value in schema.items():
                    if name == "properties":
                        yield from value
                    yield from keys(value)
            elif isinstance(schema, list):
                for value in schema:
                    yield from keys(value)
        said = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]*`", (DOCS / "json.md").read_text()))))
        self.assertEqual(set(keys(self.validator.schema)) - said, set())
        headings = set(re.findall(r"\w+", " ".join(re.findall(r"^\*\*([^*]*)\*\*", (DOCS / "json.md").read_text(), re.M))))
        self.assertEqual(set(self.validator.schema["properties"]["report"]["enum"]), headings)


if __name__ == "__main__":
    CPROF, TESTDATA = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    DOCS = pathlib.Path(sys.argv[3]).resolve()
    unittest.main(argv=sys.argv[:1])
