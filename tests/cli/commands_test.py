#!/usr/bin/env python3
"""Runs the program as people do, and looks at what it prints, writes and returns.

usage: commands_test.py CPROF TESTDATA
"""
import functools
import gzip
import http.server
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CPROF = os.path.abspath(sys.argv.pop(1))
TESTDATA = pathlib.Path(sys.argv.pop(1)).resolve()
HEAP = str(TESTDATA / "go" / "heap.small.pb.gz")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def field(number, payload):
    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def profile(name, value=5, types=(b"samples",)):
    """A profile.proto with one sample of one function."""
    strings = [b"", b"count", name] + list(types)
    data = b""
    for i in range(len(types)):
        data += field(1, field(1, 3 + i) + field(2, 1))
    data += field(2, field(1, varint(1)) + field(2, varint(value) * len(types)))
    data += field(4, field(1, 1) + field(4, field(1, 1) + field(2, 7)))
    data += field(5, field(1, 1) + field(2, 2) + field(4, 2))
    return data + b"".join(field(6, s) for s in strings)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cprof-cli-")
        self.addCleanup(self.folder.cleanup)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.folder.name, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def path(self, name, data=None):
        path = os.path.join(self.folder.name, name)
        if data is not None:
            pathlib.Path(path).write_bytes(data)
        return path

    def run_cprof(self, *args, stdin=b"", **more):
        return subprocess.run([CPROF, *args], input=stdin, capture_output=True, cwd=self.folder.name,
                              env=self.env, timeout=60, **more)

    def good(self, *args, stdin=b""):
        done = self.run_cprof(*args, stdin=stdin)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        return done.stdout.decode()

    def bad(self, status, *args, stdin=b""):
        """Fails with one clear line, and prints no report."""
        done = self.run_cprof(*args, stdin=stdin)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("cprof: "), lines)
        return lines[0]


class Grammar(Case):
    def test_words_and_flags_mean_the_same(self):
        want = self.good("top", "3", HEAP)
        self.assertIn("main.init", want)
        for args in (["-top", "3", HEAP], ["-top", "-nodecount=3", HEAP], ["--top", "--nodecount", "3", HEAP],
                     ["top", HEAP, "-nodecount", "3"], ["-nodecount=3", "top", HEAP], ["top3", HEAP],
                     ["text", "3", HEAP]):
            self.assertEqual(self.good(*args), want, args)
        self.assertEqual(self.good("top", "3", "-", stdin=pathlib.Path(HEAP).read_bytes()), want)

    def test_a_file_called_like_a_command(self):
        self.path("top", pathlib.Path(HEAP).read_bytes())
        self.assertIn("main.init", self.good("top", "./top"))
        self.bad(2, "top")

    def test_help(self):
        for args in (["-h"], ["--help"], ["help"]):
            self.assertIn("cprof top 20 heap.pb.gz", self.good(*args))
        self.assertEqual(self.good("help", "top"), self.good("top", "-h"))
        self.assertIn("granularity", self.good("help", "lines"))
        self.bad(2, "help", "nonesuch")
        done = self.run_cprof()
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        self.assertIn(b"cprof top 20 heap.pb.gz", done.stderr)

    def test_version(self):
        self.assertRegex(self.good("--version"), r"^cprof \d+\.\d+\.\d+\n  zlib \d")
        self.assertEqual(self.good("version"), self.good("-version"))

    def test_completion(self):
        script = self.path("complete.bash", self.good("completion", "bash").encode())
        self.path("two words.pb", b"")
        for words, wanted in (("-nodec", "-nodecount"), ("--nodec", "--nodecount"), ("-sort ''", "cum|flat"),
                              ("-sort =", "cum|flat"), ("--sort = c", "cum"), ("topp", "topproto"),
                              ("top topp", ""), ("help nodef", "nodefraction"), ("completion ''", "bash|zsh|fish"),
                              ("top two", "two words.pb")):
            line = f'source {script}; COMP_WORDS=(cprof {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _cprof;' \
                   'IFS="|"; echo "${COMPREPLY[*]}"'
            done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, cwd=self.folder.name)
            self.assertEqual((done.stdout, done.stderr), (wanted + "\n", ""), words)
        self.bad(2, "completion", "tcsh")

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_completion_of_fish(self):
        script = self.path("complete.fish", self.good("completion", "fish").encode())
        for words, wanted in (("-nodec", "-nodecount"), ("top -sort c", "cum"), ("topp", "topproto"),
                              ("help nodef", "nodefraction"), ("completion z", "zsh")):
            done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C 'cprof {words}'"],
                                  capture_output=True, text=True, check=True, cwd=self.folder.name, env=self.env)
            self.assertEqual(done.stdout.split("\t")[0].strip(), wanted, words)

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_completion_of_zsh_can_be_read(self):
        script = self.path("_cprof", self.good("completion", "zsh").encode())
        line = f"autoload -U compinit; compinit -u -D; source {script}; echo $_comps[cprof]; functions _cprof >/dev/null"
        done = subprocess.run(["zsh", "-f", "-c", line], capture_output=True, text=True, env=self.env)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "_cprof\n", ""))


class Errors(Case):
    def test_http_says_what_to_use_instead(self):
        said = self.bad(1, "-http=:8080", HEAP)
        self.assertIn("cprof: -http: cprof serves no web pages", said)
        for command, name in (("flame", "x.html"), ("svg", "x.svg")):
            self.assertIn(f'"cprof {command} FILE -output {name}"', said)
        self.assertEqual(self.run_cprof("flame", HEAP, "-output", "x.html").returncode, 0)
        self.assertGreater(os.path.getsize(self.path("x.html")), 1000)

    def test_a_file_that_becomes_shorter_is_said(self):
        path = self.path("big.folded")
        for _ in range(20):  # until it is cut off while it is read
            with open(path, "wb") as file:
                file.write(b"main;work;more 7\n" * (4 << 20))
            process = subprocess.Popen([CPROF, "top", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while process.poll() is None:
                try:
                    if path in pathlib.Path(f"/proc/{process.pid}/maps").read_text():
                        os.truncate(path, 0)
                        break
                except OSError:
                    break
            out, err = process.communicate(timeout=60)
            if process.returncode != 0:
                break
        self.assertEqual((process.returncode, out, err), (1, "", f"cprof: {path}: became shorter while it was read\n"))

    def test_bytes_behind_the_data_are_said_with_the_file(self):
        data = pathlib.Path(HEAP).read_bytes()
        path = self.path("junk.pb.gz", data + b"junk")
        done = self.run_cprof("top", path)
        self.assertEqual((done.returncode, done.stdout), (0, self.good("top", HEAP).encode()))
        self.assertEqual(done.stderr.decode(), f"{path}: gzip: what follows the compressed data, from byte {len(data)} on,"
                                               " is ignored\n")
        self.good("top", self.path("padded.pb.gz", data + bytes(1000)))

    def test_a_file_that_may_not_grow(self):
        path = self.path("kept.txt", b"old")
        limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (100, 100))
        done = self.run_cprof("tree", HEAP, "-output", path, preexec_fn=limit)
        self.assertEqual((done.returncode, done.stderr.decode()), (1, f"cprof: {path}: write: File too large\n"))
        self.assertEqual(os.listdir(self.folder.name), ["kept.txt"])
        self.assertEqual(pathlib.Path(path).read_bytes(), b"old")

    def test_wrong_usage(self):
        self.assertIn("did you mean -nodecount?", self.bad(2, "top", "-nodecuont=3", HEAP))
        self.assertIn("no profile given", self.bad(2, "top"))
        self.assertEqual(self.bad(2, "tpo", HEAP), "cprof: there is no command and no file tpo; did you mean top?")
        self.assertEqual(self.bad(2, "help", "tpo"), 'cprof: "tpo" is no command and no option; did you mean top?')
        self.assertEqual(self.bad(2, "list", "x"), "cprof: no profile given to list: cprof list RE [options] SOURCE…")
        self.assertIn('"cprof help commands"', self.bad(2, "help", "nonesuch"))
        self.assertIn("-focus RE: ", self.good("help", "-focus"))
        self.assertIn("one report at a time", self.bad(2, "-top", "-tree", HEAP))
        self.assertIn("alloc_space", self.bad(2, "top", "-sample_index=cpu", HEAP))
        self.assertIn("divide_by", self.bad(2, "top", "-divide_by=0", HEAP))

    def test_sources_that_cannot_be_read(self):
        self.assertEqual(self.bad(1, "top", "none.pb.gz"), "cprof: none.pb.gz: No such file or directory")
        os.mkdir(self.path("empty"))
        self.assertEqual(self.bad(1, "top", "empty"), "cprof: empty: is a directory without profiles")
        os.mkdir(self.path("full"))
        self.path("full/cpu.pb.gz", b"x")
        self.assertIn("such as full/cpu.pb.gz", self.bad(1, "top", "full"))
        self.path("login.html", b"<!DOCTYPE html><html><body>log in</body></html>")
        self.assertIn("cprof: login.html: an HTML page", self.bad(1, "top", "login.html"))
        self.path("cut.pb.gz", pathlib.Path(HEAP).read_bytes()[:-100])
        self.assertRegex(self.bad(1, "top", "cut.pb.gz"), r"^cprof: cut\.pb\.gz: .*")
        self.path("bad.pb", profile(b"main")[:-3])
        self.assertRegex(self.bad(1, "top", "bad.pb"), r"^cprof: bad\.pb: .*byte \d+")
        self.path("nothing", b"")
        self.assertIn("cprof: nothing: empty", self.bad(1, "top", "nothing"))

    def test_a_binary_alone(self):
        self.assertEqual(self.bad(1, "top", CPROF), f"cprof: {CPROF}: is a binary: name the profiles behind it")

    def test_profiles_that_do_not_fit_together(self):
        self.path("a.pb", profile(b"main", types=(b"bytes",)))
        self.path("b.pb", profile(b"main", types=(b"bytes",)) + field(11, field(1, 2) + field(2, 1)))
        wrong = "profiles do not fit together: the period type is '' here and 'main' there"
        for args in (["a.pb", "b.pb"], ["a.pb"] * 4 + ["b.pb"] * 4, ["a.pb"] * 5 + ["b.pb"]):
            self.assertEqual(self.bad(1, "top", *args), f"cprof: a.pb and b.pb: {wrong}")
        self.assertEqual(self.bad(1, "diff", "b.pb", "a.pb"), f"cprof: a.pb and b.pb: {wrong}")

    def test_a_message_has_the_name_once(self):
        self.assertEqual(self.bad(1, "top", b"a\tb"), "cprof: a\\x09b: No such file or directory")

    def test_expressions_that_do_not_compile(self):
        self.assertIn("focus", self.bad(1, "top", "-focus=(", HEAP))
        self.assertIn("peek", self.bad(1, "peek", "(", HEAP))
        self.assertIn("no matches found", self.bad(1, "peek", "zzz", HEAP))

    def test_some_sources_are_better_than_none(self):
        done = self.run_cprof("top", "3", HEAP, "none.pb.gz")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.decode(), self.good("top", "3", HEAP))
        self.assertEqual(done.stderr.decode().splitlines(),
                         ["none.pb.gz: No such file or directory", "read 1 of 2 source profiles"])
        done = self.run_cprof("top", "none1", "none2")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(len(done.stderr.splitlines()), 3)

    def test_nothing_drives_the_terminal(self):
        name = b"\x1b]0;owned\x07.pb"
        self.assertNotIn("\x1b", self.bad(1, "top", name))
        self.assertNotIn("\x1b", self.bad(2, "top", "-\x1b[2J", HEAP))
        self.path("evil.pb", profile(b"main"))
        done = self.run_cprof("-peek", "\x1b[2J", "evil.pb")
        self.assertNotIn(b"\x1b", done.stderr)

    def test_memory_is_bounded(self):
        self.assertIn("max_memory", self.bad(1, "top", "-max_memory=10k", HEAP))


class Output(Case):
    def test_file(self):
        done = self.run_cprof("top", "-output", "out.txt", HEAP)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(done.stderr, b"Generating report in out.txt\n")
        self.assertEqual(pathlib.Path(self.path("out.txt")).read_text(), self.good("top", HEAP))
        self.assertEqual(os.listdir(self.folder.name), ["out.txt"])

    def test_a_failed_report_leaves_the_file_alone(self):
        path = self.path("out.txt", b"precious")
        self.bad(1, "peek", "zzz", HEAP, "-output", path)
        self.assertEqual(pathlib.Path(path).read_bytes(), b"precious")
        self.assertEqual(os.listdir(self.folder.name), ["out.txt"])

    def test_devices(self):
        done = self.run_cprof("top", "3", "-output=/dev/stdout", HEAP)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.decode(), self.good("top", "3", HEAP))

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CPROF, "top", HEAP], stdout=full, stderr=subprocess.PIPE, env=self.env)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b"cprof: standard output: write: No space left on device\n")
        self.assertIn("No space left", self.bad(1, "top", HEAP, "-output=/dev/full").splitlines()[-1])

    def test_closed_standard_files(self):
        """Their numbers are not given to files that are opened: no message gets into a report."""
        done = self.run_cprof("top", "-focus=zzz", HEAP, "-output=out.txt", preexec_fn=lambda: os.close(2))
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("matched no samples", pathlib.Path(self.path("out.txt")).read_text())
        done = self.run_cprof("top", HEAP, preexec_fn=lambda: os.close(1))
        self.assertEqual((done.returncode, done.stderr),
                         (1, b"cprof: standard output: write: Bad file descriptor\n"))
        done = self.run_cprof("top", "-", preexec_fn=lambda: os.close(0))
        self.assertEqual((done.returncode, done.stderr), (1, b"cprof: standard input: Bad file descriptor\n"))

    def test_file_size_limit(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        done = self.run_cprof("top", HEAP, "-output=out.txt", preexec_fn=limit)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"File too large", done.stderr)
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_closed_pipe(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([CPROF, "top", HEAP], stdout=write, stderr=subprocess.PIPE, env=self.env)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (1, b""))

    def test_merge(self):
        done = self.run_cprof("merge", HEAP, HEAP, "-output", "m.pb.gz")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(pathlib.Path(self.path("m.pb.gz")).read_bytes()[:2], b"\x1f\x8b")
        self.assertEqual(self.good("top", "-unit=B", "m.pb.gz"), self.good("top", "-unit=B", HEAP, HEAP))
        flags = self.run_cprof("-proto", HEAP, HEAP, "-output", "flags.pb.gz")
        self.assertEqual(flags.returncode, 0)
        self.assertEqual(pathlib.Path(self.path("flags.pb.gz")).read_bytes(),
                         pathlib.Path(self.path("m.pb.gz")).read_bytes())

    def test_diff(self):
        self.path("a.pb", profile(b"main.run", 5))
        self.path("b.pb", profile(b"main.run", 12))
        text = self.good("diff", "a.pb", "b.pb")
        self.assertRegex(text, r"(?m)^ +7 140\.00% 140\.00% +7 140\.00%  main\.run$")
        self.assertEqual(text, self.good("-top", "-diff_base", "a.pb", "b.pb"))

    def test_comment_and_build_id(self):
        self.assertEqual(self.good("comments", "-add_comment=x y", HEAP), "x y\n")
        self.path("a.pb", profile(b"main"))
        self.assertIn("Build ID: cafe", self.good("top", "-buildid=cafe", "a.pb"))


class Info(Case):
    def test_a_block_a_file(self):
        self.path("a.pb", profile(b"main", 5, (b"one", b"two")))
        self.path("b.pb.gz", gzip.compress(profile(b"\x1b[2Jmain", 6)))
        blocks = self.good("info", "a.pb", "b.pb.gz").split("\n\n")
        self.assertEqual(len(blocks), 2)
        self.assertIn("a.pb\n  Format:     profile.proto, ", blocks[0])
        self.assertIn("two in count: 5 (shown unless another is chosen)", blocks[0])
        self.assertIn("1 samples, 1 stacks (up to 1 frames), 1 locations, 1 functions", blocks[0])
        self.assertIn("profile.proto, gzip, ", blocks[1])
        self.assertNotIn("\x1b", blocks[1])

    def test_binaries(self):
        heap, folded = (str(TESTDATA / "producers" / name) for name in ("gperftools.heap", "kernel.folded"))
        self.assertIn("  Binaries:   /src/cpp/raysim/raysim_heap at 0x55ae37736000-0x55ae37738000\n",
                      self.good("info", heap))
        self.assertIn("  Binaries:   [kernel.kallsyms]\n", self.good("info", folded))

    def test_one_that_cannot_be_read(self):
        self.path("a.pb", profile(b"main"))
        done = self.run_cprof("info", "none", "a.pb")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b"cprof: none: No such file or directory\n")
        self.assertTrue(done.stdout.startswith(b"a.pb\n"))

    def test_into_a_file(self):
        self.path("a.pb", profile(b"main"))
        done = self.run_cprof("info", "a.pb", "-output", "info.txt")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b"Generating report in info.txt\n"))
        self.assertEqual(pathlib.Path(self.path("info.txt")).read_text(), self.good("info", "a.pb"))
        done = self.run_cprof("info", "none", "a.pb", "-output", "info.json")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(pathlib.Path(self.path("info.json")).read_text(), self.good("info", "-json", "a.pb"))
        self.assertIn("info has no csv form", self.bad(2, "info", "a.pb", "-output", "info.csv"))
        self.assertIn("/dev/full: write: No space", self.bad(1, "info", "a.pb", "-output", "/dev/full"))


class Shell(Case):
    def talk(self, text, *args):
        done = self.run_cprof(*args, HEAP, stdin=text.encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def test_session(self):
        out, err = self.talk("top3\ngranularity=files\ntop 1\nquit\ntop\n")
        blocks = out.split("Showing nodes")
        self.assertEqual(len(blocks), 3)
        self.assertNotIn("(cprof)", out)
        self.assertTrue(err.startswith("File: leaker\nType: inuse_space\n"))
        self.assertTrue(err.endswith('Entering interactive mode (type "help" for commands, "o" for options)\n'))
        self.assertIn("leaker", blocks[2])

    def test_errors_do_not_end_it(self):
        out, err = self.talk("tpo\npeek (\ntop 1")
        self.assertIn("main.init", out)
        self.assertIn('unknown command "tpo"; did you mean top?\n', err)

    def test_output(self):
        out, err = self.talk("top 2 >f\ntop 2 | tr a-z A-Z\nproto\n")
        self.assertEqual(out, pathlib.Path(self.path("f")).read_text().upper())
        self.assertIn("Generating report in f\n", err)
        self.assertIn("Generating report in profile001.pb.gz\n", err)
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["f", "profile001.pb.gz"])

    def test_a_program_that_stops_reading(self):
        out, err = self.talk("traces | true\ntop 1\n")
        self.assertIn("main.init", out)
        self.assertNotIn("write", err)

    def test_base(self):
        done = self.run_cprof("-diff_base", HEAP, HEAP, stdin=b"top\n")
        self.assertIn(b"Showing nodes accounting for 0,", done.stdout)


class Fetching(Case):
    def setUp(self):
        super().setUp()
        if "\n  curl " not in self.good("--version"):
            self.skipTest("built without curl")
        handler = functools.partial(QuietHandler, directory=str(TESTDATA / "go"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/" % self.server.server_address[1]

    def test_a_copy_is_kept(self):
        self.env["PPROF_TMPDIR"] = self.path("a/b")
        done = self.run_cprof("top", self.url + "heap.small.pb.gz")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.decode(), self.good("top", HEAP))
        name = "pprof.leaker.alloc_objects.alloc_space.inuse_objects.inuse_space.001.pb.gz"
        self.assertEqual(os.listdir(self.path("a/b")), [name])
        self.assertIn("Saved profile in %s/%s\n" % (self.path("a/b"), name), done.stderr.decode())
        self.assertEqual(self.good("top", os.path.join(self.path("a/b"), name)), done.stdout.decode())

    def test_the_error_names_the_url(self):
        done = self.run_cprof("top", self.url + "none")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn("cprof: %snone: " % self.url, done.stderr.decode())


class Signals(Case):
    def start(self, *args):
        """A run that waits for a profile on standard input."""
        child = subprocess.Popen([CPROF, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, cwd=self.folder.name, env=self.env)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        child.stdin.write(pathlib.Path(HEAP).read_bytes()[:200])
        child.stdin.flush()
        time.sleep(0.3)
        return child

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start("top", "-output=out.txt", "-")
            child.send_signal(number)
            self.assertEqual(child.wait(30), 128 + number)
            self.assertEqual(child.stdout.read() + child.stderr.read(), b"")
            self.assertEqual(os.listdir(self.folder.name), [])


if __name__ == "__main__":
    unittest.main()
