"""The command trackpayments: payments in flight, all payments of one hash, changes after a cursor, and the stream with a timeout."""

import json
import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import Stage, die_on_sigterm, wait_until
from versions import needs_an_end_at_once, needs_cancheck, needs_the_end, needs_whole_rows

NEVER = ["--trackpayments-failed-after=3600"]


def brief(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p["payment_index"], p["status"]) for p in answer["payments"]]


class Follow(unittest.TestCase):
    def ask(self, stage: Stage, **params: Any) -> dict[str, Any]:
        return stage.node.call("trackpayments", params)

    def test_payments_in_flight_are_answered_and_no_others(self) -> None:
        with Stage(NEVER) as stage:
            self.assertEqual(brief(self.ask(stage)), [])
            stage.wait_status(stage.pay(1_000_000, "settle"), "SUCCEEDED")
            held = stage.pay(2_000_000, "hold")
            undecided = stage.invoice(3_000_000, outcomes=["temporary_channel_failure"])
            stage.sendpay(undecided)
            stage.wait_payment(undecided, lambda p: p["htlcs"][0]["status"] == "FAILED", "the failed part")
            in_flight = stage.wait_status(held, "IN_FLIGHT")
            answer = self.ask(stage)
            self.assertEqual(set(answer), {"payments", "cursor", "complete"})
            both = sorted((in_flight, stage.snapshots(undecided)[-1]), key=lambda p: int(p["payment_index"]))
            self.assertEqual(brief(answer), brief({"payments": both}))
            self.assertEqual([(set(p), len(p["htlcs"])) for p in answer["payments"]], [(set(p), len(p["htlcs"])) for p in both])
            self.assertEqual(self.ask(stage, no_inflight_updates=True)["payments"], [])
            self.assertEqual(stage.node.call("trackpayments", [False, held["payment_hash"]])["payments"],
                             [p for p in answer["payments"] if p["payment_hash"] == held["payment_hash"]])
            stage.release(held)

    def test_all_payments_of_a_hash_are_answered_even_evicted_ones(self) -> None:
        for retain in (20000, 0):
            with self.subTest(retain=retain), Stage(
                    ["--trackpayments-failed-after=0", f"--trackpayments-retain={retain}"]) as stage:
                invoice = stage.invoice(5_000_000, outcomes=["temporary_channel_failure", "temporary_channel_failure", "settle"])
                for group, ending in ((3, "FAILED"), (9, "FAILED"), (4, "SUCCEEDED")):
                    before = len(stage.snapshots(invoice))
                    stage.sendpay(invoice, groupid=group)
                    stage.wait_payment(invoice, lambda p, n=before, e=ending: len(stage.snapshots(invoice)) > n and p["status"] == e, ending)
                stage.barrier()
                answer = self.ask(stage, payment_hash=invoice["payment_hash"])
                rows = stage.node.rows(payment_hash=invoice["payment_hash"])
                self.assertEqual(brief(answer), [(str(row["created_index"]), s)
                                                 for row, s in zip(rows, ("FAILED", "FAILED", "SUCCEEDED"), strict=True)])
                self.assertEqual(len(self.ask(stage, payment_hash=invoice["payment_hash"], timeout=60)["payments"]), 3, "answered at once")
                self.assertEqual(stage.refused("trackpayments", {"payment_hash": "ab" * 32}),
                                 (208, f"Unknown payment with payment_hash: {'ab' * 32}"))

    def test_the_end_of_a_payment_is_answered_as_it_was_published(self) -> None:
        for status, outcome in (("complete", "SUCCEEDED"), ("failed", "FAILED")):
            with self.subTest(status), FakeHost() as host:
                held: list[Any] = []
                host.answers["listsendpays"] = lambda params, token: held.append(token) if "payment_hash" in params else host.model.call(
                    "listsendpays", params, token)
                host.begin(**{"trackpayments-failed-after": 0})
                row = host.insert(pending_row(1))
                host.wait(lambda: held, "the listing")
                del host.answers["listsendpays"]
                # It ends before it is listed: the listing shows that before lightningd reports it.
                model_row = {**row, "status": status, "updated_index": 1, "completed_at": row["created_at"], "payment_preimage": f"{1:064x}"}
                host.model.end(model_row)
                fired, host.model.fired = host.model.fired, []
                host.answer(*held[0])
                end = host.wait(lambda: host.published("trackpayments_final"), "the end")[0]
                host.model.fired = fired
                host.fire()
                host.notify(f"sendpay_{'success' if status == 'complete' else 'failure'}", model_row if status == "complete" else failure(row))
                host.barrier()
                answer = host.request("trackpayments", {"payment_hash": row["payment_hash"]})["result"]["payments"]
                self.assertEqual(answer, host.published()[-1:])
                self.assertEqual(host.published()[-1]["htlcs"][0]["resolve_time_ns"], end["htlcs"][0]["resolve_time_ns"])
                self.assertEqual(end["status"], outcome)

    @needs_the_end
    def test_everything_after_a_cursor_comes_in_bounded_answers(self) -> None:
        for retain in (20000, 10):
            with self.subTest(retain=retain), Stage(
                    ["--trackpayments-failed-after=0", f"--trackpayments-retain={retain}"]) as stage:
                begin = self.ask(stage)["cursor"]
                invoices = [stage.invoice(1000 + n, "settle" if n % 5 else "incorrect_or_unknown_payment_details") for n in range(230)]
                for invoice in invoices:
                    stage.again(invoice)
                for invoice in invoices:
                    stage.wait_payment(invoice, lambda p: p["status"] != "IN_FLIGHT", "its end")
                wait_until(lambda: self.ask(stage)["cursor"].split(".")[2:] == [str(stage.counter("created")), str(stage.counter("updated"))],
                           "the cursor at the counters")
                cursor, answered, answers = begin, {}, 0
                while True:
                    answer = self.ask(stage, since=cursor)
                    answers += 1
                    self.assertLessEqual(len(answer["payments"]), 100)
                    indexes = [p["payment_index"] for p in answer["payments"]]
                    self.assertEqual(len(set(indexes)), len(indexes), "each once")
                    answered |= {p["payment_hash"]: p["status"] for p in answer["payments"]}
                    self.assertNotEqual(answer["cursor"], cursor)
                    cursor = answer["cursor"]
                    if not answer.get("more"):
                        break
                self.assertGreaterEqual(answers, 3)
                self.assertEqual(answered, {i["payment_hash"]: "SUCCEEDED" if n % 5 else "FAILED" for n, i in enumerate(invoices)})
                self.assertEqual(self.ask(stage, since=cursor), {"payments": [], "cursor": cursor})

    def test_an_impossible_cursor_is_refused(self) -> None:
        with Stage() as stage:
            stage.settle()
            cursor = self.ask(stage)["cursor"]
            node, run, created, updated = cursor.split(".")
            for bad, fragment in ((f"{'f' * 8}.{run}.{created}.{updated}", "another node"),
                                  (f"{node}.{run}.{int(created) + 1}.{updated}", "ahead of the node's counters"),
                                  (f"{node}.{run}.{created}.{2**64 - 1}", "ahead of the node's counters"),
                                  (f"{node}.{run}.{created}", "cursor"), ("", "cursor"), (5, "cursor")):
                code, message = stage.refused("trackpayments", {"since": bad})
                self.assertEqual(code, -32602)
                self.assertTrue(message.startswith("since: ") and fragment in message, message)
            self.assertEqual(self.ask(stage, since=f"{node}.00000000.{created}.{updated}")["payments"], [], "an earlier run's is good")

    def test_a_cursor_before_v23_11_is_refused_with_the_reason(self) -> None:
        with FakeHost("v23.08", rows=[pending_row(1)]) as host:
            host.begin(waits=False)
            host.wait(host.published, "the payment in flight")
            error = host.request("trackpayments", {"since": "035fdd0c.00000000.0.0"})["error"]
            self.assertEqual(error["code"], -32602)
            self.assertIn("v23.11", error["message"])
            self.assertEqual(len(host.request("trackpayments", {})["result"]["payments"]), 1)

    def test_an_undecided_payment_is_in_every_answer_and_holds_the_cursor(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.invoice(3_000_000, outcomes=["temporary_channel_failure"])
            stage.sendpay(invoice)
            stage.wait_payment(invoice, lambda p: p["htlcs"][0]["status"] == "FAILED", "the failed part")
            stage.wait_rows(invoice, "failed")
            later = stage.pay(1_000_000, "settle")
            stage.wait_status(later, "SUCCEEDED")
            stage.barrier()
            cursor = self.ask(stage)["cursor"]
            row = stage.node.rows(payment_hash=invoice["payment_hash"])[0]
            self.assertLess(int(cursor.split(".")[3]), row["updated_index"])
            for _ in range(2):
                answer = self.ask(stage, since=cursor)
                self.assertIn((str(row["created_index"]), "IN_FLIGHT"), brief(answer))
                cursor = answer["cursor"]
                self.assertLess(int(cursor.split(".")[3]), row["updated_index"])
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.wait_status(invoice, "FAILED")
            self.assertIn((str(row["created_index"]), "FAILED"), brief(self.ask(stage, since=cursor)))

    @needs_an_end_at_once
    def test_a_payment_that_a_restart_makes_undecided_holds_the_cursor_of_every_caller(self) -> None:
        """A caller knew that it had failed, and its cursor was behind that. It must learn the outcome of the next run, too."""
        def restart(failed_after: str) -> None:
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": failed_after})
            stage.node.stop_plugin(stage.plugin_path)
            stage.node.start_plugin(stage.plugin_path)

        with Stage(["--trackpayments-failed-after=0"]) as stage:
            invoice = stage.undecided()
            stage.wait_status(invoice, "FAILED")
            stage.settle()
            cursor = stage.messages()[-1]["cursor"]
            for failed_after, status in (("3600", "IN_FLIGHT"), ("0", "FAILED")):
                restart(failed_after)
                answer = stage.node.call("trackpayments", {"since": cursor})
                self.assertIn((invoice["payment_hash"], status), [(p["payment_hash"], p["status"]) for p in answer["payments"]])
                cursor = answer["cursor"]

    def test_a_caller_waits_until_everything_is_listed(self) -> None:
        with FakeHost(rows=[pending_row(1), pending_row(2)]) as host:
            ask = host.model.call
            held: list[Any] = []
            host.answers["listsendpays"] = lambda params, token: held.append((params, token))
            host.begin(waits=False)
            host.send({"id": "early", "method": "trackpayments", "params": []})
            host.wait(lambda: held, "the listing")
            host.barrier()
            self.assertFalse([m for m in host.messages if m.get("id") == "early"], "nothing is known yet")
            host.answers.clear()
            for params, (client, request) in held:
                host.answer(client, request)
            answer = host.reply("early")["result"]
            self.assertEqual(brief(answer), [("1", "IN_FLIGHT"), ("2", "IN_FLIGHT")])
            self.assertIs(ask.__self__, host.model)


class Stay(unittest.TestCase):
    def lines(self, client: Any, request_id: Any) -> list[dict[str, Any]]:
        client.poll()
        sent = [n["params"] for n in client.notifications if n["method"] == "message"]
        return [json.loads(n["message"]) for n in sent if n["id"] == request_id and n["level"] == "info"]

    @needs_whole_rows
    def test_a_caller_with_timeout_is_sent_the_stream(self) -> None:
        with Stage(NEVER) as stage:
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            client = stage.node.new_client()
            self.addCleanup(client.close)
            client.call("notifications", {"enable": True})
            request = client.send("trackpayments", {"timeout": 3})
            wait_until(lambda: self.lines(client, request), "the payment in flight")
            other = stage.pay(1_000_000, "settle")
            stage.wait_status(other, "SUCCEEDED")
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")
            answer = client.result(request)
            lines = self.lines(client, request)
            by_topic = [m["trackpayments"] for m in stage.messages()]
            self.assertEqual(lines[0]["payment_hash"], held["payment_hash"])
            if any(p["payment_hash"] == held["payment_hash"] and p["status"] == "SUCCEEDED" for p in lines):
                self.assertEqual(lines[1:], by_topic[1:], "the messages of the topic, in order")
                self.assertEqual([p["payment_hash"] for p in answer["payments"]], [other["payment_hash"], held["payment_hash"]])
                self.assertEqual({p["status"] for p in answer["payments"]}, {"SUCCEEDED"})
            else:  # on a slow machine the timeout has passed before
                self.assertEqual(lines[1:], by_topic[1:len(lines)])

    @needs_the_end
    def test_waiting_for_one_hash_ends_with_its_payment(self) -> None:
        with Stage(NEVER) as stage:
            held, other = stage.pay(2_000_000, "hold"), stage.pay(3_000_000, "hold")
            for invoice in (held, other):
                stage.wait_status(invoice, "IN_FLIGHT")
            client = stage.node.new_client()
            self.addCleanup(client.close)
            requests = [client.send("trackpayments", {"payment_hash": i["payment_hash"], "timeout": 3600}) for i in (held, other)]
            stage.release(held)
            answer = client.result(requests[0])
            self.assertEqual([p["status"] for p in answer["payments"]], ["SUCCEEDED"])
            self.assertFalse(client.has_reply(requests[1]))
            stage.release(other, "fail")
            self.assertEqual([p["status"] for p in client.result(requests[1])["payments"]], ["FAILED"])

    def test_a_long_poll_ends_with_news_and_misses_none(self) -> None:
        with Stage(NEVER) as stage:
            client = stage.node.new_client()
            self.addCleanup(client.close)
            cursor = client.call("trackpayments", {})["cursor"]
            answered: dict[str, str] = {}
            wanted: set[str] = set()
            for n in range(30):
                request = client.send("trackpayments", {"since": cursor, "timeout": 3600})
                wanted.add(stage.pay(1000 + n, "settle")["payment_hash"])
                answer = client.result(request)
                self.assertTrue(answer["payments"])
                answered |= {p["payment_hash"]: p["status"] for p in answer["payments"]}
                cursor = answer["cursor"]
            while set(answered) != wanted or set(answered.values()) != {"SUCCEEDED"}:
                answer = client.call("trackpayments", {"since": cursor, "timeout": 3600})
                answered |= {p["payment_hash"]: p["status"] for p in answer["payments"]}
                cursor = answer["cursor"]
            while (answer := client.call("trackpayments", {"since": cursor, "timeout": 1}))["payments"]:
                self.assertNotEqual(answer["cursor"], cursor, "a payment answered twice had changed in between")
                cursor = answer["cursor"]

    def test_many_callers_wait_and_some_hang_up(self) -> None:
        with Stage(NEVER) as stage:
            clients = [stage.node.new_client() for _ in range(50)]
            cursor = clients[0].call("trackpayments", {})["cursor"]
            requests = [c.send("trackpayments", {"since": cursor, "timeout": 3600}) for c in clients]
            stage.barrier()
            for client in clients[::2]:
                client.close()
            self.addCleanup(lambda: [client.close() for client in clients])
            invoice = stage.pay(1_000_000, "settle")
            for client, request in list(zip(clients, requests, strict=True))[1::2]:
                self.assertEqual(client.result(request)["payments"][0]["payment_hash"], invoice["payment_hash"])
            stage.wait_status(invoice, "SUCCEEDED")

    @needs_cancheck
    def test_filter_and_check_work_as_for_lightningds_own_commands(self) -> None:
        with Stage(NEVER) as stage:
            invoice = stage.pay(1_000_000, "settle")
            stage.wait_status(invoice, "SUCCEEDED")
            call = stage.node.call
            self.assertEqual(call("trackpayments", {"payment_hash": invoice["payment_hash"]}, filter={"payments": [{"status": True}]}),
                             {"payments": [{"status": "SUCCEEDED"}]})
            self.assertEqual(call("check", {"command_to_check": "trackpayments", "timeout": 3}), {"command_to_check": "trackpayments"})
            self.assertEqual(call("check", ["trackpayments", True]), {"command_to_check": "trackpayments"})
            for params in ({"timeout": 3601}, {"since": "x"}, {"payment_hash": "zz"}, {"no_inflight_updates": 7}, {"nonsense": 1}):
                refused = stage.refused("check", {"command_to_check": "trackpayments", **params})
                self.assertEqual(refused, stage.refused("trackpayments", params))
                self.assertEqual(refused[0], -32602)
            ok = {"command_to_check": "setconfig", "config": "trackpayments-failed-after", "val": "5"}
            self.assertEqual(call("check", ok), {"command_to_check": "setconfig"})
            self.assertEqual(stage.refused("check", {**ok, "val": "-5"})[0], -32602)
            self.assertEqual(call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 3600, "checked, not set")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
