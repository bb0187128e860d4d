"""Certificate and macaroons: where they are, who may read them, when they are made again; and the listeners: taken, off, without TLS."""

from __future__ import annotations

import hashlib
import shutil
import socket
import ssl
import stat
import subprocess
import unittest
from pathlib import Path
from typing import Any

from lnd_stage import LND, PORTS, LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import grpc_client
import judge
import rest_client

GRPC, REST = "--trackpayments-lnd-rpclisten=", "--trackpayments-lnd-restlisten="
# Those that clients look for (lndclient's macaroon_pouch.go).
MACAROONS = [f"data/chain/bitcoin/regtest/{name}.macaroon"
             for name in ("admin", "chainnotifier", "invoices", "readonly", "router", "signer", "walletkit")]


def modes(directory: Path) -> dict[str, str]:
    """The mode of everything below it, and of itself."""
    paths = [directory, *directory.rglob("*")]
    return {str(path.relative_to(directory)): oct(stat.S_IMODE(path.lstat().st_mode)) for path in paths}


def make_certificate(directory: Path) -> None:
    """One of the operator's own."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=own",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "30", "-keyout", directory / "tls.key",
                    "-out", directory / "tls.cert"], check=True, capture_output=True)


def text_of(certificate: Path) -> str:
    command = ["openssl", "x509", "-noout", "-text", "-in", str(certificate)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


class Files(unittest.TestCase):
    """The node of one stage is stopped and started."""

    def again(self, stage: LndStage, *options: str, change: Any = None) -> dict[str, Any]:
        """Stops the plugin, changes something, and starts it; with `options` the whole node."""
        if options:
            self.assertEqual(stage.stop(), [])
        else:
            stage.node.stop_plugin(LND)
        if change:
            change()
        self.lines = len(stage.lnd_log())
        if options:
            stage.node.options = list(options)
            stage.node.start()
        else:
            stage.node.start_plugin(LND)
        return wait_until(lambda: stage.show() if stage.show()["state"] == "active" else None, "the server")

    def logged(self, stage: LndStage) -> list[str]:
        """Warnings since the last start, each without its beginning."""
        return [line.partition(": ")[2] for line in stage.lnd_log()[self.lines:] if " UNUSUAL " in line or "BROKEN" in line]

    def served(self, stage: LndStage) -> None:
        with stage.grpc() as grpc, stage.rest() as rest:
            self.assertGreater(len(grpc.unary(grpc_client.GET_INFO)), 40)
            self.assertEqual(rest.get(rest_client.GET_INFO)[0], 200)

    def test_files(self) -> None:
        with LndStage().alone() as stage:
            shown = stage.wait_active()
            directory = stage.lnd_directory
            self.served(stage)
            self.assertEqual(modes(directory), {
                **{name: "0o700" for name in (".", "data", "data/chain", "data/chain/bitcoin", "data/chain/bitcoin/regtest")},
                **{name: "0o600" for name in ("tls.cert", "tls.key", *MACAROONS)}})
            self.assertEqual(shown["tls_certificate"], str(stage.certificate))
            self.assertEqual(sorted(shown["macaroons"]), [str(directory / name) for name in MACAROONS])
            pem = stage.certificate.read_text()
            self.assertEqual(shown["tls_fingerprint"].replace(":", "").lower(), hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest())
            self.assertEqual(stage.macaroon("admin"), stage.macaroon("readonly"))
            text = text_of(stage.certificate)
            for part in ("ecdsa-with-SHA256", "prime256v1", "CA:TRUE", "DNS:localhost", "DNS:unixpacket", "IP Address:127.0.0.1",
                         "TLS Web Server"):
                self.assertIn(part, text)
            self.assertIn("BEGIN EC PRIVATE KEY", (directory / "tls.key").read_text())

            self.check_the_next_start(stage)
            self.check_new_files(stage)
            self.check_own_certificate(stage)
            self.check_links(stage)
            self.assertEqual(judge.secrets(stage, stage.node.log()), [])
            self.assertEqual(stage.stop(), [])

    def check_the_next_start(self, stage: LndStage) -> None:
        """Everything is used again."""
        files = [stage.certificate, stage.lnd_directory / "tls.key", *(stage.lnd_directory / name for name in MACAROONS)]
        before, rune = [(file.read_bytes(), file.stat().st_mtime_ns) for file in files], stage.rune()
        self.again(stage)
        self.served(stage)
        self.assertEqual([(file.read_bytes(), file.stat().st_mtime_ns) for file in files], before)
        self.assertEqual(self.logged(stage), [])
        # One lost macaroon is written again with the same rune.
        self.again(stage, change=(stage.lnd_directory / "data/chain/bitcoin/regtest/readonly.macaroon").unlink)
        stage.wait_active()
        self.served(stage)
        self.assertEqual(stage.rune(), rune)

    def check_new_files(self, stage: LndStage) -> None:
        """A rune that no longer counts is replaced, and so are a lost certificate and one without a wanted name."""
        old, certificate = stage.macaroon(), stage.certificate.read_bytes()
        stage.blacklist(stage.rune())
        self.again(stage)
        wait_until(lambda: stage.macaroon("admin") != old and stage.macaroon() != old, "new macaroons")
        self.served(stage)
        self.assertEqual(stage.certificate.read_bytes(), certificate)
        self.again(stage, change=stage.certificate.unlink)
        self.assertNotEqual(stage.certificate.read_bytes(), certificate)
        self.served(stage)
        certificate = stage.certificate.read_bytes()
        extra = ["--trackpayments-lnd-tlsextradomain=node.example.com", "--trackpayments-lnd-tlsextraip=192.0.2.7"]
        for _ in range(2):
            self.again(stage, *PORTS, *extra)
            stage.wait_active()
            text = text_of(stage.certificate)
            self.assertIn("DNS:node.example.com", text)
            self.assertIn("IP Address:192.0.2.7", text)
            self.served(stage)
        self.assertNotEqual(stage.certificate.read_bytes(), certificate)
        self.assertEqual(self.logged(stage), [], "the second time it has them")

    def check_own_certificate(self, stage: LndStage) -> None:
        """One of the operator's own is used, if it has not expired. A broken one is not touched: the ports stay closed."""
        own = lambda: make_certificate(stage.lnd_directory)  # noqa: E731
        self.again(stage, *PORTS, change=own)
        stage.wait_active()
        self.served(stage)
        self.assertIn("CN = own", text_of(stage.certificate))

        def mismatch() -> None:
            key = (stage.lnd_directory / "tls.key").read_bytes()
            own()
            (stage.lnd_directory / "tls.key").write_bytes(key)

        for breaking in (mismatch, lambda: stage.certificate.write_text("no certificate")):
            shown = self.again(stage, change=breaking)
            content = stage.certificate.read_bytes()
            self.assertEqual((shown["rpclisten"], shown["restlisten"], shown["tls_certificate"]), ([], [], None))
            self.assertTrue(self.logged(stage)[0].startswith("no TLS: "), self.logged(stage))
            self.assertEqual(stage.certificate.read_bytes(), content)
        for name in ("tls.cert", "tls.key"):
            (stage.lnd_directory / name).unlink()

    def check_links(self, stage: LndStage) -> None:
        """Nothing is read or written through a symbolic link."""
        directory, elsewhere = stage.lnd_directory, stage.directory / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "file").write_text("kept")

        def link(path: Path, target: Path) -> None:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
            path.symlink_to(target)

        for name, refusal in (("tls.key", "no TLS: "), (MACAROONS[0], "no macaroons: ")):
            self.again(stage, change=lambda: link(directory / name, elsewhere / "file"))
            wait_until(lambda: any(line.startswith(refusal) for line in self.logged(stage)), refusal)
            self.assertEqual((elsewhere / "file").read_text(), "kept")
            (directory / name).unlink()
        shown = self.again(stage, change=lambda: link(directory, elsewhere))
        self.assertEqual((shown["rpclisten"], shown["macaroons"]), ([], []))
        self.assertTrue(self.logged(stage)[0].startswith("no certificate and no macaroons: "), self.logged(stage))
        self.assertEqual([path.name for path in elsewhere.iterdir()], ["file"])
        directory.unlink()


class Listeners(unittest.TestCase):
    def test_listeners(self) -> None:
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        port = taken.getsockname()[1]
        with LndStage(ports=[f"{GRPC}127.0.0.1:{port}", f"{REST}127.0.0.1:0"]).alone() as stage:
            self.check_a_taken_port(stage, port)
            self.check_several(stage)
            self.check_off(stage)
            self.check_without_tls(stage)
            self.assertEqual(stage.stop(), [])

    def restart(self, stage: LndStage, *options: str) -> dict[str, Any]:
        self.assertEqual(stage.stop(), [])
        self.lines = len(stage.lnd_log())
        stage.node.options = list(options)
        stage.node.start()
        return stage.wait_active()

    def refusals(self, stage: LndStage) -> list[str]:
        return [line.partition(": ")[2] for line in stage.lnd_log()[self.lines:] if "not listening" in line]

    def check_a_taken_port(self, stage: LndStage, port: int) -> None:
        """One line in the log, and the other listener goes on."""
        self.lines = 0
        shown = stage.wait_active()
        self.assertEqual((shown["rpclisten"], len(shown["restlisten"])), ([], 1))
        self.assertEqual(self.refusals(stage),
                         [f"not listening on 127.0.0.1:{port}: address already in use. To use another address, "
                          "set trackpayments-lnd-rpclisten"])
        self.assertEqual(shown["problems"], self.refusals(stage))
        with stage.rest() as rest:
            self.assertEqual(rest.get(rest_client.GET_INFO)[0], 200)
        stage.wait_status(stage.pay(1_000), "SUCCEEDED")

    def check_several(self, stage: LndStage) -> None:
        """Addresses of one kind repeat, and each serves gRPC and REST."""
        shown = self.restart(stage, f"{GRPC}127.0.0.1:0", f"{GRPC}127.0.0.2:0", f"{REST}localhost:0",
                             "--trackpayments-lnd-tlsextraip=127.0.0.2", f"--trackpayments-lnd-dir={stage.directory / 'lnd'}")
        self.assertEqual([address.rpartition(":")[0] for address in shown["rpclisten"]], ["127.0.0.1", "127.0.0.2"])
        self.assertEqual(shown["tls_certificate"], str(stage.directory / "lnd/tls.cert"))
        certificate = Path(shown["tls_certificate"])
        macaroon = Path(shown["macaroons"][0]).read_bytes().hex()
        stage.secrets.add(macaroon)
        for address in shown["rpclisten"] + shown["restlisten"]:
            with grpc_client.GrpcClient(address, certificate.read_bytes(), macaroon) as grpc:
                self.assertEqual(grpc.unary(grpc_client.GET_STATE), b"\x08\x04")
            with rest_client.RestClient(address, certificate, macaroon) as rest:
                self.assertEqual(rest.get(rest_client.GET_STATE), (200, {"state": "SERVER_ACTIVE"}))

    def check_off(self, stage: LndStage) -> None:
        shown = self.restart(stage, f"{GRPC}off", f"{REST}off")
        self.assertEqual((shown["rpclisten"], shown["restlisten"], self.refusals(stage)), ([], [], []))

    def check_without_tls(self, stage: LndStage) -> None:
        """Only on a loopback address."""
        shown = self.restart(stage, f"{GRPC}off", f"{REST}127.0.0.1:0", f"{REST}0.0.0.0:0", "--trackpayments-lnd-no-rest-tls")
        self.assertEqual(len(shown["restlisten"]), 1)
        [refusal] = self.refusals(stage)
        self.assertIn("0.0.0.0:0: without TLS (trackpayments-lnd-no-rest-tls) only addresses of this machine are allowed", refusal)
        self.assertEqual(shown["problems"], [refusal])
        with stage.rest(tls=False) as rest:
            self.assertEqual(rest.get(rest_client.GET_INFO)[0], 200)
        with self.assertRaises((OSError, EOFError)), stage.rest() as rest:
            rest.get(rest_client.GET_STATE)

    def test_with_a_bad_option_it_does_not_run(self) -> None:
        """The node runs without it, and its log names the option."""
        for option in (f"{GRPC}nowhere:99999", f"{REST}127.0.0.1:port", "--trackpayments-lnd-tlsextraip=1.2.3"):
            with LndStage(ports=[option]).alone() as stage:
                self.assertIn("Unknown command", stage.refused("trackpayments-lnd", {})[1])
                self.assertIn(option.partition("=")[0].strip("-"), stage.node.log())


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
