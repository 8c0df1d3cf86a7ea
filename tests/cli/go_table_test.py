#!/usr/bin/env python3
"""Go programs without debug information: the names and lines are those that the same program's DWARF has.

usage: go_table_test.py CPROF GO
"""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

from small_profile import profile

CPROF = os.path.abspath(sys.argv.pop(1))
GO = sys.argv.pop(1)

PROGRAM = """package main

import "os"

type shape interface{ area(n int) int }
type square struct{ side int }

//go:noinline
func (s *square) area(n int) int {
	if n == 0 {
		return s.side * s.side
	}
	return n +
		first(n)
}

//go:noinline
func first(n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		sum += second(i)
	}
	return sum
}

//go:noinline
func second(n int) int {
	if n%3 == 0 {
		return n * 7
	}

	f := func(k int) int { return k ^ n }
	return pass(f, n) - 1
}

//go:noinline
func pass(f func(int) int, n int) int {
	return f(n)
}

func main() {
	var s shape = &square{len(os.Args)}
	os.Exit(s.area(len(os.Args)) & 1)
}
"""


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="cprof-go-table-")
        cls.addClassCleanup(folder.cleanup)
        cls.dir = pathlib.Path(folder.name)
        (cls.dir / "main.go").write_text(PROGRAM)
        (cls.dir / "go.mod").write_text("module example.com/table\n\ngo 1.16\n")

    def build(self, name, *args):
        built = subprocess.run([GO, "build", "-o", name, *args], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(built.returncode, 0, built.stderr)
        return self.dir / name

    def cprof(self, *args):
        env = dict(os.environ, HOME=str(self.dir), LC_ALL="C.UTF-8", TZ="UTC")
        done = subprocess.run([CPROF, *map(str, args)], capture_output=True, env=env, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertNotIn(b"crashed", done.stderr)
        self.assertNotIn(b"Sanitizer", done.stderr)
        return done.stdout.decode(errors="replace")

    def addresses(self, binary):
        """Each byte of the functions that nothing is inlined in, as the symbol table has them."""
        table = subprocess.run([GO, "tool", "nm", "-n", "-size", binary], capture_output=True, text=True, check=True)
        found = []
        for line in table.stdout.splitlines():
            m = re.match(r" *([0-9a-f]+) +(\d+) T main\.(first|second|pass|\(\*square\)\.area|second\.func1)$", line)
            if m:
                found += range(int(m[1], 16), int(m[1], 16) + int(m[2]))
        self.assertGreater(len(found), 200)
        return found

    def frames(self, binary, path):
        """Of each location: function, file and line."""
        rows = re.findall(r"^ *\d+: 0x[0-9a-f]+ M=1 (\S+) (\S+):(\d+):\d+ s=", self.cprof("raw", binary, path), re.M)
        return [(name, file, int(line)) for name, file, line in rows]

    def compare(self, *args):
        kind = "-".join(args).replace("=", "") or "plain"
        whole, bare = self.build(kind, *args), self.build(kind + "-bare", "-ldflags=-s -w", *args)
        sections = subprocess.run(["readelf", "-SW", bare], capture_output=True, text=True).stdout
        self.assertNotIn("debug_info", sections)
        addresses = self.addresses(whole)
        path = self.dir / "p.pb"
        path.write_bytes(profile(addresses))
        expected = self.frames(whole, path)
        got = self.frames(bare, path)
        self.assertEqual(len(expected), len(addresses))
        self.assertEqual(got, expected)
        self.assertEqual({name for name, _, _ in got} >= {"main.first", "main.pass", "main.(*square).area"}, True)
        self.assertEqual({file for _, file, _ in got}, {str(self.dir / "main.go")})
        return bare, addresses


def varint(n):
    return bytes([n]) if n < 0x80 else bytes([n & 0x7F | 0x80]) + varint(n >> 7)


def steps(pairs, quantum):
    """A table of values: (value, bytes of code that it holds for)."""
    out, last = b"", -1
    for value, size in pairs:
        delta = value - last
        out += varint(delta << 1 if delta >= 0 else (-delta << 1) - 1) + varint(size // quantum)
        last = value
    return out + b"\0"


def go_table(version, order, pointer, quantum, text):
    """Two functions: first, 0x40 bytes at text, lines 7 and 300 of a.go, then line 5 of b.go; second, 0x20
    bytes, line 9 of b.go.  As the headers of debug/gosym and runtime/symtab.go have it."""
    number = lambda n, size: n.to_bytes(size, order)
    word = lambda n: number(n, pointer)
    old, relative = version == 2, version >= 18
    entry = 4 if relative else pointer
    magic = {2: 0xFFFFFFFB, 16: 0xFFFFFFFA, 18: 0xFFFFFFF0, 20: 0xFFFFFFF1}[version]
    head = number(magic, 4) + b"\0\0" + bytes([quantum, pointer]) + word(2)
    names, files = b"\0main.first\0main.second\0", b"\0/src/a.go\0/src/b.go\0"
    name_at, file_at = (1, 12), (1, 11)
    tables = [
        steps([(0, 0x30), (1, 0x10)], quantum),
        steps([(7, 0x10), (300, 0x20), (5, 0x10)], quantum),
        steps([(1, 0x20)], quantum),
        steps([(9, 0x20)], quantum),
    ]
    pcs = b"\0" + b"".join(tables)
    pc_at = [1 + sum(map(len, tables[:i])) for i in range(4)]

    def records(start, names_start, pcs_start):
        """The list of functions with its records behind it, for a list that offsets count from `start` before."""
        row, out, rows = 2 * entry, b"", b""
        size = 5 * entry + (4 if old else 0)
        size += -size % 8
        for i, begin in enumerate((0, 0x40)):
            base = begin if relative else text + begin
            rows += number(base, entry) + number(start + size + len(out), entry)
            out += number(base, entry)
            fields = [names_start + name_at[i], 0, 0, 0, pcs_start + pc_at[2 * i], pcs_start + pc_at[2 * i + 1]]
            fields += [0, 0] + ([6 + i] if version == 20 else []) + [0]
            out += b"".join(number(n, 4) for n in fields)
        rows += number(0x60 if relative else text + 0x60, entry)
        assert len(rows) == 2 * row + entry
        return rows, size, out

    if old:
        start = len(head)
        rows, size, out = records(start, 0, 0)
        names_start = start + size + len(out)
        pcs_start = names_start + len(names)
        files_start = pcs_start + len(pcs)
        list_start = files_start + len(files)
        rows, size, out = records(start, names_start, pcs_start)
        rows = (rows + number(list_start, 4)).ljust(size, b"\0")
        listed = b"".join(number(n, 4) for n in (files_start + file_at[0], files_start + file_at[1]))
        return head + rows + out + names + pcs + files + listed
    rows, size, out = records(0, 0, 0)
    units = b"".join(number(n, 4) for n in file_at)
    parts = [names, units, files, pcs, rows.ljust(size, b"\0") + out]
    head += word(2) + (word(text) if relative else b"")
    at = len(head) + 5 * pointer
    for part in parts:
        head += word(at)
        at += len(part)
    return head + b"".join(parts)


def elf(order, table, text):
    """A 64-bit ELF file with code at offset 0x1000, the table and nothing else."""
    number = lambda n, size: n.to_bytes(size, order)
    names = b"\0.text\0.gopclntab\0.shstrtab\0"
    code = b"\x90" * 0x60
    at_table = 0x1000 + len(code)
    at_names = at_table + len(table)
    at_sections = at_names + len(names) + 8
    at_sections -= at_sections % 8

    def section(name, kind, flags, address, offset, size):
        fields = ((name, 4), (kind, 4), (flags, 8), (address, 8), (offset, 8), (size, 8), (0, 4), (0, 4), (1, 8), (0, 8))
        return b"".join(number(n, size) for n, size in fields)

    head = b"\x7fELF" + bytes([2, 1 if order == "little" else 2, 1]) + b"\0" * 9
    machine = 62 if order == "little" else 22
    for n, size in ((2, 2), (machine, 2), (1, 4), (text, 8), (64, 8), (at_sections, 8), (0, 4)):
        head += number(n, size)
    for n in (64, 56, 1, 64, 4, 3):
        head += number(n, 2)
    head += number(1, 4) + number(5, 4)
    for n in (0, text - 0x1000, text - 0x1000, at_names, at_names, 0x1000):
        head += number(n, 8)
    content = head.ljust(0x1000, b"\0") + code + table + names
    return (
        content.ljust(at_sections, b"\0") + section(0, 0, 0, 0, 0, 0) + section(1, 1, 6, text, 0x1000, len(code))
        + section(7, 1, 2, text - 0x1000 + at_table, at_table, len(table)) + section(18, 3, 0, 0, at_names, len(names))
    )


class Versions(Case):
    """Tables of all versions, in both byte orders and both sizes of addresses."""

    EXPECTED = [
        (0x00, "main.first", "/src/a.go", 7),
        (0x0C, "main.first", "/src/a.go", 7),
        (0x10, "main.first", "/src/a.go", 300),
        (0x2C, "main.first", "/src/a.go", 300),
        (0x30, "main.first", "/src/b.go", 5),
        (0x3C, "main.first", "/src/b.go", 5),
        (0x40, "main.second", "/src/b.go", 9),
        (0x5C, "main.second", "/src/b.go", 9),
    ]

    def each(self):
        for version in (2, 16, 18, 20):
            for order in ("little", "big"):
                for pointer in (4, 8):
                    for quantum in (1, 4):
                        yield version, order, pointer, quantum

    def test_all(self):
        text = 0x401000
        binary, path = self.dir / "made", self.dir / "made.pb"
        path.write_bytes(profile([text + at for at, *_ in self.EXPECTED]))
        for kind in self.each():
            with self.subTest(kind=kind):
                binary.write_bytes(elf(kind[1], go_table(*kind, text), text))
                self.assertEqual(self.frames(binary, path), [row[1:] for row in self.EXPECTED])

    def test_outside(self):
        text = 0x401000
        binary, path = self.dir / "made", self.dir / "made.pb"
        path.write_bytes(profile([text - 1, text + 0x60, 1, 0xFFFFFFFFFFFFFFFF]))
        for kind in self.each():
            binary.write_bytes(elf(kind[1], go_table(*kind, text), text))
            self.assertEqual(self.frames(binary, path), [])

    def test_damaged(self):
        text = 0x401000
        binary, path = self.dir / "made", self.dir / "made.pb"
        path.write_bytes(profile([text + at for at, *_ in self.EXPECTED]))
        random.seed(21)
        for kind in self.each():
            table = go_table(*kind, text)
            for i in range(12):
                copy = bytearray(table[: random.randrange(len(table))] if i % 4 == 0 else table)
                for _ in range(i % 4):
                    copy[random.randrange(len(copy))] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
                binary.write_bytes(elf(kind[1], bytes(copy), text))
                self.assertIn("Locations", self.cprof("raw", binary, path))


class Table(Case):
    def test_names_and_lines(self):
        self.compare()

    def test_position_independent(self):
        self.compare("-buildmode=pie")

    def test_names_alone(self):
        bare, addresses = self.compare()
        path = self.dir / "q.pb"
        path.write_bytes(profile(addresses))
        out = self.cprof("raw", "-symbolize=fastlocal", bare, path)
        self.assertIn("main.second.func1", out)
        self.assertNotIn("main.go", out)

    def test_disassembly(self):
        bare, addresses = self.compare()
        path = self.dir / "q.pb"
        path.write_bytes(profile(addresses))
        self.assertRegex(self.cprof("disasm", "main.pass", bare, path), r"ROUTINE =+ main\.pass\n")

    def test_damaged_tables(self):
        """Wrong bytes anywhere in the table: some names are lost; nothing else is."""
        bare, addresses = self.compare()
        path = self.dir / "q.pb"
        path.write_bytes(profile(addresses[::7]))
        sections = subprocess.run(["readelf", "-SW", bare], capture_output=True, text=True, check=True).stdout
        row = re.search(r"\.gopclntab +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)", sections)
        start, size = int(row[1], 16), int(row[2], 16)
        whole = bare.read_bytes()
        broken = self.dir / "broken"
        random.seed(20)
        for i in range(60):
            copy = bytearray(whole)
            for _ in range(1 + i % 40):
                at = random.randrange(80) if i % 2 else random.randrange(size)
                copy[start + at] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
            broken.write_bytes(copy)
            self.assertIn("Locations", self.cprof("raw", broken, path))


if __name__ == "__main__":
    unittest.main()
