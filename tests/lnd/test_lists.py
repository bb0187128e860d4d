"""ListPayments and DeletePayment, over several hundred payments: ln-service's paging, grpcio with LND's own request and response, REST.
The oracle is the topic, and lightningd's rows for what the plugin does not remember."""

from __future__ import annotations

import base64
import json
import unittest
from typing import Any

from lnd_stage import LndStage, die_on_sigterm, wait_until  # first: it makes the others importable

import clients
import lnd_wire
import traffic
from grpc_client import Refused

LIST = "/lnrpc.Lightning/ListPayments"
DELETE = "/lnrpc.Lightning/DeletePayment"
FORGOTTEN = 240  # payments that the tracker has evicted when the test begins
RETAIN = 60


def request(name: str, **fields: Any) -> bytes:
    return lnd_wire.message_type(f"lnrpc.{name}Request")(**fields).SerializeToString()


def macaroon_of(rune: str) -> str:
    return rune.encode().hex()


class Lists(unittest.TestCase):
    """One stage for all tests, which only add payments, or delete their own."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.stage = cls.enterClassContext(LndStage([*traffic.OPTIONS, f"--trackpayments-retain={RETAIN}"]))
        cls.stage.wait_active()
        for number in range(FORGOTTEN):
            cls.stage.pay(1_000_000 + number, *(["incorrect_or_unknown_payment_details"] if number % 5 == 0 else []),
                          **({"parts": ["settle", "settle"]} if number % 7 == 6 else {}))
        wait_until(lambda: len({p["payment_hash"] for p in cls.stage.snapshots() if p["status"] != "IN_FLIGHT"}) == FORGOTTEN, "their ends")
        traffic.every_kind(cls.stage)
        cls.held = traffic.hold_two(cls.stage)
        cls.grpc = cls.enterClassContext(cls.stage.grpc())
        cls.rest = cls.enterClassContext(cls.stage.rest())
        rune = cls.stage.node.call("createrune", {"restrictions": [["method=trackpayments", "method=getinfo", "method=delpay"]]})["rune"]
        cls.stage.secrets.add(rune)
        cls.deleter = cls.enterClassContext(cls.stage.grpc(macaroon_of(rune)))
        cls.deleting_rest = cls.enterClassContext(cls.stage.rest(macaroon_of(rune)))

    def published(self) -> dict[int, dict[str, Any]]:
        """The newest snapshot of each payment that still has rows, by index."""
        self.stage.barrier()
        hashes = {row["payment_hash"] for row in self.stage.node.call("listsendpays")["payments"]}
        newest = {int(payment["payment_index"]): payment for payment in self.stage.snapshots()}
        return {index: newest[index] for index in sorted(newest) if newest[index]["payment_hash"] in hashes}

    def list(self, **fields: Any) -> Any:
        return lnd_wire.message_type("lnrpc.ListPaymentsResponse").FromString(self.grpc.unary(LIST, request("ListPayments", **fields)))

    def indexes(self, answer: Any) -> list[int]:
        indexes = [payment.payment_index for payment in answer.payments]
        ends = (indexes[0], indexes[-1]) if indexes else (0, 0)
        self.assertEqual((answer.first_index_offset, answer.last_index_offset), ends)
        return indexes

    def test_every_payment_comes_once_in_order_in_both_directions(self) -> None:
        published = self.published()
        paid = [index for index, payment in published.items() if payment["status"] == "SUCCEEDED"]
        for fields, expected in (({}, paid), ({"include_incomplete": True}, list(published))):
            self.assertEqual(self.indexes(self.list(max_payments=10_000, **fields)), expected)
            self.assertEqual(self.indexes(self.list(**fields)), expected[:100])
            self.assertEqual(self.indexes(self.list(reversed=True, **fields)), expected[-100:])
            middle = expected[len(expected) // 2]
            self.assertEqual(self.indexes(self.list(index_offset=middle, max_payments=7, **fields)),
                             [index for index in expected if index > middle][:7])
            self.assertEqual(self.indexes(self.list(index_offset=middle, max_payments=130, reversed=True, **fields)),
                             [index for index in expected if index < middle][-130:])
            self.assertEqual(self.indexes(self.list(index_offset=expected[-1], **fields)), [])
            self.assertEqual(self.indexes(self.list(index_offset=expected[0], reversed=True, **fields)), [])
        self.assertEqual(self.list(max_payments=1).total_num_payments, 0)
        self.assertEqual(self.list(max_payments=1, count_total_payments=True).total_num_payments, len(published))

    def test_payments_are_those_of_the_topic_or_of_the_rows(self) -> None:
        published = self.published()
        answer = self.list(include_incomplete=True, max_payments=10_000)
        newest = {index for index in list(published)[-RETAIN // 3:]}
        for payment in answer.payments:
            expected = published[payment.payment_index]
            if payment.payment_index in newest:  # the tracker still has it: routes and all
                self.assertEqual(lnd_wire.complaints(payment.SerializeToString(), expected), [])
            self.assertEqual((payment.payment_hash, payment.value_msat, payment.fee_msat, len(payment.htlcs), payment.creation_date),
                             (expected["payment_hash"], int(expected["value_msat"]), int(expected["fee_msat"]), len(expected["htlcs"]),
                              int(expected["creation_date"])))
            self.assertEqual(lnd_wire.message_type("lnrpc.Payment").PaymentStatus.Name(payment.status), expected["status"])

    def test_rest_has_the_same_bytes_of_json(self) -> None:
        for query, fields in (("", {}), ("?include_incomplete=true&max_payments=150&reversed=true",
                                         {"include_incomplete": True, "max_payments": 150, "reversed": True}),
                              ("?maxPayments=3&countTotalPayments=1&indexOffset=9",
                               {"max_payments": 3, "count_total_payments": True, "index_offset": 9})):
            status, shown = self.rest.get(f"/v1/payments{query}")
            self.assertEqual((status, list(shown)), (200, ["payments", "first_index_offset", "last_index_offset", "total_num_payments"]))
            wire = self.grpc.unary(LIST, request("ListPayments", **fields))
            self.assertEqual(lnd_wire.differences(lnd_wire.read("lnrpc.ListPaymentsResponse", wire), shown, "answer"), [])
        for query, text in (("index_offset=x", 'parsing field "index_offset": strconv.ParseUint: parsing "x": invalid syntax'),
                            ("reversed=maybe", 'parsing field "reversed": strconv.ParseBool: parsing "maybe": invalid syntax')):
            self.assertEqual(self.rest.get(f"/v1/payments?{query}"), (400, {"code": 3, "message": text, "details": []}))
        for path, verb in (("/v1/payments", "DELETE"), ("/v1/payments", "POST"), ("/v1/payment", "GET"), ("/v1/payment", "POST")):
            answer = self.rest.call(path, verb=verb)
            self.assertEqual((answer.status, json.loads(answer.whole())["message"]), (501, "Method Not Allowed"))

    def test_dates_hops_and_offsets_beyond_the_end(self) -> None:
        published = self.published()
        dates = sorted({int(payment["creation_date"]) for payment in published.values()})
        start, end = dates[len(dates) // 3], dates[len(dates) // 3] + 1
        expected = [index for index, payment in published.items() if start <= int(payment["creation_date"]) <= end]
        fields = {"include_incomplete": True, "max_payments": 10_000, "creation_date_start": start, "creation_date_end": end}
        self.assertEqual(self.indexes(self.list(**fields)), expected)
        self.assertEqual(self.indexes(self.list(reversed=True, **fields)), expected)
        with self.assertRaises(Refused) as refused:
            self.list(creation_date_start=5, creation_date_end=5)
        self.assertEqual((refused.exception.code, refused.exception.text), (2, "start date(5) must be before end date(5)"))
        status, shown = self.rest.get("/v1/payments?omit_hops=true&reversed=true")
        self.assertEqual([attempt["route"]["hops"] for payment in shown["payments"] for attempt in payment["htlcs"]
                          if attempt["route"]["hops"]], [])
        last = max(published)
        self.assertEqual(self.indexes(self.list(index_offset=2 ** 64 - 1, include_incomplete=True, max_payments=1)), [min(published)])
        for offset in (last + 1, 2 ** 63, 2 ** 64 - 2):
            self.assertEqual(self.indexes(self.list(index_offset=offset, include_incomplete=True)), [])
            self.assertEqual(self.indexes(self.list(index_offset=offset, include_incomplete=True, reversed=True, max_payments=1)), [last])

    def test_ln_service_pages_through(self) -> None:
        published = self.published()
        with clients.node(self.stage, "lightning.mjs", "lists", "70") as lightning:
            lines = lightning.finish()
        found: dict[str, list[Any]] = {}
        for what, value in lines:
            found.setdefault(what, []).append(value)
        by_status = lambda status: sorted(p["payment_hash"] for p in published.values() if p["status"] == status)  # noqa: E731
        for what, status in (("getPayments", "SUCCEEDED"), ("getFailedPayments", "FAILED"), ("getPendingPayments", "IN_FLIGHT")):
            ids = [payment["id"] for page in found[what] for payment in page]
            self.assertEqual(sorted(ids), by_status(status), what)
        self.assertGreaterEqual(len(found["getPayments"]), 3)

    def delete(self, payment_hash: str, **more: Any) -> tuple[int, str]:
        """Status and text."""
        try:
            wire = self.deleter.unary(DELETE, request("DeletePayment", payment_hash=bytes.fromhex(payment_hash), **more))
        except Refused as refused:
            return refused.code, refused.text
        return 0, lnd_wire.read("lnrpc.DeletePaymentResponse", wire)["status"]

    def rows(self, payment_hash: str) -> list[dict[str, Any]]:
        return self.stage.node.call("listsendpays", {"payment_hash": payment_hash})["payments"]

    def test_a_payment_is_deleted_with_all_its_parts(self) -> None:
        paid = self.stage.pay(4_000_000, "fee_insufficient", "temporary_channel_failure", "settle", by="pay")
        self.stage.wait_status(paid, "SUCCEEDED")
        failed = self.stage.pay(4_000_000, "incorrect_or_unknown_payment_details")
        self.stage.wait_status(failed, "FAILED")
        for payment in (paid, failed):
            payment_hash = payment["payment_hash"]
            self.assertTrue(self.rows(payment_hash))
            self.assertEqual(self.delete(payment_hash), (0, "payment deleted"))
            self.assertEqual(self.rows(payment_hash), [])
            self.stage.wait_deletion(payment)
            unknown = f"failed to delete failed attempts for payment {payment_hash}: payment isn't initiated"
            self.assertEqual(self.delete(payment_hash), (2, unknown))
            self.assertNotIn(payment_hash, [p.payment_hash for p in self.list(include_incomplete=True, reversed=True).payments])
        old = next(payment for payment in self.published().values() if payment["status"] == "SUCCEEDED")  # not remembered
        query = base64.urlsafe_b64encode(bytes.fromhex(old["payment_hash"])).decode()
        answer = self.deleting_rest.call(f"/v1/payment?payment_hash={query}", verb="DELETE")
        self.assertEqual((answer.status, answer.whole()), (200, b'{"status":"payment deleted"}'))
        self.assertEqual(self.rows(old["payment_hash"]), [])

    def test_what_is_not_deleted(self) -> None:
        held = self.held[1]["payment_hash"]  # a part has failed, one is pending
        text = f"failed to delete failed attempts for payment {held}: payment {held} cannot be deleted: payment is in transition"
        self.assertEqual(self.delete(held), (2, text))
        self.assertEqual(len(self.rows(held)), 2)
        paid = next(payment for payment in self.published().values() if payment["status"] == "SUCCEEDED")["payment_hash"]
        self.assertEqual(self.delete(paid, failed_htlcs_only=True),
                         (12, "failed_htlcs_only is not supported: a payment is deleted whole"))
        self.assertEqual(self.delete("abcd"), (2, "invalid hash length of 2, want 32"))
        with self.assertRaises(Refused) as refused:
            self.grpc.unary(DELETE, request("DeletePayment", payment_hash=bytes.fromhex(paid)))  # the files do not permit it
        self.assertEqual((refused.exception.code, refused.exception.text), (2, "permission denied"))
        self.assertTrue(self.rows(paid))

    def test_ln_service_deletes_with_a_rune_for_failed_payments(self) -> None:
        rune = self.stage.node.call("createrune", {"restrictions": [
            ["method=trackpayments", "method=getinfo", "method=delpay"], ["pnamestatus!", "pnamestatus=failed"]]})["rune"]
        self.stage.secrets.add(rune)
        failed = self.stage.pay(4_000_000, "incorrect_or_unknown_payment_details")
        self.stage.wait_status(failed, "FAILED")
        paid = self.stage.pay(4_000_000, "temporary_channel_failure", "settle")
        self.stage.wait_status(paid, "SUCCEEDED")
        hashes = [failed["payment_hash"], paid["payment_hash"], "ab" * 32]
        with clients.node(self.stage, "lightning.mjs", "delete", macaroon_of(rune), *hashes) as lightning:
            lines = lightning.finish()
        self.assertEqual([line[0] for line in lines], ["deleted", "error", "error"])
        self.assertEqual(lines[1][1][:2], [503, "UnexpectedErrorDeletingPayment"])
        self.assertEqual(lines[1][1][2]["err"]["details"], "permission denied")
        self.assertEqual(lines[2][1][2]["err"]["details"],
                         f"failed to delete failed attempts for payment {'ab' * 32}: payment isn't initiated")
        self.assertEqual([len(self.rows(payment_hash)) for payment_hash in hashes], [0, 2, 0])

    def test_a_rune_can_forbid_lists(self) -> None:
        rune = self.stage.node.call("createrune", {"restrictions": [["method=trackpayments"], ["pnameindex_offset!"]]})["rune"]
        self.stage.secrets.add(rune)
        with self.stage.rest(macaroon_of(rune)) as client:
            self.assertEqual(client.get("/v1/payments"), (500, {"code": 2, "message": "permission denied", "details": []}))
            self.assertEqual(client.call("/v2/router/payments").status, 200)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
