#!/usr/bin/env python3
"""Profiles over HTTP and HTTPS, from servers on loopback: good ones and ones that misbehave.

usage: url_test.py CPROF TESTDATA [GO]
"""
import gzip
import http.server
import os
import pathlib
import pty
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

from small_profile import profile

CPROF = os.path.abspath(sys.argv.pop(1))
TESTDATA = pathlib.Path(sys.argv.pop(1)).resolve() / "go"
GO = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else ""
HEAP = (TESTDATA / "heap.small.pb.gz").read_bytes()
NAMELESS = {"start": 0x400000, "limit": 0x500000, "file": "", "build_id": ""}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.seen.append((self.path, body))
        if self.path != "/debug/pprof/symbol":
            return self.answer(b"no", 404)
        lines = "num_symbols: 1\n"
        for address in body.split("+"):
            if int(address, 16) % 2 == 0:
                lines += f"{address}\tpackage.Function_{address}\n"
        self.answer((lines + "0x\tnothing\n0xfffffffffffffffffffff too large\n0x1 cut off").encode())

    def do_GET(self):
        self.server.seen.append((self.path, None))
        url = urllib.parse.urlsplit(self.path)
        try:
            getattr(self, "get_" + url.path.strip("/").replace("/", "_").replace("-", "_"), self.get_nothing)()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def get_nothing(self):
        self.answer(b"<html><script>alert(1)</script></html>", 404, Content_Type="text/html")

    def get_debug_pprof_heap(self):
        self.answer(HEAP)

    get_debug_pprof_profile = get_heap = get_api_0_profiles_merge = get_debug_pprof_heap

    def get_page(self):
        self.answer(b"<!DOCTYPE html><html><title>Sign in</title></html>", Content_Type="text/html")

    def get_reason(self):
        self.answer(b"Unknown profile \x1b[31m\nmore", 404, X_Go_Pprof="1", Content_Type="text/plain; charset=utf-8")

    def get_loop(self):
        self.answer(b"", 302, Location="/loop")

    def get_away(self):
        self.answer(b"", 302, Location="file:///etc/passwd")

    def get_moved(self):
        self.answer(b"", 302, Location="/heap")

    def get_short(self):
        self.answer(HEAP[: len(HEAP) // 2], Content_Length=str(len(HEAP)))

    def get_cut(self):
        self.answer(HEAP[: len(HEAP) // 2])

    def get_long(self):
        self.answer(HEAP + b"more than was said", Content_Length=str(len(HEAP)))

    def get_empty(self):
        self.answer(b"")

    def get_endless(self):
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def get_bomb(self):
        """Small on the wire, large behind it."""
        self.answer(gzip.compress(b"\0" * (512 << 20), 1))

    def get_slow(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(60):
            time.sleep(1)
            self.wfile.write(b"\x1f")
            self.wfile.flush()

    def get_silent(self):
        time.sleep(30)

    def get_noise(self):
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    def get_wait(self):
        time.sleep(2)
        self.answer(HEAP)

    def get_wait_longer(self):
        time.sleep(4)
        self.answer(HEAP)

    def get_debug_pprof_nameless(self):
        self.answer(profile([0x400100, 0x400201, 0x400302], NAMELESS))

    get_nameless = get_debug_pprof_nameless


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 100


def serve(context=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen = []
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = serve()
        cls.port = cls.server.server_address[1]
        cls.url = f"http://127.0.0.1:{cls.port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cprof-url-")
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.server.seen.clear()

    def env(self, **more):
        keep = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and not k.startswith("PPROF_")}
        return dict(keep, HOME=str(self.dir), LC_ALL="C.UTF-8", TZ="UTC", **more)

    def run_cprof(self, *args, **env):
        return subprocess.run(
            [CPROF, *map(str, args)], capture_output=True, env=self.env(**env), timeout=100, stdin=subprocess.DEVNULL
        )

    def good(self, *args, **env):
        done = self.run_cprof(*args, **env)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def bad(self, *args, **env):
        done = self.run_cprof(*args, **env)
        self.assertEqual((done.returncode, done.stdout), (1, b""), done.stderr)
        text = done.stderr.decode()
        self.assertEqual(len(text.splitlines()), 1, text)
        self.assertNotIn("\x1b", text)
        return text

    def gets(self):
        return [path for path, body in self.server.seen if body is None]


class Good(Case):
    def test_same_report_as_from_the_file(self):
        expected, _ = self.good("top", TESTDATA / "heap.small.pb.gz")
        out, _ = self.good("-top", "20", self.url + "/debug/pprof/heap")
        self.assertEqual(out, self.good("-top", "20", TESTDATA / "heap.small.pb.gz")[0])
        self.assertNotEqual(expected, "")

    def test_a_bare_host_means_its_cpu_profile(self):
        for source in (self.url, self.url + "/", f"127.0.0.1:{self.port}", f"localhost:{self.port}"):
            self.server.seen.clear()
            self.good("top", source)
            self.assertEqual(self.gets(), ["/debug/pprof/profile"])

    def test_host_and_path_without_a_scheme(self):
        self.good("top", f"127.0.0.1:{self.port}/debug/pprof/heap")
        self.assertEqual(self.gets(), ["/debug/pprof/heap"])

    def test_seconds(self):
        self.good("top", "-seconds", "7", self.url + "/debug/pprof/profile")
        self.good("top", "-seconds=7", self.url + "/debug/pprof/heap?gc=1&seconds=3&x=y")
        self.good("top", self.url + "/debug/pprof/heap?seconds=3")
        self.assertEqual(
            self.gets(),
            [
                "/debug/pprof/profile?seconds=7",
                "/debug/pprof/heap?gc=1&x=y&seconds=7",
                "/debug/pprof/heap?seconds=3",
            ],
        )

    def test_a_profile_server(self):
        query = "/api/0/profiles/merge?service=a%20b&type=cpu&from=2026-01-01T00:00:00&to=2026-01-02T00:00:00"
        self.good("top", self.url + query)
        self.assertEqual(self.gets(), [query])

    def test_redirects_are_followed(self):
        self.good("top", self.url + "/moved")
        self.assertEqual(self.gets(), ["/moved", "/heap"])

    def test_several_at_once(self):
        before = time.monotonic()
        out, _ = self.good("raw", *[self.url + "/wait"] * 6)
        self.assertLess(time.monotonic() - before, 10)
        self.assertEqual(len(self.gets()), 6)
        self.assertEqual(out, self.good("raw", *[TESTDATA / "heap.small.pb.gz"] * 6)[0])

    def test_more_than_are_fetched_at_once(self):
        """Those that have to wait for their turn get as long as the first ones: one second, and five of grace."""
        out, err = self.good("top", "-timeout", "1", *[self.url + "/wait-longer"] * 66)
        self.assertEqual(len(self.gets()), 66)
        self.assertNotIn("in time", err)

    def test_bases(self):
        out, _ = self.good("top", "-diff_base", self.url + "/heap", self.url + "/heap")
        self.assertIn("Showing nodes accounting for 0, 0%", out)

    def test_more_than_was_announced_is_left(self):
        self.good("top", self.url + "/long")


class Names(Case):
    """The server of these tests knows the names of even addresses."""

    def post(self):
        return [seen for seen in self.server.seen if seen[1] is not None]

    def test_names_from_the_server(self):
        out, err = self.good("raw", self.url + "/debug/pprof/nameless?seconds=1")
        self.assertEqual(self.post(), [("/debug/pprof/symbol", "0x400100+0x400201+0x400302")])
        self.assertIn("0x400100 M=1 package.Function_0x400100", out)
        self.assertIn("0x400302 M=1 package.Function_0x400302", out)
        self.assertIn("0x400201 M=1 \n", out)
        self.assertIn("[FN]", out)
        self.assertNotIn("binary", err)
        top, _ = self.good("top", self.url + "/debug/pprof/nameless")
        self.assertIn("package.Function_0x400302", top)

    def test_modes(self):
        for mode, asked in (("none", 0), ("local", 0), ("fastlocal", 0), ("remote", 1), ("force", 1), ("", 1)):
            self.server.seen.clear()
            out, _ = self.good("raw", f"-symbolize={mode}", self.url + "/debug/pprof/nameless")
            self.assertEqual(len(self.post()), asked, mode)
            self.assertEqual("package.Function" in out, bool(asked), mode)

    def test_not_for_files_nor_for_what_has_names(self):
        path = self.dir / "p.pb"
        path.write_bytes(profile([0x400100], NAMELESS))
        self.good("raw", path)
        self.good("raw", self.url + "/heap")
        self.assertEqual(self.post(), [])

    def test_a_server_without_names(self):
        """Elsewhere than below /debug/pprof/ the names are at symbolz, which this server has not."""
        out, err = self.good("raw", self.url + "/nameless")
        self.assertEqual([path for path, _ in self.post()], ["/symbolz"])
        self.assertIn("0x400100 M=1 \n", out)
        self.assertIn("symbolz: the server answered 404", err)

    def test_several(self):
        out, _ = self.good("raw", *[self.url + "/debug/pprof/nameless"] * 3)
        self.assertEqual(len(self.post()), 3)
        self.assertEqual(out.count("package.Function_0x400100"), 1)

    def test_the_binary_is_asked_first(self):
        """It is no binary of this profile: the server is asked after all."""
        out, _ = self.good("raw", CPROF, self.url + "/debug/pprof/nameless")
        self.assertIn("package.Function_0x400100", out)


class Saved(Case):
    def test_copy(self):
        folder = self.dir / "copies"
        for n in (1, 2):
            _, err = self.good("top", self.url + "/heap", PPROF_TMPDIR=str(folder))
            name = folder / f"pprof.leaker.alloc_objects.alloc_space.inuse_objects.inuse_space.{n:03}.pb.gz"
            self.assertIn(f"Saved profile in {name}\n", err)
            self.assertEqual(self.good("raw", name)[0], self.good("raw", TESTDATA / "heap.small.pb.gz")[0])

    def test_standard_folder(self):
        _, err = self.good("top", self.url + "/debug/pprof/nameless")
        self.assertIn(f"Saved profile in {self.dir}/pprof/pprof.cpu.001.pb.gz\n", err)

    def test_no_copy_of_files(self):
        _, err = self.good("top", TESTDATA / "heap.small.pb.gz")
        self.assertEqual((err, list(self.dir.iterdir())), ("", []))

    def test_a_copy_that_cannot_be_made_costs_no_report(self):
        (self.dir / "file").write_text("")
        out, _ = self.good("top", self.url + "/heap", PPROF_TMPDIR=str(self.dir / "file/below"))
        self.assertIn("total", out)


class Misbehaving(Case):
    def expect(self, path, *words, options=()):
        text = self.bad("top", *options, self.url + path)
        for word in (f"127.0.0.1:{self.port}", *words):
            self.assertIn(word, text)

    def test_pages(self):
        self.expect("/missing", "404")
        self.expect("/page", "HTML")
        self.assertNotIn("alert", self.bad("top", self.url + "/missing"))

    def test_the_handlers_own_words(self):
        self.expect("/reason", "404", "Unknown profile")

    def test_redirects(self):
        self.expect("/loop", "redirect")
        self.assertLess(len(self.gets()), 10)
        self.expect("/away")

    def test_wrong_lengths(self):
        self.expect("/short", "transfer closed")
        self.expect("/cut", "gzip")
        self.expect("/empty", "empty")

    def test_noise(self):
        self.expect("/noise")

    def test_endless(self):
        before = time.monotonic()
        self.expect("/endless", "memory", options=("-max_memory", "8MB"))
        self.assertLess(time.monotonic() - before, 60)

    def test_bomb(self):
        self.expect("/bomb", options=("-max_memory", "32MB"))

    def test_slow(self):
        for path in ("/slow", "/silent"):
            before = time.monotonic()
            self.expect(path, "-timeout", options=("-timeout", "1"))
            self.assertLess(time.monotonic() - before, 20)

    def test_nobody_there(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.assertIn(f"{port}", self.bad("top", f"http://127.0.0.1:{port}/debug/pprof/heap"))

    def test_odd_urls(self):
        for source in ("http://", "http://[::1", "https+insecure://", "http://a b/", "http://%00/", "file:///etc/passwd"):
            done = self.run_cprof("top", source)
            self.assertIn(done.returncode, (1, 2), source)
            self.assertEqual((done.stdout, done.stderr.count(b"\n")), (b"", 1), source)

    def test_no_library(self):
        """What is there of it is no library."""
        for name in ("libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"):
            (self.dir / name).write_bytes(b"")
        text = self.bad("top", self.url + "/heap", LD_LIBRARY_PATH=str(self.dir))
        self.assertIn("cannot be loaded: is its package installed?", text)

    def test_others_still_merge(self):
        out, err = self.good("raw", self.url + "/heap", self.url + "/missing", self.url + "/cut", self.url + "/heap")
        self.assertEqual(out, self.good("raw", *[TESTDATA / "heap.small.pb.gz"] * 2)[0])
        self.assertIn("/missing: the server answered 404", err)
        self.assertIn("/cut: ", err)
        self.assertIn("2 of 4 source profiles", err)

    def test_none_is_left(self):
        done = self.run_cprof("top", self.url + "/missing", self.url + "/empty")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none of the 2 source profiles", done.stderr.decode())


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl")
class Tls(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="cprof-tls-")
        cls.cert, cls.key = cls.folder.name + "/cert.pem", cls.folder.name + "/key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost", "-keyout", cls.key, "-out", cls.cert],
            check=True,
            capture_output=True,
        )
        cls.server = serve(cls.context())
        cls.port = cls.server.server_address[1]
        cls.url = f"https://localhost:{cls.port}"

    @classmethod
    def context(cls):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.cert, cls.key)
        return context

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def test_unknown_authority(self):
        text = self.bad("top", self.url + "/heap")
        self.assertIn("certificate is not trusted", text)
        self.assertIn("-tls_ca", text)
        self.assertEqual(self.gets(), [])

    def test_named_authority(self):
        self.good("top", "-tls_ca", self.cert, self.url + "/heap")
        self.assertEqual(self.gets(), ["/heap"])

    def test_another_name(self):
        """The certificate is for localhost only."""
        self.assertIn("certificate", self.bad("top", "-tls_ca", self.cert, f"https://127.0.0.1:{self.port}/heap"))

    def test_insecure(self):
        self.good("top", f"https+insecure://127.0.0.1:{self.port}/heap")
        self.assertEqual(self.gets(), ["/heap"])

    def test_a_client_certificate(self):
        context = self.context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.cert)
        server = serve(context)
        url = f"https://localhost:{server.server_address[1]}/heap"
        self.bad("top", "-tls_ca", self.cert, url)
        self.good("top", "-tls_ca", self.cert, "-tls_cert", self.cert, "-tls_key", self.key, url)
        server.shutdown()
        server.server_close()

    def test_half_a_client_certificate(self):
        self.assertIn("-tls_key", self.run_cprof("top", "-tls_cert", self.cert, self.url + "/heap").stderr.decode())
        self.assertIn("-tls_cert", self.run_cprof("top", "-tls_key", self.key, self.url + "/heap").stderr.decode())

    def test_an_authority_that_is_not_there(self):
        self.assertIn("none.pem", self.bad("top", "-tls_ca", self.dir / "none.pem", self.url + "/heap"))

    def test_http_where_https_is_spoken(self):
        self.bad("top", f"http://localhost:{self.port}/heap")


GO_SERVER = """package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
)

var sink [][]byte

//go:noinline
func spinForever() {
	for n := uint64(0); ; n++ {
		if n%100000000 == 0 {
			sink = append(sink, make([]byte, 1<<20))
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go spinForever()
	panic(http.Serve(listener, nil))
}
"""


@unittest.skipUnless(GO, "there is no go")
class RealServer(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="cprof-go-server-")
        folder = pathlib.Path(cls.folder.name)
        (folder / "main.go").write_text(GO_SERVER)
        (folder / "go.mod").write_text("module example.com/server\n\ngo 1.18\n")
        built = subprocess.run([GO, "build", "-o", "server", "."], cwd=folder, capture_output=True, text=True)
        if built.returncode != 0:
            raise unittest.SkipTest(f"go does not build: {built.stderr}")
        cls.process = subprocess.Popen([folder / "server"], stdout=subprocess.PIPE, text=True)
        cls.real = cls.process.stdout.readline().strip()

    @classmethod
    def tearDownClass(cls):
        cls.process.kill()
        cls.process.wait()
        cls.process.stdout.close()
        cls.folder.cleanup()
        super().tearDownClass()

    def test_cpu_profile_of_a_bare_host(self):
        out, err = self.good("top", "-seconds=1", f"http://{self.real}")
        self.assertIn("main.spinForever", out)
        self.assertIn("Type: cpu", out)
        self.assertIn("pprof.server.samples.cpu.001.pb.gz", err)

    def test_other_profiles(self):
        for name in ("heap", "allocs", "goroutine", "threadcreate", "block", "mutex"):
            self.good("top", f"{self.real}/debug/pprof/{name}")
        out, _ = self.good("traces", f"http://{self.real}/debug/pprof/goroutine?debug=2")
        self.assertIn("main.spinForever", out)

    def test_unknown_profile(self):
        text = self.bad("top", f"http://{self.real}/debug/pprof/nosuch")
        self.assertIn("404", text)
        self.assertIn("Unknown profile", text)


class Terminal(Case):
    def test_progress_while_a_profile_is_collected(self):
        master, slave = pty.openpty()
        args = [CPROF, "top", "-seconds=2", self.url + "/wait"]
        process = subprocess.Popen(
            args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave, env=self.env(TERM="xterm")
        )
        os.close(slave)
        seen = b""
        while select.select([master], [], [], 30)[0]:
            try:
                got = os.read(master, 4096)
            except OSError:
                break
            if not got:
                break
            seen += got
        os.close(master)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn(b"collecting a profile", seen)


if __name__ == "__main__":
    unittest.main()
