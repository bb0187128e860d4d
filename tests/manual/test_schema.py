"""man/schema fits the real messages: of recordings played to the plugin, of a run on the stand-in, and of the examples of the man pages.
The schemas also refuse wrong messages: a message with an error in any one place does not fit."""

from __future__ import annotations

import copy
import json
import sys
import unittest
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).resolve().parent
for room in ("e2e", "pylib"):
    sys.path.append(str(HERE.parent / room))

from draft7 import Schema  # noqa: E402
from page import MAN, Page  # noqa: E402
from payment_shape import check_payment  # noqa: E402
from support import Stage, die_on_sigterm  # noqa: E402

GOLDEN = HERE.parent / "replay" / "golden"
NOTIFICATION = Schema(MAN / "schema" / "notification.schema.json")
ANSWER = Schema(MAN / "schema" / "answer.schema.json")
STATUS = Schema(MAN / "schema" / "status.schema.json")
NATS_STATUS = Schema(MAN / "schema" / "nats-status.schema.json")
PAYMENT = Schema(MAN / "schema" / "payment.schema.json")
TOPICS = Page("trackpayments-topics")


def wrapped(method: str, params: Any) -> list[dict[str, Any]]:
    """The message as a subscriber gets it, on v25.09 and later, and before."""
    return [{"jsonrpc": "2.0", "method": method, "origin": "trackpayments", "params": params},
            {"jsonrpc": "2.0", "method": method, "params": {"origin": "trackpayments", "payload": params}}]


def spoilt(value: Any) -> Iterator[tuple[str, Any]]:
    """Copies with one member missing, one too many, or one of another type: none of these is a Payment."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield f"without {name}", {k: v for k, v in value.items() if k != name}
            for what, other in spoilt(member):
                yield f"{name}: {what}", {**value, name: other}
        yield "one more", {**value, "one more": 1}
    elif isinstance(value, list):
        for at, item in enumerate(value):
            for what, other in spoilt(item):
                yield f"[{at}] {what}", [*value[:at], other, *value[at + 1:]]
        yield "no list", {}
    else:
        yield "another kind", 1 if isinstance(value, str) or value is None else str(value)
        if isinstance(value, str) and value.isdecimal():
            yield "no number", value + "x"
            yield "a leading zero", "0" + value


class Emitted(unittest.TestCase):
    def complain(self, schema: Schema, value: Any) -> None:
        self.assertEqual(schema.complaints(value), [])

    def test_every_recorded_message_fits(self) -> None:
        seen = set()
        payment = None
        for path in sorted(GOLDEN.glob("*.jsonl")):
            for line in path.read_text().splitlines():
                recorded = json.loads(line)
                params = {**recorded["params"], "cursor": recorded["params"]["cursor"] + ".00000000.1.1"}  # only the node is in the recording
                payment = params.get("trackpayments", payment)
                if params.get("trackpayments_final") == "same":  # in the recording this means: as on the main topic
                    params["trackpayments_final"] = payment
                for message in wrapped(recorded["method"], params):
                    with self.subTest(recording=path.name, message=line[:200]):
                        self.complain(NOTIFICATION, message)
                seen.add(recorded["method"])
        self.assertEqual(len(seen), 3)

    def test_messages_and_answers_of_a_run_fit(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            first = stage.node.call("trackpayments")
            self.complain(ANSWER, first)
            held = stage.pay(2_000_000, "hold")
            paid = stage.pay(7_000_000, parts=[{"amount_msat": 3_000_000, "attempts": ["fee_insufficient", "settle"]}, "settle"])
            failed = stage.pay(2_000_000, "incorrect_or_unknown_payment_details", by="pay")
            stage.wait_status(held, "IN_FLIGHT")
            stage.wait_status(paid, "SUCCEEDED", parts=3)
            stage.wait_status(failed, "FAILED")
            stage.node.call("delpay", [failed["payment_hash"], "failed"])
            stage.wait_deletion(failed)
            answers = [stage.node.call("trackpayments", params) for params in
                       ({}, {"since": first["cursor"]}, {"payment_hash": paid["payment_hash"]})]
            self.assertEqual([len(answer["payments"]) for answer in answers], [1, 2, 1])
            stage.node.call("load", {"total": 120, "in_flight": 20})
            stage.settle()
            answers.append(stage.node.call("trackpayments", {"since": first["cursor"]}))
            self.assertIs(answers[-1]["more"], True)
            answers += [stage.node.call("trackpayments", {"index_offset": 0, **params}) for params in
                        ({"max_payments": 1}, {"count_total_payments": True}, {"reversed": True})]
            self.assertTrue(answers[-3]["next_index_offset"] and answers[-2]["num_payments"])
            for answer in answers:
                self.complain(ANSWER, answer)
            status = stage.node.call("trackpayments-status")
            self.complain(STATUS, status)
            self.assertEqual((status["read"], status["ready"], status["payments_in_flight"]), (status["counters"], True, 1))
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")
            published = stage.subscribers[0].messages()
            self.assertEqual({message["method"] for message in published}, {"trackpayments", "trackpayments_final", "trackpayments_deleted"})
            for message in published:
                self.complain(NOTIFICATION, {name: member for name, member in message.items() if name != "t"})

    def test_the_examples_of_the_man_pages_fit(self) -> None:
        messages = TOPICS.messages()
        self.assertEqual([message["method"] for message in messages], ["trackpayments", "trackpayments_deleted"])
        for message in messages:
            self.complain(NOTIFICATION, message)
        whole = [response for request, response in Page("lightning-trackpayments").examples() if "filter" not in request]
        self.assertEqual(len(whole), 3)
        for response in whole:
            self.complain(ANSWER, response)
        (_, status), = Page("lightning-trackpayments-status").examples()
        self.complain(STATUS, status)
        (_, status), = Page("lightning-trackpayments-nats").examples()
        self.complain(NATS_STATUS, status)
        for payment in [messages[0]["params"]["trackpayments"], *(p for response in whole for p in response["payments"])]:
            self.assertEqual(check_payment(payment), [])


class Wrong(unittest.TestCase):
    def setUp(self) -> None:
        self.message = TOPICS.messages()[0]
        self.payment = self.message["params"]["trackpayments"]

    def test_a_payment_with_an_error_in_any_place_is_refused(self) -> None:
        count = 0
        for what, other in spoilt(self.payment):
            with self.subTest(what=what):
                free = what.startswith(("payment_request:", "first_hop_custom_records: one more")) or "custom_records: one more" in what
                if free and "kind" not in what:
                    continue  # any text is allowed there
                self.assertNotEqual(PAYMENT.complaints(other), [])
                count += 1
        self.assertGreater(count, 250)

    def test_values_that_are_never_published_are_refused(self) -> None:
        for name, value in (("status", "UNKNOWN"), ("value", "1.5"), ("value", "12345678901234567890"), ("payment_hash", "AB" * 32),
                            ("failure_reason", "NONE"), ("first_hop_custom_records", {"x": ""}), ("payment_index", "-1")):
            with self.subTest(name=name, value=value):
                self.assertNotEqual(PAYMENT.complaints({**self.payment, name: value}), [])

    def test_a_message_with_an_error_is_refused(self) -> None:
        def changed(**more: Any) -> dict[str, Any]:
            return {**self.message, **more}

        params = self.message["params"]
        in_flight = {**self.payment, "status": "IN_FLIGHT"}
        deletion = TOPICS.messages()[1]["params"]
        self.assertEqual(NOTIFICATION.complaints(changed(method="trackpayments_deleted", params=deletion)), [])
        for message in (changed(method="payments"), changed(params={**params, "cursor": "035fdd0c"}), changed(params={**params, "more": 1}),
                        changed(params={**params, "cursor": f"{params['cursor']}.7"}),
                        changed(params={"trackpayments_final": in_flight, "cursor": params["cursor"]}), changed(params=self.payment),
                        changed(params={**deletion, "trackpayments_deleted": {**deletion["trackpayments_deleted"], "attempt_ids": []}}),
                        changed(params={**deletion, "trackpayments_deleted": {**deletion["trackpayments_deleted"], "remaining": "0"}})):
            self.assertNotEqual(NOTIFICATION.complaints(message), [], message)

    def test_an_answer_with_an_error_is_refused(self) -> None:
        answer = {"payments": [self.payment], "cursor": self.message["params"]["cursor"]}
        self.assertEqual(ANSWER.complaints({**answer, "more": True}), [])
        for numbers in ("7", "7.8", "0.8"):
            self.assertEqual(ANSWER.complaints({**answer, "cursor": f"{answer['cursor']}.{numbers}"}), [])
        wrong_payment = copy.deepcopy(self.payment)
        wrong_payment["htlcs"][0]["attempt_id"] = 1
        for other in ({**answer, "more": False}, {**answer, "cursor": 1}, {"payments": []}, {**answer, "payments": [wrong_payment]},
                      {**answer, "cursor": f"{answer['cursor']}.0"}, {**answer, "cursor": f"{answer['cursor']}.7.0"},
                      {**answer, "cursor": f"{answer['cursor']}.7.7.7"}):
            self.assertNotEqual(ANSWER.complaints(other), [])


    def test_a_status_with_an_error_is_refused(self) -> None:
        for page, schema in (("lightning-trackpayments-status", STATUS), ("lightning-trackpayments-nats", NATS_STATUS)):
            (_, status), = Page(page).examples()
            for what, other in spoilt(status):
                if what != "without counters":
                    with self.subTest(page, what=what):
                        self.assertNotEqual(schema.complaints(other), [])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
