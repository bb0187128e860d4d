"""contrib/fleet: the board and the consumer show what a stream has, written here by hand; and the whole recipe, with plugs pulled."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gate import Gate
from node import CONTRIB, PLUGIN, TOP, StandIn, die_on_sigterm, wait_until
from program import Piped, run

sys.path += [str(TOP / "tests" / "nats"), str(CONTRIB / "fleet")]

from client import NatsClient  # noqa: E402
from comparison import missing  # noqa: E402
from credentials import Key  # noqa: E402
from draft7 import Schema  # noqa: E402
from servers import STREAM, Server, one_server, three_servers  # noqa: E402

SILENT = "no answer from the stream for "
BOARD, CONSUMER = os.environ["BOARD"], os.environ["CONSUMER"]
FIRST, SECOND = "02" + "aa" * 32, "03" + "bb" * 32


class Written(unittest.TestCase):
    """A server of one's own, and messages as trackpayments-nats writes them."""

    server: Server
    client: NatsClient

    def setUp(self) -> None:
        context = one_server()
        self.server = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.client = self.server.client
        self.client.api(f"STREAM.CREATE.{STREAM}", {"name": STREAM, "subjects": ["lightning.*.payment.>"]})

    def write(self, node: str, name: str, index: int, status: str, attempts: str, body: bytes | None = None) -> None:
        payment_hash = name.encode().hex().ljust(64, "0")
        payment = {"payment_hash": payment_hash, "payment_index": str(index), "status": status, "value_msat": "7000", "fee_msat": "1",
                   "failure_reason": "FAILURE_REASON_NONE"}
        self.client.store(f"lightning.{node}.payment.{payment_hash}.{index}", json.dumps(payment).encode() if body is None else body,
                          {"Trackpayments-Status": status, "Trackpayments-Attempts": attempts})

    def delete(self, node: str, name: str, index: int, remaining: int) -> None:
        self.client.store(f"lightning.{node}.payment.{name.encode().hex().ljust(64, '0')}.{index}.deleted",
                          json.dumps({"remaining": remaining}).encode())


class Board(Written):
    def show(self, *options: str) -> tuple[dict[str, list[int]], list[str], str]:
        """In flight, succeeded, failed and rate in percent by node; the names of payments that are stuck; stderr."""
        code, out, errors = run(BOARD, "--url", self.server.url, "--once", *options)
        self.assertEqual(code, 0, errors)
        rows, stuck = out.split("in flight without a change")
        columns = [line.split() for line in rows.splitlines()[1:]]
        numbers = {name: [int(text) if text.isdigit() else 0 for text in texts[:4]] for name, *texts in columns}
        hashes = [line.split()[1] for line in stuck.splitlines()[1:]]
        return numbers, [bytes.fromhex(text).rstrip(b"\0").decode() for text in hashes], errors

    def test_an_empty_stream_is_shown(self) -> None:
        self.assertEqual(self.show(), ({}, [], ""))

    def test_it_counts_each_payment_once_by_its_newest_message(self) -> None:
        self.write(FIRST, "paid", 1, "IN_FLIGHT", "1Ir")
        self.write(FIRST, "paid", 1, "SUCCEEDED", "1Sr")
        self.write(FIRST, "corrected", 2, "FAILED", "2F")
        self.write(FIRST, "corrected", 2, "FAILED", "2F15r")
        self.write(FIRST, "after all", 3, "FAILED", "3F15r")
        self.write(FIRST, "after all", 3, "SUCCEEDED", "3F15r,4Sr")
        self.write(SECOND, "waits", 1, "IN_FLIGHT", "1F15r,2I")
        self.assertEqual(self.show()[0], {FIRST[:12]: [0, 2, 1, 66], SECOND[:12]: [1, 0, 0, 0], "all": [1, 2, 1, 66]})

    def test_a_payment_whose_index_moves_is_one_and_a_deleted_one_is_none(self) -> None:
        self.write(FIRST, "moves", 1, "IN_FLIGHT", "1F15r,2I")
        self.write(FIRST, "moves", 2, "SUCCEEDED", "2S")
        self.delete(FIRST, "moves", 1, 0)
        self.write(FIRST, "early", 3, "IN_FLIGHT", "3F15r,4I")
        self.delete(FIRST, "early", 3, 0)
        self.write(FIRST, "early", 4, "SUCCEEDED", "4S")
        self.write(FIRST, "gone", 5, "IN_FLIGHT", "5I")
        self.delete(FIRST, "gone", 5, 0)
        self.write(FIRST, "partly", 6, "IN_FLIGHT", "6F,7I")
        self.delete(FIRST, "partly", 6, 1)
        self.write(FIRST, "ended", 8, "SUCCEEDED", "8S")
        self.delete(FIRST, "ended", 8, 0)
        self.assertEqual(self.show()[0][FIRST[:12]], [1, 3, 0, 100])

    def test_payments_without_a_change_are_listed(self) -> None:
        self.write(FIRST, "stuck", 1, "IN_FLIGHT", "1Ir")
        self.write(FIRST, "paid", 2, "SUCCEEDED", "2Sr")
        self.assertEqual(self.show("--stuck", "0")[1], ["stuck"])
        self.assertEqual(self.show("--stuck", "10")[1], [])

    def test_messages_of_somebody_else_are_survived(self) -> None:
        self.write(FIRST, "wire", 1, "IN_FLIGHT", "1I", b"\x0a\x05\x00")
        self.write(FIRST, "list", 2, "IN_FLIGHT", "9999999999999999999999I,,x,-5", b"[1]")
        self.write(FIRST, "number", 3, "IN_FLIGHT", "3I", b'{"value_msat": 7}')
        self.client.store("lightning.x.payment.y", b"")
        self.client.store("lightning.x.payment.y.deleted", b"nothing")
        rows, _, errors = self.show()
        self.assertGreaterEqual(rows[FIRST[:12]][0], 2)
        self.assertIn("ignoring a message of somebody else", errors)

    def test_it_follows_over_a_restart_of_the_server(self) -> None:
        with Piped(BOARD, "--url", self.server.url) as board:
            wait_until(lambda: "node" in "".join(board.lines()), "the board")
            self.server.again()
            self.client = self.server.client
            self.write(FIRST, "later", 1, "SUCCEEDED", "1S")
            wait_until(lambda: any(line.startswith(FIRST[:12]) for line in board.lines()), "the payment")

    def test_errors_are_one_line(self) -> None:
        for options, text in ((["--url", "nats://127.0.0.1:1"], "No server available"), (["--url", self.server.url, "--stream", "NONE"], "stream not found")):
            code, out, errors = run(BOARD, *options, "--once")
            self.assertEqual((code, out, len(errors.splitlines())), (1, "", 1), errors)
            self.assertIn(text, errors)
            self.assertNotIn(".c:", errors)

    def test_a_lost_connection_is_said_while_it_lasts(self) -> None:
        self.write(FIRST, "paid", 1, "SUCCEEDED", "1S")
        with Piped(BOARD, "--url", self.server.url) as board, Piped(CONSUMER, self.server.url) as consumer:
            wait_until(lambda: all(FIRST[:12] in "".join(one.lines()) for one in (board, consumer)), "the payment")
            self.server.kill()
            wait_until(lambda: SILENT in "".join(board.lines()), "the board's line")
            consumer.wait_error(SILENT)
            self.server.start()
            consumer.wait_error("the stream answers again")
            wait_until(lambda: (board.lines(), SILENT not in board.out.rsplit("in flight without a change", 2)[-2])[1], "its end on the board")

    def test_a_cluster_without_a_majority_is_said(self) -> None:
        with three_servers() as cluster:
            cluster.ask(lambda client: client.api(f"STREAM.CREATE.{STREAM}", {"name": STREAM, "subjects": ["lightning.*.payment.>"], "num_replicas": 3}))
            cluster.wait_current()
            kept, *others = cluster.servers
            with Piped(BOARD, "--url", kept.url) as board, Piped(CONSUMER, kept.url) as consumer:
                wait_until(lambda: "node" in "".join(board.lines()), "the board")
                # Made is not joined: it ends if nobody answers while it joins.
                wait_until(lambda: (cluster.ask(lambda client: client.api(f"CONSUMER.INFO.{STREAM}.example")) or {}).get("push_bound"), "the consumer")
                for server in others:
                    server.kill()
                wait_until(lambda: SILENT in "".join(board.lines()), "the board's line")
                consumer.wait_error(SILENT)
                code, out, errors = run(BOARD, "--url", kept.url, "--once")
                self.assertEqual((code, out, len(errors.splitlines())), (1, "", 1), errors)
                self.assertNotIn(".c:", errors)
                for server in others:
                    server.start()
                consumer.wait_error("the stream answers again")
                cluster.wait_current()
                self.client = kept.client
                self.write(FIRST, "later", 1, "SUCCEEDED", "1S")
                wait_until(lambda: all(FIRST[:12] in "".join(one.lines()) for one in (board, consumer)), "the payment")

    def test_a_login_that_is_refused_later_ends_them(self) -> None:
        with Piped(BOARD, "--url", self.server.url) as board, Piped(CONSUMER, self.server.url) as consumer:
            wait_until(lambda: len(self.client.api("CONSUMER.NAMES." + STREAM)["consumers"]) == 2, "their consumers")
            self.server.lines, self.server.login = ["authorization { user: other, password: other }"], {"user": "other", "pass": "other"}
            self.server.again()
            for program in (board, consumer):
                code, _, errors = program.wait_end()
                self.assertEqual(code, 1)
                self.assertIn("Connection Closed", errors)

    def test_it_is_short(self) -> None:
        self.assertLessEqual(len((CONTRIB / "fleet" / "board.cpp").read_text().splitlines()), 150)


class Consumer(Written):
    def ends(self, *consumers: Piped) -> list[str]:
        return sorted(bytes.fromhex(json.loads(line)["payment_hash"]).rstrip(b"\0").decode() for one in consumers for line in one.lines())

    def test_copies_share_the_ends_and_go_on_where_they_were(self) -> None:
        names = [f"payment {number}" for number in range(8)]
        with Piped(CONSUMER, self.server.url, "books") as one, Piped(CONSUMER, self.server.url, "books") as two:
            for number, name in enumerate(names):
                self.write(FIRST, name, number + 1, "IN_FLIGHT", f"{number + 1}I")
                self.write(FIRST, name, number + 1, "SUCCEEDED", f"{number + 1}S")
            wait_until(lambda: self.ends(one, two) == names, "all ends")
            wait_until(lambda: self.client.api(f"CONSUMER.INFO.{STREAM}.books")["ack_floor"]["stream_seq"] == 16, "the acknowledgements")
        self.write(FIRST, "missed", 9, "FAILED", "9F15")
        with Piped(CONSUMER, self.server.url, "books") as three:
            wait_until(lambda: self.ends(three) == ["missed"], "the missed end")

    def test_copies_that_start_at_once_all_hear(self) -> None:
        """The server keeps one subject for the messages: if each copy wanted its own, all but one could hear nothing."""
        gate = Gate(self.server.port, "CONSUMER.DURABLE.CREATE", 4)
        with contextlib.ExitStack() as stack:
            copies = [stack.enter_context(Piped(CONSUMER, gate.url, "books")) for _ in range(4)]
            wait_until(lambda: len(gate.held) == 4, "four that make the consumer")
            self.assertEqual(len({json.loads(held)["config"]["deliver_subject"] for held in gate.held}), 1)
            numbers = itertools.count(1)

            def all_hear() -> bool:
                index = next(numbers)
                self.write(FIRST, f"payment {index}", index, "FAILED", f"{index}F")
                return all(copy.lines() for copy in copies)

            wait_until(all_hear, "a message at each copy")
            self.assertEqual([copy.errors for copy in copies], [""] * 4)

    def test_a_stream_that_is_missing_is_said(self) -> None:
        code, out, errors = run(CONSUMER, self.server.url, "books", "NONE")
        self.assertEqual((code, out, errors), (1, "", "consumer: NONE: stream not found\n"))


class Comparison(Written):
    def test_an_end_that_the_stream_lacks_is_named(self) -> None:
        cluster: Any = SimpleNamespace(ask=lambda ask: ask(self.client))
        with StandIn() as node:
            node.call("xpay", [node.invoice(1000, "tea", {"attempts": ["fee_insufficient", "settle"]})["bolt11"]])
            self.assertEqual([row["status"] for row in node.rows()], ["failed", "complete"])
            for status, attempts, lacking in ((None, None, 2), ("IN_FLIGHT", "1F12r,2Ir", 2), ("SUCCEEDED", "2Sr", 1), ("FAILED", "1F12r,2Fr", 2),
                                              ("SUCCEEDED", "1F12r,2Sr", 0)):
                if status:
                    self.write(FIRST, "tea", 1, status, attempts)
                self.assertEqual(len(missing(cluster, FIRST, node)), lacking, (status, attempts))


class Rights(unittest.TestCase):
    """Those of the man page are enough."""

    def server(self, program: int, user: str) -> Server:
        """The page has the rights of the plugin, of the consumer and of the board."""
        text = (TOP / "man" / "lightning-trackpayments-nats.7.md").read_text().replace("NODE", FIRST).replace("NAME", "example")
        found = re.findall(r"^    publish: (\[.*\])\n    subscribe: (\[.*\])$", text, re.M)
        self.assertEqual(len(found), 3)
        publish, subscribe = found[program]
        restricted = f"{{ {user}, permissions: {{ publish: {publish}, subscribe: {subscribe} }} }}"
        context = one_server(f"authorization {{ users: [ {restricted}, {{ user: admin, password: admin }} ] }}", login={"user": "admin", "pass": "admin"})
        server = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return server

    def test_of_the_plugin(self) -> None:
        key = Key()
        server = self.server(0, f'nkey: "{key.public}"')
        seed = server.directory / "seed"
        seed.write_text(key.seed)
        seed.chmod(0o400)
        with StandIn(plugins=[PLUGIN, os.environ["NATS"]], options=[
                f"--node-id={FIRST}", f"--trackpayments-nats-url={server.url}", f"--trackpayments-nats-nkey={seed}"]) as node:
            wait_until(lambda: node.call("trackpayments-nats")["caught_up"], "the connection")
            node.call("xpay", [node.invoice(1000, "tea", {"attempts": ["fee_insufficient", "settle"]})["bolt11"]])
            wait_until(lambda: any(one.header("Trackpayments-Status") == "SUCCEEDED" for one in server.messages()), "the payment")
            shown = node.call("trackpayments-nats")
            self.assertEqual(shown["problems"], [])
            self.assertEqual(Schema(TOP / "man" / "schema" / "nats-status.schema.json").complaints(shown), [])

    def test_of_consumers(self) -> None:
        for program, command in ((1, [CONSUMER]), (2, [BOARD, "--url"])):
            server = self.server(program, "user: reader, password: secret")
            server.client.api(f"STREAM.CREATE.{STREAM}", {"name": STREAM, "subjects": ["lightning.*.payment.>"]})
            names = ("payment_hash", "payment_index", "value_msat", "fee_msat", "failure_reason")
            server.client.store(f"lightning.{FIRST}.payment.{'ab' * 32}.1", json.dumps({"status": "FAILED", **dict.fromkeys(names, "1")}).encode())
            with Piped(*command, server.url.replace("//", "//reader:secret@")) as reader:
                wait_until(lambda: any(FIRST[:12] in line for line in reader.lines()), "the payment")
                if program == 1:
                    wait_until(lambda: server.client.api(f"CONSUMER.INFO.{STREAM}.example")["ack_floor"]["stream_seq"] == 1, "its acknowledgement")
                else:
                    wait_until(lambda: (reader.lines(), reader.out.count("in flight without a change") > 6)[1], "six quiet seconds")
                self.assertNotIn(SILENT, reader.out)
            self.assertNotIn("Violation", server.log())


class Recipe(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.build = Path(directory.name)
        for path, program in (("plugin/trackpayments", "PLUGIN"), ("plugin/trackpayments-nats", "NATS"), ("tests/lightningd/lightningd", "STANDIN")):
            (self.build / path).parent.mkdir(parents=True, exist_ok=True)
            (self.build / path).symlink_to(os.path.abspath(os.environ[program]))

    def processes(self, out: str) -> dict[str, int]:
        """Names and ids, as printed last."""
        found = {name: int(pid) for pid, name in re.findall(r"^ +(\d+) (.+)$", out, re.M)}
        return {**found, **{name: int(pid) for name, pid in re.findall(r"  (.+) runs again, pid (\d+)$", out, re.M)}}

    def alive(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
        except OSError:
            return False

    def test_wrong_arguments_print_the_usage(self) -> None:
        for arguments in (["0"], ["many"], ["100"], ["1", "2"], [""]):
            code, out, errors = run(str(CONTRIB / "fleet" / "run"), *arguments)
            self.assertEqual((code, out, errors), (2, "", "usage: contrib/fleet/run [NODES]    (1 to 99)\n"))

    def test_plugs_may_be_pulled_and_all_stops(self) -> None:
        with Piped(sys.executable, str(CONTRIB / "fleet" / "fleet.py"), str(self.build), "2") as fleet:
            wait_until(lambda: (fleet.lines(), "^C stops" in fleet.out or fleet.process.poll() is not None)[1], "the fleet")
            self.assertIsNone(fleet.process.poll(), fleet.errors)
            url = re.search(r"board --url (\S+)", fleet.out)[1]
            self.wait_succeeded(url, 3)
            pulled = ["s1", "node1", "node2 trackpayments-nats"]
            for name in pulled:
                os.kill(self.processes(fleet.out)[name], signal.SIGKILL)
            wait_until(lambda: (fleet.lines(), all(f"{name} runs again" in fleet.out for name in pulled))[1], "their restart")
            everything = self.processes(fleet.out)
            self.assertEqual(len(everything), 3 + 2 * 3)
            groups = {os.getpgid(pid) for pid in everything.values()}
            self.assertNotIn(os.getpgid(fleet.process.pid), groups, "^C in a terminal ends none of them")
            time.sleep(1)
            fleet.process.send_signal(signal.SIGINT)
            code, out, errors = fleet.wait_end()
            self.assertEqual((code, errors), (0, ""), out)
            self.assertRegex(out.splitlines()[-1], r"The stream has the end of every payment that has ended in its node: \d+ payments$")
            self.assertEqual([name for name, pid in everything.items() if self.alive(pid)], [])

    def wait_succeeded(self, url: str, least: int) -> None:
        def look() -> Any:
            _, out, _ = run(BOARD, "--url", url, "--once")
            found = re.search(r"^all +\d+ +(\d+)", out, re.M)
            return found and int(found[1]) >= least

        wait_until(look, "payments on the board")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
