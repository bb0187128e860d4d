"""The plugin is loaded twice, initialised twice, gets messages before init, is stopped and started while payments go on, and ends with a
full queue."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import unittest
from pathlib import Path

from faults import CONTINUE, LONG, hook_answered, lies, unharmed
from fake_host import FakeHost, ended_row, failure, pending_row
from support import PLUGIN, Stage, die_on_sigterm, wait_until
from test_blocked import wrong_ends
from versions import NODE, needs_whole_rows

CALL = {"id": 1, "method": "sendpay", "params": {"payment_hash": "ab" * 32, "route": []}}


def processes(stage: Stage) -> int:
    """Running copies of the plugin."""
    node = stage.node.process.pid
    children = Path(f"/proc/{node}/task/{node}/children").read_text().split()
    return sum(b"subscriber" not in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children)


class Twice(unittest.TestCase):
    def test_a_second_one_in_the_same_node_is_refused_and_the_first_goes_on(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            held = stage.pay(5_000_000, parts=["hold", "hold"])
            stage.wait_status(held, "IN_FLIGHT", parts=2)
            first = stage.plugin_pid()
            copies = [stage.directory / "another-name", stage.directory / "plugins" / "trackpayments", stage.directory / "a link"]
            copies[1].parent.mkdir()
            for copy in copies[:2]:
                shutil.copy(PLUGIN, copy)
            copies[2].symlink_to(PLUGIN)
            for path, fragment in [(PLUGIN, "Invalid argument"), *((copy, "already registered") for copy in copies)]:
                with self.subTest(path=path):
                    _, message = stage.refused("plugin", {"subcommand": "start", "plugin": str(path)})
                    self.assertIn(fragment, message)
                    stage.node.call("getinfo")
                    self.assertEqual(stage.plugin_pid(), first)
            stage.wait_status(stage.pay(1_000_000, "temporary_channel_failure", "settle"), "SUCCEEDED")
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")
            wait_until(lambda: processes(stage) == 1, "the end of the others")
            runs = {message["cursor"].split(".")[1] for message in stage.messages()}
            self.assertEqual(len(runs), 1, "and none of them published anything")

    def test_two_on_one_node_publish_the_same_and_hold_no_command(self) -> None:
        # Only another host than lightningd may allow this.
        with FakeHost() as host, FakeHost() as other:
            host.begin()
            other.selector.register(host.selector.fileno(), selectors.EVENT_READ, lambda: host.pump(0))
            other.request("getmanifest", {}, "cln:getmanifest#1")
            configuration = {"lightning-dir": host.directory, "rpc-file": "lightning-rpc", "startup": True}
            other.request("init", {"options": {}, "configuration": configuration})
            other.wait(lambda: sum(index == "created" for _, index, _ in host.model.blocked) == 2, "the waits of both")
            for index in range(1, 21):
                row = host.insert(pending_row(index))
                for one in (host, other):
                    one.hook(f"h{index}", CALL)
                ended = host.end(row, "complete")
                for one in (host, other):
                    one.notify("sendpay_success", ended)
            for one in (host, other):
                other.wait(lambda: sum(p["status"] == "SUCCEEDED" for p in one.published()) == 20, "the payments, from both")
                other.wait(lambda: sum(m.get("result") == CONTINUE for m in one.messages) == 20, "the hooks, from both")
            last = [{p["payment_hash"]: p for p in one.published()} for one in (host, other)]
            self.assertEqual({h: (p["status"], p["payment_index"]) for h, p in last[0].items()},
                             {h: (p["status"], p["payment_index"]) for h, p in last[1].items()})

    def test_messages_before_the_answer_to_init_are_served(self) -> None:
        row = pending_row(1)
        with FakeHost(rows=[row]) as host:
            ended = host.end(row, "complete")
            configuration = {"lightning-dir": host.directory, "rpc-file": "lightning-rpc", "startup": True}
            # One write, so one read: hooks and a notification before getmanifest, between, and after init.
            hook = {"method": "rpc_command", "params": {"rpc_command": {"jsonrpc": "2.0", **CALL}}}
            success = {"method": "sendpay_success", "params": {"sendpay_success": ended}}
            delpay = {"id": 2, "method": "delpay", "params": [row["payment_hash"], "complete"]}
            host.send({**hook, "id": "a"}, success, {"id": "cln:getmanifest#1", "method": "getmanifest", "params": {}},
                      {**hook, "id": "b"}, success,
                      {"id": "i", "method": "init", "params": {"options": {}, "configuration": configuration}},
                      {**hook, "id": "c"}, {"id": "d", "method": "rpc_command", "params": {"rpc_command": delpay}}, success)
            for identity in "abcd":
                self.assertEqual(host.reply(identity)["result"], CONTINUE, identity)
            self.assertEqual(host.reply("i")["result"], {})
            order = [m["id"] for m in host.messages if "id" in m]
            self.assertEqual(order[:4], ["a", "b", "c", "d"], "hooks before anything else")
            host.wait_armed()
            host.barrier()
            self.assertEqual({p["status"] for p in host.published()} - {"SUCCEEDED"}, set(), "the node's row was complete all the time")
            unharmed(host)

    def test_a_second_getmanifest_and_init_change_nothing(self) -> None:
        with FakeHost(rows=[pending_row(1)]) as host:
            host.begin()
            host.wait(host.published, "the payment in flight")
            for number in range(3):
                manifest = host.request("getmanifest", {}, f"cln:getmanifest#1{number}")
                self.assertIn("rpcmethods", manifest["result"])
                usual = {"options": {"trackpayments-retain": 5}, "configuration": {
                    "lightning-dir": host.directory, "rpc-file": "lightning-rpc", "startup": number == 1}}
                for again in ({"options": {"trackpayments-failed-after": -1}}, {}, [], usual):
                    self.assertEqual(host.request("init", again)["error"], {"code": -32600, "message": "init has come before"})
                host.wait_armed()
                unharmed(host)
            self.assertEqual([p["status"] for p in host.published() if p["payment_index"] == "1"], ["IN_FLIGHT"], "published once")
            host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
            host.wait(lambda: any(p["payment_index"] == "1" and p["status"] == "SUCCEEDED" for p in host.published()), "its end")
            self.assertEqual(host.stop(), 0)


class StopAndStart(unittest.TestCase):
    @needs_whole_rows
    def test_held_hooks_go_on_and_payments_in_flight_are_published_again(self) -> None:
        with Stage(["--trackpayments-failed-after=3600"]) as stage:
            held = [stage.pay(1_000_000 + n, parts=["hold", "hold"]) for n in range(5)]
            for invoice in held:
                stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            paid = stage.pay(3_000_000, "settle")
            stage.wait_status(paid, "SUCCEEDED")
            stage.barrier()
            stage.node.call("standin-fault", {"fault": "hang", "method": "listsendpays"})
            asked = stage.node.rpc.send("delpay", [paid["payment_hash"], "complete"])
            stage.barrier()  # by now the plugin holds it
            self.assertFalse(stage.node.rpc.has_reply(asked))
            stage.unwatched |= {attempt["attempt_id"] for attempt in stage.snapshots(paid)[-1]["htlcs"]}
            stage.node.stop_plugin(PLUGIN)
            self.assertEqual(len(stage.node.rpc.result(asked)["payments"]), 1, "lightningd went on without it")
            stage.node.call("standin-fault", {"fault": "unhang", "method": "listsendpays"})
            # While the plugin is stopped: one ends, one fails, one begins.
            stage.release(held[0])
            stage.release(held[1], "fail")
            stage.wait_rows(held[0], "complete", "complete")
            stage.wait_rows(held[1], "failed", "failed")
            begun = stage.pay(4_000_000, "hold")
            stage.wait_rows(begun, "pending")
            before = {invoice["payment_hash"]: len(stage.snapshots(invoice)) for invoice in held}
            stage.start_plugin()
            stage.first_shown -= 1  # the new one is in flight
            for invoice in held[2:]:
                stage.wait_payment(invoice, lambda _: len(stage.snapshots(invoice)) > before[invoice["payment_hash"]], "it is published again")
                self.assertEqual([(p["status"], len(p["htlcs"])) for p in stage.snapshots(invoice)[before[invoice["payment_hash"]]:]],
                                 [("IN_FLIGHT", 2)])
            for invoice in [*held[2:], begun]:
                stage.release(invoice)
                stage.wait_status(invoice, "SUCCEEDED")
            # The second run knows the open payments of the first from the rows.
            since = stage.node.call("trackpayments", {"payment_hash": held[0]["payment_hash"]})["payments"]
            self.assertEqual([p["status"] for p in since], ["SUCCEEDED"])
            stage.finish = lambda: self.assertEqual(stage.stop(), [])  # these ends were not published

    @unittest.skipIf("WRAPPED" in os.environ, "the program starts more slowly than payments end")
    def test_restarts_of_the_plugin_do_not_delay_payments(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]).alone() as stage:
            amid = 0  # number of restarts while payments were in flight
            for _ in range(50):
                amid += self.come_and_go(stage)
                if amid > 2:
                    break
            self.assertGreater(amid, 2)
            stage.settle()
            newest = {payment["payment_hash"]: payment["status"] for payment in stage.snapshots()}
            rows: dict[str, set[str]] = {}
            for row in stage.node.rows():
                rows.setdefault(row["payment_hash"], set()).add(row["status"])
            self.assertEqual([h for h, status in newest.items() if status == "SUCCEEDED" and "complete" not in rows[h]], [])
            self.assertEqual([h for h, status in newest.items() if status == "FAILED" and rows[h] != {"failed"}], [])
            since = stage.node.call("trackpayments", {"since": stage.messages()[0]["cursor"]})
            in_flight = [rows[p["payment_hash"]] for p in since["payments"] if p["status"] == "IN_FLIGHT"]
            self.assertEqual([each for each in in_flight if not (NODE.waits_silently and each == {"failed"})], [], "nothing is in flight")
            self.assertEqual(stage.stop(), [])


    def come_and_go(self, stage: Stage) -> int:
        """While a load is running."""
        before, amid = stage.counter("created"), 0
        with stage.node.new_client() as second:
            load = second.send("load", {"total": 400, "in_flight": 20, "fail_percent": 10, "mix": {"sendpay": 1, stage.payer: 1}})
            wait_until(lambda: stage.counter("created") > before, "that it begins")
            while not second.has_reply(load):
                stage.node.stop_plugin(PLUGIN)
                stage.node.start_plugin(PLUGIN)
                amid += not second.has_reply(load)
            self.assertEqual(second.result(load)["started"], 400)
        return amid


class FullQueue(unittest.TestCase):
    def fill(self, host: FakeHost) -> int:
        """More than the queue keeps: a hundred payments; each part, and the end of each part, is a snapshot. The number of these."""
        host.begin(**{"trackpayments-failed-after": 3600})
        rows = [host.insert(pending_row(n + 1, f"{n:064x}", partid=1, bolt11=f"lnbcrt{n}")) for n in range(100)]
        host.wait(lambda: len(host.published()) == 100, "the payments in flight")
        host.barrier()
        host.read_output(False)
        index = len(rows)
        for partid in range(2, 22):
            for payment, row in enumerate(rows):
                host.model.table[row["created_index"]] = ended_row(row, "failed", row["created_index"])
                host.notify("sendpay_failure", failure(row))
                index += 1
                rows[payment] = host.model.table[index] = pending_row(index, row["payment_hash"], partid=partid, bolt11=row["bolt11"])
                host.notify("sendpay_success", rows[payment])
        return 2 * 20 * 100

    def test_a_full_queue_is_written_before_the_end(self) -> None:
        with FakeHost() as host:
            snapshots = self.fill(host)
            before = len(host.messages)
            host.hook("last", CALL)
            host.send({"method": "shutdown", "params": {"shutdown": {}}})
            # Later messages are ignored.
            host.send({"method": "shutdown", "params": {"shutdown": {}}}, {"method": "sendpay_success", "params": {}})
            host.read_output(True)
            self.assertEqual(host.wait_exit(), 0)
            self.assertEqual(wrong_ends(host), [])
            self.assertEqual(lies(host), [])
            self.assertEqual(host.reply("last")["result"], CONTINUE)
            merged = [line for line in host.logs("unusual") if "were merged" in line]
            self.assertEqual(len(merged), 1, "it was full")
            published = sum(m.get("method") == "trackpayments" for m in host.messages[before:])
            self.assertEqual(published + int(merged[0].split()[0]), snapshots, "each is published or merged")

    @unittest.skipUnless(LONG, "takes half a minute: TRACKPAYMENTS_LONG=yes")
    def test_it_ends_also_if_its_output_is_never_read(self) -> None:
        with FakeHost() as host:
            self.fill(host)
            host.send({"method": "shutdown", "params": {"shutdown": {}}})
            host.wait(lambda: host.child.poll() is not None, "the exit")
            self.assertGreaterEqual(host.child.returncode, 0, "by itself, not by a signal")

    def test_a_suspended_process_that_goes_on_has_missed_nothing(self) -> None:
        with FakeHost() as host:
            host.begin()
            rows = [host.insert(pending_row(n)) for n in range(1, 201)]
            host.wait(lambda: len(host.published()) == 200, "the payments in flight")
            os.kill(host.child.pid, signal.SIGSTOP)
            host.model.forget_waits()
            for row in rows[:100]:
                host.notify("sendpay_success", host.end(row, "complete"))
            host.hook("asleep", CALL)
            os.kill(host.child.pid, signal.SIGCONT)
            host.wait(lambda: sum(p["status"] == "SUCCEEDED" for p in host.published()) == 100, "the ends")
            self.assertEqual(host.reply("asleep")["result"], CONTINUE)
            hook_answered(host)
            self.assertEqual(lies(host), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
