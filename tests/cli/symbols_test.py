#!/usr/bin/env python3
"""Where binaries are looked for, and what the reports say once they are found.

usage: symbols_test.py CPROF FOLDER-OF-SAMPLES SOURCE
"""
import os
import pathlib
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

from features import left_out
from small_profile import profile

CPROF = os.path.abspath(sys.argv.pop(1))
SAMPLES = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCE = sys.argv.pop(1)
PIE = SAMPLES / "sample_pie"
BUILD_ID = "c0ffee00112233445566778899aabbccddeeff01"
BASE = 0x555555554000


class Elf:
    """Symbols and the segment of the code, of a 64-bit little-endian file."""

    def __init__(self, path):
        b = pathlib.Path(path).read_bytes()
        phoff, shoff = struct.unpack_from("<QQ", b, 32)
        phsize, phnum, shsize, shnum = struct.unpack_from("<HHHH", b, 54)
        for i in range(phnum):
            kind, flags, offset, address, _, _, size = struct.unpack_from("<IIQQQQQ", b, phoff + i * phsize)
            if kind == 1 and flags & 1:
                self.start, self.offset = address & ~0xFFF, offset & ~0xFFF
                self.limit = (address + size + 0xFFF) & ~0xFFF
        self.symbols = {}
        sections = [struct.unpack_from("<IIQQQQIIQQ", b, shoff + i * shsize) for i in range(shnum)]
        for section in sections:
            if section[1] != 2:
                continue
            names = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", b, at)
                self.symbols[b[names + name : b.index(0, names + name)].decode()] = value


def zeros_packed(size):
    """A compressed section of that many zeros, with its header."""
    packer, chunk = zlib.compressobj(1), b"\0" * (16 << 20)
    out = b"".join(packer.compress(chunk) for _ in range(size // len(chunk)))
    return struct.pack("<IIQQ", 1, 0, size, 1) + out + packer.flush()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cprof-symbols-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.root = self.dir / "root"
        self.root.mkdir()
        self.elf = Elf(PIE)

    def write(self, file="/opt/app/prog", build_id="", symbol="xi"):
        m = {"start": BASE + self.elf.start, "limit": BASE + self.elf.limit, "offset": self.elf.offset}
        path = self.dir / "p.pb"
        path.write_bytes(profile([BASE + self.elf.symbols[symbol]], dict(m, file=file, build_id=build_id)))
        return path

    def run_cprof(self, *args, **env):
        whole = dict(os.environ, HOME=str(self.dir / "home"), LC_ALL="C.UTF-8", TZ="UTC", **env)
        whole.pop("PPROF_BINARY_PATH", None) if "PPROF_BINARY_PATH" not in env else None
        done = subprocess.run([CPROF, *map(str, args)], capture_output=True, env=whole, timeout=120, cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def put(self, where, what=PIE):
        path = self.root / where
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(what, path)
        return path

    def assert_symbols(self, out):
        for line in (f"inner {SOURCE}:3", f"middle {SOURCE}:7", f"outer {SOURCE}:12"):
            self.assertIn(line, out)

    def found(self, file="/opt/app/prog", build_id="", path=None):
        out, err = self.run_cprof("raw", self.write(file, build_id), PPROF_BINARY_PATH=str(path or self.root))
        return "inner" in out, out, err


class Search(Case):
    def test_places(self):
        for where, build_id in (
            ("prog", ""),
            ("opt/app/prog", ""),
            ("opt/app/prog.debug", ""),
            ("opt/app/.debug/prog.debug", ""),
            ("usr/lib/debug/opt/app/prog.debug", ""),
            (f"{BUILD_ID}/prog", BUILD_ID),
            (f"{BUILD_ID}/other-name", BUILD_ID),
            (f"opt/app/prog/{BUILD_ID}", BUILD_ID),
            (f"{BUILD_ID[:2]}/{BUILD_ID[2:]}.debug", BUILD_ID),
        ):
            with self.subTest(where=where):
                path = self.put(where)
                good, out, _ = self.found(build_id=build_id)
                self.assertTrue(good, out)
                self.assertIn(f" {path} ", out.replace("\n", " \n"))
                self.assert_symbols(out)
                shutil.rmtree(self.root)
                self.root.mkdir()

    def test_nothing_is_found_where_nothing_is(self):
        good, _, err = self.found()
        self.assertFalse(good)
        self.assertIn("PPROF_BINARY_PATH", err)

    def test_several_roots_and_the_standard_one(self):
        self.put("prog")
        self.assertTrue(self.found(path=f"{self.dir}/none:{self.root}")[0])
        home = self.dir / "home/pprof/binaries"
        home.mkdir(parents=True)
        shutil.copy(PIE, home / "prog")
        out, _ = self.run_cprof("raw", self.write())
        self.assert_symbols(out)

    def test_a_wrong_build_id_is_passed_over(self):
        self.put("prog", SAMPLES / "sample_fixed")
        path = self.put("opt/app/prog")
        good, out, err = self.found(build_id=BUILD_ID)
        self.assertTrue(good)
        self.assertIn(str(path), out)
        self.assertIn("prog is passed over", err)

    def test_names_do_not_lead_out(self):
        """The root's neighbour has what the name says; only the root is looked in."""
        outside = self.dir / "outside"
        outside.mkdir()
        shutil.copy(PIE, outside / "prog")
        (self.root / "a").mkdir()
        for file, build_id in (
            ("../outside/prog", ""),
            ("/../outside/prog", ""),
            ("a/../../outside/prog", ""),
            ("prog", "../outside"),
            ("outside/..", "prog"),
            ("/x/prog", ".."),
        ):
            with self.subTest(file=file, build_id=build_id):
                self.assertFalse(self.found(file, build_id)[0])

    def test_names_are_no_patterns(self):
        self.put("abc/prog")
        self.assertFalse(self.found("/x/*", "")[0])
        self.assertFalse(self.found("/x/y", "*")[0])

    def test_odd_files_in_the_way(self):
        os.mkfifo(self.root / "prog")
        self.assertFalse(self.found()[0])
        (self.root / "prog").unlink()
        (self.root / "prog").mkdir()
        self.assertFalse(self.found()[0])
        (self.root / "prog").rmdir()
        (self.root / "prog").symlink_to("/dev/zero")
        self.assertFalse(self.found()[0])


class Modes(Case):
    def test_binary_in_front(self):
        out, _ = self.run_cprof("raw", PIE, self.write())
        self.assert_symbols(out)

    def test_build_id_by_option(self):
        path = self.put(f"{BUILD_ID}/x")
        out, _ = self.run_cprof("raw", "-buildid", BUILD_ID, PIE, self.write(), PPROF_BINARY_PATH=str(self.root))
        self.assertIn(BUILD_ID, out)
        self.assertTrue(path.exists())

    def test_symbolize(self):
        for mode, inner, outer in (
            ("none", False, False),
            ("remote", False, False),
            ("fastlocal", False, True),
            ("local", True, True),
            ("", True, True),
            ("force", True, True),
        ):
            with self.subTest(mode=mode):
                out, _ = self.run_cprof("raw", f"-symbolize={mode}", PIE, self.write(symbol="outer"))
                self.assertEqual("sample.c" in out, inner)
                self.assertEqual("outer" in out, outer)

    def test_unknown_mode_is_named(self):
        _, err = self.run_cprof("raw", "-symbolize=lokal", PIE, self.write())
        self.assertIn('"lokal"', err)

    def test_list_shows_source(self):
        out, _ = self.run_cprof("list", "inner", PIE, self.write())
        self.assertIn("nop", out)
        self.assertIn(SOURCE, out)

    def test_disasm(self):
        out, _ = self.run_cprof("disasm", "outer", PIE, self.write(symbol="outer"))
        self.assertRegex(out, r"1ns +1ns +[0-9a-f]+: nop +;outer .*sample.c:11")

    def test_disasm_in_colours(self):
        args = ("disasm", "outer", PIE, self.write(symbol="outer"))
        plain, _ = self.run_cprof(*args)
        coloured, _ = self.run_cprof(*args, "-color=always", TERM="xterm-256color")
        hot, faint, end = "\x1b[1;38;5;196m", "\x1b[38;5;245m", "\x1b[0m"
        self.assertNotIn("\x1b", plain)
        self.assertEqual(re.sub("\x1b\\[[0-9;]*m", "", coloured), plain)
        self.assertIn("\n\x1b[1mROUTINE ======================== outer" + end + "\n", coloured)
        self.assertIn(f"\n{hot}       1ns{end} {hot}       1ns{end} (flat, cum)", coloured)
        pattern = f"\n{hot}       1ns{end} {hot}       1ns{end}{faint} +[0-9a-f]+:{end} nop +{faint};outer .*:11{end}\n"
        self.assertRegex(coloured, pattern.replace("[1;", r"\[1;").replace("[38", r"\[38").replace("[0m", r"\[0m"))
        self.assertIn(f"\n{faint}         .{end} ", coloured)

    @unittest.skipIf("capstone" in left_out(CPROF), "this build has no capstone")
    @unittest.skipUnless(shutil.which("objdump"), "there is no objdump to compare with")
    def test_disasm_without_objdump(self):
        """The same rows, but for how operands are written."""
        for intel in ((), ("-intel_syntax",)):
            args = ("disasm", *intel, "outer", PIE, self.write(symbol="outer"))
            objdump, _ = self.run_cprof(*args)
            empty = self.dir / "empty"
            empty.mkdir(exist_ok=True)
            capstone, _ = self.run_cprof(*args, PATH=str(empty))
            self.assertEqual(len(capstone.splitlines()), len(objdump.splitlines()))
            pattern = r"([0-9a-f]+): (\w+)[^;\n]*(;.*)?$"
            rows = re.findall(pattern, objdump, re.M)
            self.assertGreaterEqual(len(rows), 3)
            self.assertTrue(any("outer" in where and ":11" in where for _, _, where in rows), objdump)
            strip = lambda rows: [(a, re.sub(r"q$", "", name), where) for a, name, where in rows]
            self.assertEqual(strip(re.findall(pattern, capstone, re.M)), strip(rows))

    def test_tools(self):
        """A folder's own objdump is asked before the one on PATH; nothing but its exact name is run."""
        folder = self.dir / "a tool; $(touch oops)"
        folder.mkdir()
        tool = folder / "objdump"
        start = self.elf.symbols["outer"]
        tool.write_text(f"#!/bin/sh\nprintf 'outer():\\n/x/y.c:5\\n  {start:x}:\\tours %s\\n' \"$1\"\n")
        tool.chmod(0o755)
        path = self.write(symbol="outer")
        for tools, ours in (
            (f"objdump:{folder}", True),
            (f"{folder}", True),
            (f"nm:/usr/bin,/nowhere,objdump:{folder},/else", True),
            (f"nm:{folder}", False),
            ("", False),
            (",,:,objdump:", False),
        ):
            with self.subTest(tools=tools):
                out, _ = self.run_cprof("disasm", f"-tools={tools}", "outer", PIE, path)
                self.assertEqual("ours --disassemble" in out, ours, out)
                out, _ = self.run_cprof("disasm", "outer", PIE, path, PPROF_TOOLS=tools)
                self.assertEqual("ours --disassemble" in out, ours, out)
        self.assertFalse((self.dir / "oops").exists())

    @unittest.skipIf(os.environ.get("CPROF_SANITIZED"), "sanitizers cannot be bounded")
    def test_a_bomb_takes_no_more_memory_than_it_may(self):
        """A section that unpacks to 3 GB, in a file of 3 MB: the symbol table still has the names."""
        packed = (SAMPLES / "sample_packed").read_bytes()
        bomb = zeros_packed(3 << 30)
        header = bytearray(packed[:64])
        sections, size, count, names = *struct.unpack_from("<Q", header, 40), *struct.unpack_from("<HHH", header, 58)
        table = bytearray(packed[sections : sections + size * count])
        text = struct.unpack_from("<Q", table, names * size + 24)[0]
        for i in range(count):
            at = text + struct.unpack_from("<I", table, i * size)[0]
            if packed[at : packed.index(0, at)] == b".debug_info":
                struct.pack_into("<QQ", table, i * size + 24, len(packed) + len(table), len(bomb))
        struct.pack_into("<Q", header, 40, len(packed))
        (self.root / "prog").write_bytes(header + packed[64:] + table + bomb)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        out, _ = self.run_cprof(
            "raw", "-max_memory=100MB", self.write(symbol="outer"), PPROF_BINARY_PATH=str(self.root)
        )
        self.assertIn("outer", out)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak, max(before, 600 << 10))

    def test_a_broken_binary_is_a_note(self):
        for size in (4, 64, 100):
            (self.root / "prog").write_bytes(PIE.read_bytes()[:size])
            good, _, err = self.found()
            self.assertFalse(good)
            self.assertTrue(err.strip())


if __name__ == "__main__":
    unittest.main()
