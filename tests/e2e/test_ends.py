"""A payment that was shown in flight always ends on the stream, as SUCCEEDED or FAILED, and before the deletion of its rows is published:
also if plugin, node, socket or rows are gone in between."""

import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import Stage, die_on_sigterm, wait_until

NEVER = ["--trackpayments-failed-after=3600"]
HASH = "de" * 32
PREIMAGE = f"{1:064x}"  # the one of fake_host's first row


def hook_delpay(host: FakeHost, params: list[Any], caller: str = "cli") -> dict[str, Any]:
    """A delpay through the hook; lightningd deletes by itself if the plugin continues."""
    hook_delpay.number += 1
    identity = f"hook#{hook_delpay.number}"
    host.hook(identity, {"id": f"{caller}:delpay#{hook_delpay.number}", "method": "delpay", "params": params})
    result = host.reply(identity)["result"]
    if result == {"result": "continue"}:
        host.model.call("delpay", params)
        host.fire()
    return result


hook_delpay.number = 0


def brief(host: FakeHost) -> list[tuple[str, Any]]:
    """Topic and status, or deleted attempts, of all published messages, without repetitions in a row."""
    messages: list[tuple[str, Any]] = []
    for message in host.messages:
        topic = message.get("method", "")
        if topic.startswith("trackpayments"):
            body = message["params"][topic]
            messages.append((topic, body.get("status", body.get("attempt_ids"))))
    return [entry for n, entry in enumerate(messages) if n == 0 or messages[n - 1] != entry]


FAILED_THEN_DELETED = [("trackpayments", "IN_FLIGHT"), ("trackpayments", "FAILED"), ("trackpayments_final", "FAILED"),
                       ("trackpayments_deleted", ["1"])]


class Ends(unittest.TestCase):
    def undecided(self, host: FakeHost, **more: Any) -> dict[str, Any]:
        """A payment whose only part has failed, without evidence that it is over."""
        row = host.insert(pending_row(1, HASH, partid=1, groupid=5, **more))
        host.wait(host.published, "the first snapshot")
        ended = host.end(row, "failed")
        host.notify("sendpay_failure", failure(ended))
        host.wait(lambda: host.published()[-1]["htlcs"][0]["status"] == "FAILED", "the failed attempt")
        return ended

    def begin(self, host: FakeHost) -> None:
        host.begin(**{"trackpayments-failed-after": 3600})

    def test_a_delpay_before_the_outcome(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            hook_delpay(host, [HASH, "failed"])
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
            self.assertEqual(brief(host), FAILED_THEN_DELETED)
            self.assertEqual(host.published()[-1]["failure_reason"], "FAILURE_REASON_NO_ROUTE", "the reason of its attempts")
            self.assertEqual(len(host.published()[-1]["htlcs"]), 1, "its attempt is still shown")

    def test_a_deletion_that_fails_ends_nothing(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            hook_delpay(host, [HASH, "complete"])
            host.barrier()
            self.assertEqual(brief(host), [("trackpayments", "IN_FLIGHT")])

    def test_waiting_callers_are_answered(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            cursor = host.messages[-1]["params"]["cursor"]
            host.send({"id": "by-hash", "method": "trackpayments", "params": {"payment_hash": HASH, "timeout": 3600}},
                      {"id": "since", "method": "trackpayments", "params": {"since": cursor, "timeout": 3600, "no_inflight_updates": True}})
            host.barrier()
            hook_delpay(host, [HASH, "failed"])
            for caller in ("by-hash", "since"):
                answer = host.reply(caller)
                self.assertEqual([p["status"] for p in answer["result"]["payments"]], ["FAILED"], caller)
            self.assertEqual(host.request("trackpayments", {"payment_hash": HASH})["error"]["code"], 208, "it is gone")

    def test_autoclean_deletes_part_by_part(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            second = host.end(host.insert(pending_row(2, HASH, partid=2, groupid=5)), "failed")
            host.notify("sendpay_failure", failure(second))
            host.wait(lambda: [a["status"] for a in host.published()[-1]["htlcs"]] == ["FAILED", "FAILED"], "both attempts")
            for partid in (1, 2):
                hook_delpay(host, [HASH, "failed", partid, 5], caller="autoclean")
            # One by one, or both together if the listing came after both.
            gone = lambda: sorted(i for d in host.published("trackpayments_deleted") for i in d["attempt_ids"])  # noqa: E731
            host.wait(lambda: gone() == ["1", "2"], "both deletions")
            self.assertEqual([p["status"] for p in host.published("trackpayments_final")], ["FAILED"])
            self.assertIn("2", [a["attempt_id"] for a in host.published("trackpayments_final")[0]["htlcs"]])
            self.assertEqual(brief(host)[-1][0], "trackpayments_deleted")

    def test_a_deletion_seen_only_by_wait(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            host.model.call("delpay", [HASH, "failed", 1, 5])  # no hook: another plugin changed the call on its way
            host.fire()
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
            self.assertEqual(brief(host), FAILED_THEN_DELETED)

    def test_a_deletion_while_the_socket_is_away(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            host.hang_up()
            host.wait(lambda: host.logs("unusual"), "the complaint")
            self.assertEqual(hook_delpay(host, [HASH, "failed"]), {"result": "continue"})
            host.listen()
            host.wait_armed()
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
            self.assertEqual(brief(host), FAILED_THEN_DELETED)

    def test_a_deletion_while_nothing_of_the_payment_was_published_yet(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            held: list[Any] = []
            host.answers["listsendpays"] = lambda params, token: held.append((params, token)) if "payment_hash" in params else host.model.call(
                "listsendpays", params, token)
            row = host.insert(pending_row(1, HASH, partid=1, groupid=5))
            host.wait(lambda: held, "the listing")
            ended = host.end(row, "failed")
            host.notify("sendpay_failure", failure(ended))
            host.barrier()
            host.model.call("delpay", [HASH, "failed"])  # the whole hash: wait does not count it
            del host.answers["listsendpays"]
            for params, (client, request) in held:
                host.answer(client, request)
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
            self.assertEqual([p["status"] for p in host.published("trackpayments_final")], ["FAILED"])
            self.assertEqual(brief(host)[-1], ("trackpayments_deleted", ["1"]))

    def test_a_payer_that_goes_on_after_the_deletion(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            hook_delpay(host, [HASH, "failed"])
            host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
            row = host.insert(pending_row(2, HASH, partid=2, groupid=5))
            host.wait(lambda: host.published()[-1]["status"] == "IN_FLIGHT", "in flight again")
            host.notify("sendpay_success", host.end(row, "complete"))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "its success")
            self.assertEqual({p["payment_index"] for p in host.published()}, {"1"})

    def test_hash_and_part_id_are_used_again(self) -> None:
        with FakeHost() as host:
            self.begin(host)
            self.undecided(host)
            host.model.call("delpay", [HASH, "failed"])  # unseen by the plugin
            again = host.insert(pending_row(2, HASH, partid=1, groupid=5))
            host.wait(lambda: host.published()[-1]["payment_index"] == "2", "the new payment")
            host.notify("sendpay_success", host.end(again, "complete"))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "its success")
            host.barrier()  # the final topic comes after the other
            self.assertEqual([(p["payment_index"], p["status"]) for p in host.published("trackpayments_final")],
                             [("1", "FAILED"), ("2", "SUCCEEDED")])
            self.assertEqual(brief(host)[:4], FAILED_THEN_DELETED)

    def test_the_settled_part_is_deleted_while_a_sibling_is_in_flight(self) -> None:
        for sibling in ("failed", "complete"):
            with self.subTest(sibling=sibling), FakeHost() as host:
                self.begin(host)
                settled, other = (host.insert(pending_row(n, HASH, partid=n, groupid=5)) for n in (1, 2))
                host.wait(lambda: host.published() and len(host.published()[-1]["htlcs"]) == 2, "both parts")
                host.notify("sendpay_success", host.end(settled, "complete"))
                host.wait(lambda: host.published()[-1]["payment_preimage"] == PREIMAGE, "the preimage")
                hook_delpay(host, [HASH, "complete"])
                host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
                self.assertEqual((host.published()[-1]["status"], host.published()[-1]["payment_preimage"]), ("IN_FLIGHT", PREIMAGE))
                ended = host.end(other, sibling)
                host.notify("sendpay_success" if sibling == "complete" else "sendpay_failure",
                            ended if sibling == "complete" else failure(ended))
                host.wait(lambda: host.published("trackpayments_final"), "the end")
                end = host.published("trackpayments_final")[0]
                self.assertEqual((end["status"], end["failure_reason"]), ("SUCCEEDED", "FAILURE_REASON_NONE"))
                self.assertEqual(end["value_msat"], "2000000")
                self.assertEqual(end["fee_msat"], "11" if sibling == "failed" else "22")

    def test_the_socket_is_lost_between_failure_and_outcome(self) -> None:
        with FakeHost() as host:
            host.begin(**{"trackpayments-failed-after": 1})
            row = host.insert(pending_row(1, HASH, partid=1, groupid=5))
            host.wait(host.published, "the first snapshot")
            host.hang_up()
            host.wait(lambda: host.logs("unusual"), "the complaint")
            ended = host.end(row, "failed")
            host.notify("sendpay_failure", failure(ended))
            host.listen()
            host.wait(lambda: host.published("trackpayments_final"), "the end")
            self.assertEqual(brief(host), FAILED_THEN_DELETED[:3])

    def test_eviction_keeps_payments_that_are_not_over(self) -> None:
        with FakeHost() as host:
            host.begin(**{"trackpayments-failed-after": 3600, "trackpayments-retain": 0})
            self.undecided(host)
            for n in range(2, 30):
                row = host.insert(pending_row(n))
                host.notify("sendpay_success", host.end(row, "complete"))
            host.wait(lambda: sum(p["status"] == "SUCCEEDED" for p in host.published("trackpayments_final")) == 28, "the others")
            host.request("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            host.wait(lambda: host.published()[-1]["payment_hash"] == HASH and host.published()[-1]["status"] == "FAILED", "its end")


class Restarts(unittest.TestCase):
    def ask(self, host: FakeHost, cursor: str) -> list[tuple[str, str]]:
        answer = host.request("trackpayments", {"since": cursor})["result"]
        return [(p["payment_index"], p["status"]) for p in answer["payments"]]

    def test_since_gives_the_end_of_a_payment_that_was_in_flight_when_plugin_or_node_stopped(self) -> None:
        for startup in (False, True):
            for status, wanted in (("failed", "FAILED"), ("complete", "SUCCEEDED")):
                with self.subTest(startup=startup, status=status):
                    with FakeHost() as host:
                        host.begin()
                        row = host.insert(pending_row(1, HASH, partid=1, groupid=5))
                        host.wait(host.published, "the first snapshot")
                        cursor = host.messages[-1]["params"]["cursor"]
                    then = row["created_at"] - 900
                    ended = {**row, "created_at": then, "status": status, "updated_index": 1, "completed_at": then + 1}
                    if status == "complete":
                        ended["payment_preimage"] = PREIMAGE
                    with FakeHost(rows=[ended]) as host:
                        host.begin(startup=startup)
                        self.assertEqual(self.ask(host, cursor), [("1", wanted)])

    def test_a_payment_undecided_when_the_plugin_stopped_ends_in_the_next_run(self) -> None:
        with Stage(NEVER, plugin=False) as stage:
            stage.start_plugin()
            invoice = stage.undecided()
            stage.node.call("plugin", {"subcommand": "stop", "plugin": "trackpayments"})
            before = len(stage.snapshots(invoice))
            stage.start_plugin()
            stage.first_shown = 1
            wait_until(lambda: len(stage.snapshots(invoice)) > before, "the snapshot of the next run")
            stage.node.call("setconfig", {"config": "trackpayments-failed-after", "val": "0"})
            stage.wait_status(invoice, "FAILED")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
