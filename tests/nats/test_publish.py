"""Every state of every payment comes into the stream: subjects, headers and bodies are those of the tracker's own messages, preimages
excepted."""

from __future__ import annotations

import unittest
from typing import Any

from nats_stage import NATS, NODE_ID, NatsStage, RpcError, die_on_sigterm, option, wait_until  # first: it makes the others importable

import expected
import stream_judge
import strict_json
import traffic
from servers import STREAM, one_server

AT_ONCE = ["--trackpayments-failed-after=0"]


class Publish(unittest.TestCase):
    def some_payments(self, stage: NatsStage) -> None:
        """Ended ones and one in flight, with every place that has a preimage."""
        stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000})
        stage.pay_now(stage.invoice(5_000_000, "temporary_channel_failure", "settle"))
        stage.pay_now(stage.invoice(9_000_003, parts=["settle", "settle"]))
        held = stage.pay(1_000_000, "hold")
        stage.wait_status(held, "IN_FLIGHT")

    def test_every_kind_of_payment_as_json(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            stage.wait_connected()
            traffic.hold_two(stage)
            traffic.every_kind(stage)
            shown = stage.wait_published()
            messages = server.messages()
            self.assertEqual(expected.complaints(messages, stage), [])
            self.assertEqual(stream_judge.ends(stage.node.rows(), messages), [])
            secrets = expected.preimages_of(stage)
            self.assertGreater(len(secrets), 20)
            self.assertEqual(expected.found_in(messages, secrets), set())
            self.assertEqual(len({one.header("Nats-Msg-Id") for one in messages}), len(messages))
            known = {params["cursor"] for params in stage.messages()}
            cursors = [one.header("Trackpayments-Cursor") for one in messages]
            self.assertTrue(known & set(cursors))  # others are of answers
            self.check_command(shown, len(messages))

    def check_command(self, shown: dict[str, Any], count: int) -> None:
        position = shown.pop("position")
        self.assertRegex(position, stream_judge.CURSOR)
        self.assertRegex(shown.pop("server"), r"^nats://127\.0\.0\.1:[0-9]+$")
        self.assertEqual(shown, {"state": "active", "connected": True, "stream": STREAM, "caught_up": True, "unacknowledged": 0,
                                 "lag_seconds": 0, "acknowledged": count, "already_stored": 0, "problems": []})

    def test_as_protocol_buffers(self) -> None:
        with one_server() as server, NatsStage(server.url, [*AT_ONCE, option("format", "protobuf")]) as stage:
            stage.wait_connected()
            self.some_payments(stage)
            stage.wait_published()
            messages = server.messages()
            self.assertEqual(expected.complaints(messages, stage, protobuf=True), [])
            self.assertEqual(stream_judge.ends(stage.node.rows(), messages), [])
            self.assertEqual(expected.found_in(messages, expected.preimages_of(stage)), set())

    def test_preimages_if_they_are_wanted(self) -> None:
        with one_server() as server, NatsStage(server.url, [*AT_ONCE, option("preimages")]) as stage:
            stage.wait_connected()
            self.some_payments(stage)
            stage.wait_published()
            messages = server.messages()
            self.assertEqual(expected.complaints(messages, stage, preimages=True), [])
            preimages = {row["payment_preimage"].encode() for row in stage.node.rows(status="complete")}
            self.assertEqual(expected.found_in(messages, preimages), preimages)

    def test_deletions(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            stage.wait_connected()
            paid = stage.invoice(1_000_000)
            stage.pay_now(paid)
            stage.node.call("delpay", [paid["payment_hash"], "complete"])
            deleted = stage.wait_deletion(paid)
            stage.wait_caught_up()
            last = server.messages()[-1]
            self.assertEqual(last.subject, f"lightning.{NODE_ID}.payment.{paid['payment_hash']}.{deleted['payment_index']}.deleted")
            self.assertEqual(strict_json.loads(last.body), deleted)
            self.assertEqual(last.header("Content-Type"), "application/json")
            self.assertEqual(stream_judge.complaints(server.messages()), [])

    def test_too_large_for_the_server(self) -> None:
        """First the hops are left out, then the attempts; headers say so, and still have all attempts."""
        with one_server("max_payload: 8192") as server, NatsStage(server.url, AT_ONCE) as stage:
            stage.wait_connected()
            made = {"": 1, "hops": 7, "htlcs": 40}  # parts
            for parts in made.values():
                stage.pay_now(stage.invoice(9_000_000, parts=["settle"] * parts))
            stage.wait_published()
            last = {one.payment_hash: one for one in stream_judge.snapshots(server.messages())}
            self.assertEqual(len(last), len(made))
            for (omitted, parts), stored in zip(made.items(), last.values()):
                full = expected.without_preimages(stage.snapshots(stored.payment_hash)[-1])
                self.assertEqual((stored.status, stored.attempts), ("SUCCEEDED", expected.attempts(full)))
                self.assertEqual(len(stored.attempts), parts)
                self.assertEqual(stored.message.header("Trackpayments-Omitted") or "", omitted)
                if omitted == "hops":
                    for attempt in full["htlcs"]:
                        attempt["route"]["hops"] = []
                if omitted == "htlcs":
                    full["htlcs"] = []
                self.assertEqual(stored.message.body.decode(), strict_json.dumps(full))
            self.assertEqual(stream_judge.ends(stage.node.rows(), server.messages()), [])


class Stream(unittest.TestCase):
    def test_is_made_with_the_wanted_limits(self) -> None:
        wanted = [option("keep", "last"), option("max-age", 5), option("max-bytes", 20), option("stream", "FLEET")]
        with one_server() as server, NatsStage(server.url, [*AT_ONCE, *wanted]) as stage:
            stage.wait_connected()
            config = server.client.info_of("FLEET")["config"]
            limits = {"subjects": ["lightning.*.payment.>"], "retention": "limits", "max_msgs_per_subject": 1,
                      "max_age": 5 * 3600 * 10**9, "storage": "file", "num_replicas": 1}
            self.assertEqual({name: config[name] for name in limits}, limits)
            self.assertEqual(config["max_bytes"], 20 * 10**6)
            stage.pay_now(stage.invoice(1_000_000, "temporary_channel_failure", "settle"))
            stage.wait_published()
            stored = stream_judge.snapshots(server.messages("FLEET"))
            self.assertEqual([one.status for one in stored], ["SUCCEEDED"])

    def test_that_differs_is_used_and_never_changed(self) -> None:
        with one_server() as server:
            own = {"name": STREAM, "subjects": ["lightning.>"], "max_age": 7 * 10**12, "storage": "memory", "max_msgs_per_subject": 3,
                   "num_replicas": 1, "duplicate_window": 10**9}
            server.client.api(f"STREAM.CREATE.{STREAM}", own)
            before = server.client.info_of(STREAM)["config"]
            with NatsStage(server.url, AT_ONCE) as stage:
                stage.allowed = [f"the stream {STREAM}"]
                stage.wait_connected()
                stage.pay_now(stage.invoice(1_000_000))
                stage.wait_published()
                stage.restart_sink()
                stage.wait_published()
                self.assertEqual([one.status for one in stream_judge.snapshots(server.messages())][-1], "SUCCEEDED")
                lines = [line for line in stage.nats_log() if f"the stream {STREAM}" in line]
                self.assertEqual(len(lines), 2 * len(set(line.split(": ", 1)[1] for line in lines)), lines)
                self.assertTrue(any("age" in line or "hour" in line for line in lines), lines)
            self.assertEqual(server.client.info_of(STREAM)["config"], before)

    def test_without_a_url_nothing_is_published(self) -> None:
        with NatsStage(None, AT_ONCE) as stage:
            stage.allowed = ["trackpayments-nats-url"]
            lines = [line for line in stage.nats_log() if "trackpayments-nats-url" in line]
            self.assertEqual(len([line for line in lines if "Killing plugin" not in line]), 1, lines)  # that one is the node's
            with self.assertRaises(RpcError):
                stage.show()
            self.assertNotIn(NATS, [one["name"] for one in stage.node.call("plugin", {"subcommand": "list"})["plugins"]])


class Begin(unittest.TestCase):
    """A node of which the stream has nothing yet."""

    def old_payments(self, stage: NatsStage) -> set[str]:
        paid = [stage.invoice(1_000_000 + number) for number in range(5)]
        for invoice in paid:
            stage.pay_now(invoice)
        stage.settle()
        return {invoice["payment_hash"] for invoice in paid}

    def published(self, begin: str) -> tuple[set[str], set[str], set[str]]:
        """Old hashes, the new one, and those in the stream."""
        with one_server() as server, NatsStage(server.url, [*AT_ONCE, option("begin", begin)], sink=False) as stage:
            old = self.old_payments(stage)
            stage.start_sink()
            stage.wait_connected()
            new = stage.invoice(2_000_000)
            stage.pay_now(new)
            stage.wait_published()
            wait_until(lambda: stream_judge.ends(stage.node.rows(payment_hash=new["payment_hash"]), server.messages()) == [], "the new one")
            messages = server.messages()
            self.assertEqual(stream_judge.complaints(messages), [])
            return old, {new["payment_hash"]}, {one.payment_hash for one in stream_judge.snapshots(messages)}

    def test_now(self) -> None:
        old, new, found = self.published("now")
        self.assertEqual(found, new)

    def test_at_the_beginning(self) -> None:
        old, new, found = self.published("beginning")
        self.assertLess(old | new, found)

    def test_a_sink_that_comes_back_goes_on_at_its_last_message(self) -> None:
        with one_server() as server, NatsStage(server.url, AT_ONCE) as stage:
            stage.wait_connected()
            for _ in range(3):
                for number in range(5):
                    stage.pay_now(stage.invoice(1_000_000 + number, "temporary_channel_failure", "settle"))
                stage.wait_published()
                stage.node.stop_plugin(NATS)
                self.old_payments(stage)
                stage.start_sink()
                stage.wait_connected()
            stage.wait_published()
            messages = server.messages()
            self.assertEqual(stream_judge.complaints(messages) + stream_judge.ends(stage.node.rows(), messages), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
