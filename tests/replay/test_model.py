"""The row model gives the answers of the real node, at the same moments of every recording."""
import unittest

import paths  # noqa: F401
import renepays
from held import held_until
from model import Model
from timeline import timeline
from transcript import Call, calls, hooked, load, names, older_names


class Walk:
    """Applies a recording's steps and deletions to the model, without a plugin."""

    def __init__(self, name: str):
        self.entries = load(name)
        plan = timeline(self.entries)
        self.steps = list(plan.steps)
        decoded = {c.params["string"]: c.reply["result"] for c in calls(self.entries)
                   if c.method == "decode" and "result" in c.reply}
        self.model = Model(plan.counters, plan.start, decoded, renepays.read(self.entries), self.entries.version)
        self.held_until = held_until(self.entries)
        self.calls = [call for call in calls(self.entries) if call.answered]
        recorded = {call.request.msg["id"] for call in self.calls}
        self.unheard = [(e.index, request["params"]) for e in self.entries
                        if (request := hooked(e, "delpay")) and request["id"] not in recorded]  # of lightning-cli and autoclean

    def until(self, position: int) -> None:
        while self.unheard and self.unheard[0][0] <= position:
            at, params = self.unheard.pop(0)
            self.until(at)
            self.model.call("delpay", params)
        self.model.position = position
        self.model.held = {group for group, until in self.held_until.items() if position < until}
        while self.steps and self.steps[0].position <= position:
            step = self.steps.pop(0)
            (self.model.insert if step.kind == "created" else self.model.end)(step.row)

    def answers(self, call: Call) -> list[dict]:
        """The model's answers at each moment between the recorded request and its reply."""
        found = []
        for position in range(call.request.index, call.answered.index + 1):
            self.until(position)
            found.append(self.model.call(call.method, call.params))
        return found


def as_recorded(call: Call) -> dict:
    return {k: v for k, v in call.reply.items() if k in ("result", "error")}


class ModelAgreesWithRecordings(unittest.TestCase):
    def test_listsendpays_and_delpay_answer_as_recorded(self):
        compared = 0
        for name in names() + older_names():
            walk = Walk(name)
            for call in walk.calls:
                if call.method == "listsendpays":
                    self.assertIn(as_recorded(call), walk.answers(call), f"{name}, entry {call.request.index}")
                    compared += 1
                elif call.method == "delpay":
                    walk.until(call.answered.index)
                    self.assertEqual(as_recorded(call), walk.model.call("delpay", call.params), f"{name}, entry {call.request.index}")
                    compared += 1
        self.assertGreater(compared, 100)

    def test_renepaystatus_says_pending_until_the_caller_was_answered_and_then_how_it_ended(self):
        walk = Walk("renepay_retried")
        first, second = renepays.read(walk.entries)

        def status(params: dict) -> list[tuple[str, str]]:
            return [(one["payment_hash"], one["status"]) for one in walk.model.call("renepaystatus", params)["result"]["paystatus"]]
        walk.until(first.began - 1)
        self.assertEqual(status({}), [])
        walk.until(first.answered - 1)
        self.assertEqual(status({"invstring": first.invstring}), [(first.payment_hash, "pending")])
        walk.until(len(walk.entries))
        self.assertEqual(status({}), [(first.payment_hash, "complete"), (second.payment_hash, "failed")])
        self.assertEqual(walk.model.call("renepaystatus", {"invstring": "lni1pq"})["error"]["code"], -32602)

    def test_decode_answers_as_recorded(self):
        for name in names() + older_names():
            walk = Walk(name)
            for call in walk.calls:
                if call.method == "decode" and "result" in call.reply:
                    self.assertEqual(as_recorded(call), walk.model.call("decode", call.params), name)

    def test_waits_fire_on_their_own_increment_with_the_recorded_details(self):
        compared = 0
        for name in names() + older_names():
            walk = Walk(name)
            recorded = {}
            for call in walk.calls:
                result = call.reply.get("result", {})
                if call.method == "wait" and "details" in result and "deleted" not in result:
                    recorded[(call.params["indexname"], result[call.params["indexname"]])] = result
            for index, number in recorded:
                params = {"subsystem": "sendpays", "indexname": index, "nextvalue": number}
                self.assertIsNone(walk.model.call("wait", params, (index, number)), f"{name}: {index} {number} is reached at once")
            walk.until(len(walk.entries))
            self.assertEqual(recorded, dict(walk.model.fired), name)
            compared += len(recorded)
        self.assertGreater(compared, 100)

    def test_listpays_has_the_recorded_status_also_for_groups_that_xpay_still_holds(self):
        held = 0
        for name in names() + older_names():
            walk = Walk(name)
            for call in walk.calls:
                if call.method == "delpay":
                    walk.answers(call)
                if call.method != "listpays":
                    continue
                answers = [a["result"]["pays"] for a in walk.answers(call)]
                for pay in call.reply["result"]["pays"]:
                    right = [{k: v for k, v in p.items() if not k.endswith("bolt11")} for pays in answers for p in pays
                             if p.get("created_index") == pay.get("created_index")]
                    self.assertIn({k: v for k, v in pay.items() if k != "bolt11"}, right, f"{name}, entry {call.request.index}")
                    rows = [row for row in walk.model.table.values() if row["payment_hash"] == pay["payment_hash"]]
                    held += pay["status"] == "pending" and all(row["status"] == "failed" for row in rows)
        self.assertGreater(held, 0, "no recording shows a failed group that xpay held")


class Waits(unittest.TestCase):
    ROW = {"created_index": 8, "id": 8, "payment_hash": "11" * 32, "groupid": 1, "amount_sent_msat": 5, "created_at": 1,
           "status": "failed", "updated_index": 7}

    def model(self) -> Model:
        return Model({"created": 8, "updated": 7, "deleted": 3}, [self.ROW])

    def test_a_value_already_reached_is_answered_at_once_without_details(self):
        answer = self.model().call("wait", ["sendpays", "created", 0])
        self.assertEqual(answer, {"result": {"subsystem": "sendpays", "created": 8}})

    def test_deleting_a_whole_hash_is_not_counted(self):
        model = self.model()
        model.call("wait", ["sendpays", "deleted", 4], "token")
        self.assertEqual(len(model.call("delpay", [self.ROW["payment_hash"], "failed"])["result"]["payments"]), 1)
        self.assertEqual((model.counters["deleted"], model.fired), (3, []))

    def test_deleting_a_named_part_is_counted(self):
        model = self.model()
        model.call("wait", ["sendpays", "deleted", 4], "token")
        model.call("delpay", {"payment_hash": self.ROW["payment_hash"], "status": "failed", "partid": 0, "groupid": 1})
        self.assertEqual(model.counters["deleted"], 4)
        self.assertEqual(model.fired[0][1]["details"]["status"], "failed")

    def test_with_a_payment_hash_status_index_and_limit_are_ignored_and_start_is_refused(self):
        given = {"payment_hash": self.ROW["payment_hash"], "status": "complete", "index": "created", "limit": 0}
        self.assertEqual(self.model().call("listsendpays", given)["result"]["payments"], [self.ROW])
        self.assertEqual(self.model().call("listsendpays", dict(given, start=1))["error"]["code"], -32602)

    def test_an_unknown_method_is_an_error(self):
        self.assertEqual(self.model().call("fetchinvoice", {})["error"]["code"], -32601)


if __name__ == "__main__":
    unittest.main()
