#!/usr/bin/env python3
"""The check of the layers finds what it is there for."""
import pathlib
import sys
import tempfile
import unittest

import includes


class Includes(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder)
            for name, text in files.items():
                path = source / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return list(includes.problems(source))

    def test_left_may_be_included_by_right(self):
        self.assertEqual(self.check({
            "base/a.h": "#include <stdio.h>\n#include \"cprof/error.h\"\n",
            "graph/g.c": '#include "base/a.h"\n',
        }), [])

    def test_right_may_not_be_included_by_left(self):
        self.assertEqual(self.check({"base/a.c": '\n  # include "graph/g.h"\n', "graph/g.h": ""}),
                         ["base/a.c:2: 'base' must not include 'graph/g.h'"])

    def test_neighbours_are_apart(self):
        found = self.check({
            "input/i.c": '#include "transform/t.h"\n', "transform/t.h": "",
            "tui/t.c": '#include <web/w.h>\n', "web/w.h": "",
            "cli/main.c": '#include "web/w.h"\n',
        })
        self.assertEqual(found, ["input/i.c:1: 'input' must not include 'transform/t.h'",
                                 "tui/t.c:1: 'tui' must not include 'web/w.h'"])

    def test_ways_around(self):
        found = self.check({
            "base/a.c": '#include "../graph/g.h"\n#include "b.h"\n',
            "base/b.h": "", "graph/g.h": "", "other/x.c": "",
        })
        self.assertEqual(found, ["base/a.c:1: includes '../graph/g.h' by a relative path",
                                 "base/a.c:2: includes 'b.h' without its module",
                                 "other/x.c: 'other' is no module"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
