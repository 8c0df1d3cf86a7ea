#!/usr/bin/env python3
"""Installs the build, and makes a program of the example in the public header with what pkg-config says.

usage: installed.py CMAKE BUILD CC PKG-CONFIG SOURCE
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

cmake, build, cc, pkg_config, source = sys.argv[1:]
source = pathlib.Path(source)
header = (source / "include/cprof/cprof.h").read_text()
example = "\n".join(re.findall(r"^ \*     (.*)$", header, re.M))
assert "cprof_open" in example, example

with tempfile.TemporaryDirectory(prefix="cprof-installed-") as folder:
    subprocess.run([cmake, "--install", build, "--prefix", folder], check=True, stdout=subprocess.DEVNULL)
    found = [str(p.parent) for p in pathlib.Path(folder).rglob("cprof.pc")]
    flags = subprocess.run([pkg_config, f"--define-variable=prefix={folder}", "--cflags", "--libs", "cprof"], check=True,
                           capture_output=True, text=True, env=dict(os.environ, PKG_CONFIG_PATH=":".join(found))).stdout
    program = pathlib.Path(folder, "example.c")
    program.write_text("#include <cprof/cprof.h>\nint main(void) {\n" + example + "\nreturn 0;\n}\n")
    subprocess.run([cc, "-Wall", "-Wextra", "-Werror", program, "-o", f"{folder}/example", *shlex.split(flags)], check=True)
    heap = source / "tests/testdata/go/heap.small.pb.gz"
    os.symlink(heap, f"{folder}/heap.pb.gz")
    shown = subprocess.run([f"{folder}/example"], check=True, capture_output=True, text=True, cwd=folder)
    assert shown.stderr == "" and "flat%   sum%        cum" in shown.stdout, shown
    installed = subprocess.run([f"{folder}/bin/cprof", "top", "20", "-cum", heap], check=True, capture_output=True, text=True)
    assert installed.stdout == shown.stdout, (installed.stdout, shown.stdout)
