"""What is wrong on the way to the stream is one line in the log, without secrets; nothing piles up meanwhile, and when it is mended
publishing goes on where it stopped."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable, Iterator

from nats_stage import AGAIN, NATS, STOPPED, NatsStage, RpcError, die_on_sigterm, option, wait_until  # makes others importable

import stream_judge
from credentials import Authority, Key, Operator, url64, write_secret
from faults import sanitized
from servers import STREAM, Server, one_server

AT_ONCE = ["--trackpayments-failed-after=0"]
LOGIN = {"user": "test", "pass": "of the test"}


class Faults(unittest.TestCase):
    """`lines`: lines of each kind so far, for the next trouble."""

    def lines(self, stage: NatsStage, text: str) -> list[str]:
        return [line for line in stage.nats_log() if text in line]

    @contextlib.contextmanager
    def trouble(self, stage: NatsStage, *fragments: str, at_start: bool = False) -> Iterator[Callable[[], None]]:
        """In it something is broken, `said` waits for its line, and it is mended: one line each way, and every payment in the stream.
        `at_start`: it is broken from the start of the stage on."""
        stopped, again = (0, 0) if at_start else (len(self.lines(stage, STOPPED)), len(self.lines(stage, AGAIN)))

        def said() -> None:
            line = stage.wait_nats_log(STOPPED, stopped + 1)
            self.assertTrue(all(fragment in line.lower() for fragment in fragments), line)
            self.assertIn(stage.show()["problems"][0], line)

        yield said
        stage.wait_nats_log(AGAIN, again + 1)
        stage.wait_caught_up()
        self.assertFalse([problem for problem in stage.show()["problems"] if "the stream " not in problem])  # what differs
        self.assertEqual([len(self.lines(stage, text)) for text in (STOPPED, AGAIN)], [stopped + 1, again + 1], stage.nats_log())

    def pay(self, stage: NatsStage, count: int = 1) -> None:
        for number in range(count):
            stage.pay_now(stage.invoice(1_000_000 + number, "temporary_channel_failure", "settle"))

    def check(self, stage: NatsStage, server: Server, first: int = 1) -> None:
        stage.wait_published()
        rows = [row for row in stage.node.rows() if row["created_index"] >= first]
        messages = server.messages()
        self.assertEqual(stream_judge.complaints(messages) + stream_judge.ends(rows, messages), [])

    def test_the_stream(self) -> None:
        with one_server() as server:
            small = {"name": STREAM, "subjects": ["lightning.*.payment.>"], "num_replicas": 1, "max_bytes": 30_000, "discard": "new"}
            server.client.api(f"STREAM.CREATE.{STREAM}", small)
            with NatsStage(server.url, AT_ONCE) as stage:
                stage.allowed = [STOPPED, "the stream "]
                stage.wait_connected()
                self.check_full(stage, server, small)
                self.check_away(stage, server)
                self.check_without_jetstream(stage, server)
                self.check_deleted(stage, server)

    def check_full(self, stage: NatsStage, server: Server, small: dict[str, Any]) -> None:
        with self.trouble(stage, "full", STREAM.lower()) as said:
            self.pay(stage, 10)
            said()
            server.client.api(f"STREAM.UPDATE.{STREAM}", {**small, "max_bytes": -1})
        self.check(stage, server)

    def check_away(self, stage: NatsStage, server: Server) -> None:
        """For hours, by the number of payments: what they would need here is much more than what is allowed to wait."""
        with self.trouble(stage, "cannot connect", "no server answers") as said:
            before = stage.memory_mb()
            server.kill()
            self.pay(stage)
            said()
            position = stage.show()["position"]
            stage.node.call("load", {"total": 200 if sanitized() else 1500, "in_flight": 100, "fail_percent": 10, "mix": {"xpay": 1}})
            stage.barrier()
            shown = stage.show()
            self.assertEqual((shown["position"], shown["connected"], shown["caught_up"]), (position, False, False))
            self.assertLessEqual(shown["unacknowledged"], 256)
            self.assertGreaterEqual(shown["lag_seconds"], 0)
            if not sanitized():
                self.assertLess(stage.memory_mb() - before, 8)
            server.start()
        self.check(stage, server)

    def check_without_jetstream(self, stage: NatsStage, server: Server) -> None:
        server.jetstream = False
        with self.trouble(stage, "jetstream is not enabled") as said:
            stage.node.stop_plugin(NATS)
            server.again()
            stage.start_sink()
            self.pay(stage)
            said()
            server.jetstream = True
            server.again()
        self.check(stage, server)

    def check_deleted(self, stage: NatsStage, server: Server) -> None:
        """It is made again, with the limits of the options. What was in it is gone."""
        with self.trouble(stage, "stream") as said:
            server.client.api(f"STREAM.DELETE.{STREAM}")
            first = stage.counter("created") + 1
            self.pay(stage)
            said()
        self.check(stage, server, first)
        self.assertEqual(server.client.info_of(STREAM)["config"]["max_bytes"], -1)

    def test_an_unknown_key(self) -> None:
        known, unknown = Key(), Key()
        users = f'authorization {{ users: [ {{user: "{LOGIN["user"]}", password: "{LOGIN["pass"]}"}}, {{nkey: {known.public}}} ] }}'
        with one_server(users, login=LOGIN) as server, tempfile.TemporaryDirectory() as directory:
            seed = write_secret(Path(directory) / "seed", unknown.seed + "\n")
            with NatsStage(server.url, [*AT_ONCE, option("nkey", seed)]) as stage:
                stage.allowed = [STOPPED]
                stage.secrets |= {known.seed, unknown.seed}
                with self.trouble(stage, "authorization", at_start=True) as said:
                    said()
                    write_secret(seed, known.seed)
                first = stage.counter("created") + 1
                self.pay(stage)
                stage.wait_caught_up()
                self.check(stage, server, first)

    def test_credentials_of_another_operator(self) -> None:
        ours, theirs = Operator(), Operator()
        key, token = ours.user()
        with tempfile.TemporaryDirectory() as directory, \
                one_server(*ours.lines, login=lambda info: {"jwt": token, "sig": url64(key.sign(info["nonce"].encode()))}) as server:
            foreign = theirs.user()
            file = write_secret(Path(directory) / "node.creds", Operator.file(*foreign))
            with NatsStage(server.url, [*AT_ONCE, option("creds", file)]) as stage:
                stage.allowed = [STOPPED]
                stage.secrets |= {key.seed, token, foreign[1], foreign[0].seed}
                with self.trouble(stage, "authorization", at_start=True) as said:
                    said()
                    write_secret(file, Operator.file(key, token))
                first = stage.counter("created") + 1
                self.pay(stage)
                stage.wait_caught_up()
                self.check(stage, server, first)

    def test_certificates(self) -> None:
        """Another name, then another authority, then a client without a certificate."""
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            authority, other = Authority(directory), Authority(directory, "other")
            good, bad = authority.issue("good", "DNS:localhost,IP:127.0.0.1"), authority.issue("bad", "DNS:elsewhere.example")
            context = ssl.create_default_context(cafile=str(authority.certificate))
            client = authority.issue("client", "DNS:client")

            def tls(pair: tuple[Path, Path], verify: bool = False) -> list[str]:
                return [f'tls {{ cert_file: "{pair[0]}", key_file: "{pair[1]}", ca_file: "{authority.certificate}", '
                        f"verify: {str(verify).lower()} }}"]

            trusted = directory / "trusted.pem"
            trusted.write_bytes(authority.certificate.read_bytes())
            with one_server(*tls(bad), tls=context) as server:
                url = f"tls://localhost:{server.port}"
                with NatsStage(url, [*AT_ONCE, option("tls-ca", trusted)]) as stage:
                    stage.allowed = [STOPPED]
                    with self.trouble(stage, f"localhost:{server.port}", "hostname mismatch", at_start=True) as said:
                        said()
                        server.lines = tls(good)
                        server.again()
                    first = stage.counter("created") + 1
                    self.pay(stage)
                    stage.wait_caught_up()
                    with self.trouble(stage):
                        server.kill()
                        trusted.write_bytes(other.certificate.read_bytes())
                        server.start()
                        self.pay(stage)
                        wait_until(lambda: any("issuer" in problem for problem in stage.show()["problems"]), "the reason")
                        trusted.write_bytes(authority.certificate.read_bytes())
                    context.load_cert_chain(*map(str, client))
                    self.check(stage, server, first)

    def test_a_secret_that_others_may_read(self) -> None:
        key = Key()
        users = f'authorization {{ users: [ {{user: "{LOGIN["user"]}", password: "{LOGIN["pass"]}"}}, {{nkey: {key.public}}} ] }}'
        with one_server(users, login=LOGIN) as server, tempfile.TemporaryDirectory() as directory:
            seed = write_secret(Path(directory) / "seed", key.seed, mode=0o640)
            with NatsStage(server.url, [*AT_ONCE, option("nkey", seed)]) as stage:
                stage.secrets.add(key.seed)
                stage.allowed = [str(seed)]
                lines = wait_until(lambda: [line for line in stage.node.log().splitlines() if str(seed) in line], "the refusal")
                self.assertEqual(len(lines), 1, lines)
                self.pay(stage)
                self.assertEqual(server.messages(), [])
                seed.chmod(0o600)
                with contextlib.suppress(RpcError):
                    stage.start_sink()  # if it did not run
                stage.wait_connected()
                first = stage.counter("created") + 1
                self.pay(stage)
                stage.wait_caught_up()
                self.check(stage, server, first)

    def test_a_password_in_the_url(self) -> None:
        """The node runs without the sink, and its log does not show the password."""
        for url in ("nats://alice:opensesame@127.0.0.1:4222", "nats://opensesame@127.0.0.1:4222"):
            with NatsStage(url, AT_ONCE).alone() as stage:
                self.assertIn("Unknown command", stage.refused("trackpayments-nats", {})[1])
                lines = [line for line in stage.node.log().splitlines() if "trackpayments-nats-url" in line]
                lines = [line for line in lines if "password" in line and "Killing plugin" not in line]  # that one is the node's
                self.assertEqual(len(lines), 1, lines)
                self.assertNotIn("opensesame", stage.node.log())

    def test_options_that_contradict_each_other(self) -> None:
        """No file can mend them: the node runs without the sink, which says why in one line."""
        here, there = "nats://127.0.0.1:4222", "tls://192.0.2.1:4222"
        for url, options, why in (
                ("nats://192.0.2.1:4222", [], "is not on this machine: use tls:// for it, or the option trackpayments-nats-insecure"),
                (there, [], "it needs credentials"),
                (here, [option("creds", "none"), option("nkey", "none")], "only one can be used"),
                (here, [option("tls-cert", "none")], "one of them is missing"),
                (here, [option("max-age", 99_999_999)], "the limits of the stream are too large")):
            with self.subTest(why), NatsStage(url, [*AT_ONCE, *options]).alone() as stage:
                self.assertIn("Unknown command", stage.refused("trackpayments-nats", {})[1])
                lines = [line for line in stage.nats_log() if why in line and "Killing plugin" not in line]
                self.assertEqual(len(lines), 1, stage.nats_log())
                self.assertIn("trackpayments-nats does not run: ", lines[0])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
