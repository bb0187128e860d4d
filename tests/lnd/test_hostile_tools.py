"""The same abuse by Debian's tools: openssl, curl, nghttp and h2load."""

from __future__ import annotations

import subprocess
import unittest

from hostile_case import HostileCase  # first: it makes the others importable
from lnd_stage import die_on_sigterm

LONG = "x" * 20_000
BODY = b"x" * 100_000
MANY = [option for n in range(600) for option in ("-H", f"a{n}: {n}")]  # headers

# Options: the status, or curl's exit code below 100. In HTTP/2 it gives up with 92 if an answer ends before its own body.
CURL = [
    (["-H", f"a: {LONG}"], 431), (MANY, 431), (["-X", LONG], 431), (["-X", "CONNECT"], 501, 92), (["-H", "Host:"], 400, 92),
    (["--data-binary", "@-", "-H", "Expect: 100-continue"], 413, 501, 92), (["--tls-max", "1.1"], 35), (["--request-target", f"/{LONG}"], 431),
    (["--path-as-is", "--request-target", "/v1/state/../../../etc/passwd"], 404), (["-H", "Transfer-Encoding: chunked", "-d", "@-"], 413, 501, 92),
]
NGHTTP = [
    (["-m", "90", "-w", "1", "-W", "1"], 200), (["-m", "90", "--padding=255"], 200), (["-m", "300"], 200),
    (["-m", "50", "--header-table-size=0"], 200), (["-H", f"a: {LONG}"], 431), (MANY, 431), (["-H", f":method: {LONG}"], 431),
    (["-H", ":method: TRACE"], 501), (["-d", "-"], 501), (["-d", "-", "--expect-continue"], 501), (["-d", "-", "--trailer", "a: b"], 501),
]


class HostileTools(HostileCase):
    def test_handshakes_of_openssl(self) -> None:
        """Old versions, weak ciphers, unknown protocols and renegotiation are refused."""
        willing = ["-cipher", "ALL:@SECLEVEL=0"]  # else the client itself refuses
        refused = [["-tls1", *willing], ["-tls1_1", *willing], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
                   ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], ["-alpn", "spdy/1"]]
        for options in refused:
            with self.subTest(options):
                program = self.openssl(options, b"")
                self.assertNotEqual(program.returncode, 0)
                self.count(f"openssl {' '.join(options)}", 1)
        renegotiation = self.openssl(["-tls1_2", "-alpn", "http/1.1"], b"R\n")
        self.assertIn(b"no renegotiation", renegotiation.stderr)
        self.count("renegotiation", 1)

    def openssl(self, options: list[str], data: bytes) -> "subprocess.CompletedProcess[bytes]":
        return self.program("openssl", "s_client", "-connect", self.grpc_address, *options, data=data)

    def program(self, *arguments: str, data: bytes = BODY) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(arguments, input=data, capture_output=True, check=False)

    @property
    def state(self) -> str:
        return f"https://{self.rest_address}/v1/state"

    def test_curl(self) -> None:
        def ask(_: str, what: tuple[list[str], str, set[int]]) -> None:
            options, version, expected = what
            done = self.program("curl", "-sk", version, "-o", "/dev/null", "-w", "%{http_code}", *options, self.state)
            self.assertIn(int(done.stdout) or done.returncode, expected)

        kinds = [(f"curl {version} {n}", (options, version, set(expected)))
                 for version in ("--http1.1", "--http2") for n, (options, *expected) in enumerate(CURL)]
        self.beside_all(kinds, ask)
        self.assertEqual(self.new_checks(), 0)

    def test_nghttp(self) -> None:
        def ask(_: str, what: tuple[list[str], int]) -> None:
            options, status = what
            shown = self.program("nghttp", "-nv", *options, self.state).stdout.decode()
            statuses = [line.split()[-1] for line in shown.splitlines() if " :status: " in line]
            self.assertEqual(statuses, [str(status)] * (int(options[1]) if options[0] == "-m" else 1))

        self.beside_all([(f"nghttp {n}", what) for n, what in enumerate(NGHTTP)], ask)
        self.assertEqual(self.new_checks(), 0)

    def test_h2load(self) -> None:
        """Much load at once."""
        def load(_: str, options: list[str]) -> None:
            shown = self.program("h2load", "--requests=2000", "--clients=20", "--max-concurrent-streams=50", *options, self.state)
            self.assertIn(b"2000 succeeded", shown.stdout)

        self.beside_each([("h2load", []), ("h2load with windows of a byte", ["--window-bits=1", "--connection-window-bits=1"]),
                          ("h2load of HTTP/1.1", ["--h1"])], load)
        self.assertEqual(self.new_checks(), 0)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
