"""`delpay` as a user calls it: it deletes the right rows, and refuses with the documented codes."""

import unittest

from support import Stage, die_on_sigterm

UNKNOWN = "ab" * 32
DEFAULT = ["--trackpayments-failed-after=0"]
TWO_PARTS = [{"amount_msat": 2_000_000, "attempts": ["hold"]}, "hold"]


class DelpayCodes(unittest.TestCase):
    def test_the_whole_payment_is_deleted(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.pay(5_000_000, parts=TWO_PARTS)
            stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.release(invoice)
            payment = stage.wait_status(invoice, "SUCCEEDED", parts=2)
            rows = stage.node.rows(payment_hash=invoice["payment_hash"])
            result = stage.node.call("delpay", {"payment_hash": invoice["payment_hash"], "status": "complete"})
            self.assertEqual(result, {"payments": rows})
            self.assertEqual(stage.node.rows(payment_hash=invoice["payment_hash"]), [])
            self.assertEqual(stage.wait_deletion(invoice), {
                "payment_hash": invoice["payment_hash"], "payment_index": payment["payment_index"],
                "attempt_ids": [attempt["attempt_id"] for attempt in payment["htlcs"]], "remaining": 0})

    def test_one_part_is_deleted(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.pay(5_000_000, parts=TWO_PARTS)
            stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            stage.release(invoice)
            stage.wait_status(invoice, "SUCCEEDED", parts=2)
            first, second = stage.node.rows(payment_hash=invoice["payment_hash"])
            for row, style in ((second, "named"), (first, "positional")):
                params = {"payment_hash": row["payment_hash"], "status": "complete", "partid": row["partid"], "groupid": row["groupid"]}
                result = stage.node.call("delpay", params if style == "named" else list(params.values()))
                self.assertEqual(result, {"payments": [row]})
                stage.wait_payment(invoice, lambda _: stage.deletions(invoice)[-1:] and stage.deletions(invoice)[-1]["attempt_ids"]
                                   == [str(row["created_index"])], "the deletion of that part")
            self.assertEqual(stage.node.rows(payment_hash=invoice["payment_hash"]), [])

    def test_other_spellings_of_ids_and_hash_are_accepted(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.pay(5_000_000, "temporary_channel_failure", "settle")
            stage.wait_status(invoice, "SUCCEEDED", parts=2)
            failed, _ = stage.node.rows(payment_hash=invoice["payment_hash"])
            params = {"payment_hash": invoice["payment_hash"].upper(), "status": "failed", "partid": str(failed.get("partid", 0)),
                      "groupid": str(failed["groupid"])}
            self.assertEqual(stage.node.call("delpay", params, request_id=7), {"payments": [failed]})
            self.assertEqual(len(stage.node.call("delpay", [invoice["payment_hash"], "complete", None, None],
                                                 request_id="odd \" id")["payments"]), 1)

    def test_malformed_parameters_are_refused_by_name(self) -> None:
        with Stage(DEFAULT) as stage:
            known = stage.pay(5_000_000)
            stage.wait_status(known, "SUCCEEDED")
            payment_hash = known["payment_hash"]
            cases = [
                ({"payment_hash": payment_hash, "status": "pending"}, "status: Cannot delete pending status"),
                ([payment_hash, "pending"], "status: Cannot delete pending status"),
                ({"payment_hash": payment_hash, "status": "paid"}, "status: should be an invoice status"),
                ({"payment_hash": "abcd", "status": "complete"}, "payment_hash: should be a 32 byte hex value"),
                ({"payment_hash": "zz" * 32, "status": "complete"}, "payment_hash: should be a 32 byte hex value"),
                ({"payment_hash": 12, "status": "complete"}, "payment_hash: should be a 32 byte hex value"),
                ({"payment_hash": payment_hash, "status": "complete", "partid": 1}, "Must set both partid and groupid, or neither"),
                ({"payment_hash": payment_hash, "status": "complete", "groupid": 1}, "Must set both partid and groupid, or neither"),
                ({"payment_hash": payment_hash, "status": "complete", "partid": "x", "groupid": 1}, "partid: "),
                ({"payment_hash": payment_hash, "status": "complete", "foo": 1}, "unknown parameter: foo"),
                ({"payment_hash": payment_hash}, "missing required parameter: status"),
                ({"status": "complete"}, "missing required parameter: payment_hash"),
                ([payment_hash], "missing required parameter: status"),
                ([payment_hash, "complete", 1, 1, 1], "too many parameters"),
            ]
            for params, beginning in cases:
                with self.subTest(params=params):
                    code, message = stage.refused("delpay", params)
                    self.assertEqual(code, -32602)
                    self.assertTrue(message.startswith(beginning), message)
            stage.settle()
            self.assertEqual(stage.deletions(), [])

    def test_unknown_payments_and_parts_are_208(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.pay(5_000_000)
            stage.wait_status(invoice, "SUCCEEDED")
            self.assertEqual(stage.refused("delpay", [UNKNOWN, "complete"]),
                             (208, f"Unknown payment with payment_hash: {UNKNOWN}"))
            params = {"payment_hash": invoice["payment_hash"], "status": "complete", "partid": 77, "groupid": 1}
            self.assertEqual(stage.refused("delpay", params),
                             (208, "No payment for that payment_hash with that partid and groupid"))
            stage.node.call("delpay", [invoice["payment_hash"], "complete"])
            self.assertEqual(stage.refused("delpay", [invoice["payment_hash"], "complete"])[0], 208, "all parts are deleted")

    def test_another_status_is_211_with_lightningds_message(self) -> None:
        with Stage(DEFAULT) as stage:
            done = stage.pay(5_000_000)
            stage.wait_status(done, "SUCCEEDED")
            held = stage.pay(5_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            row = stage.node.rows(payment_hash=done["payment_hash"])[0]
            for invoice, status, has in ((done, "failed", "complete"), (held, "complete", "pending"), (held, "failed", "pending")):
                code, message = stage.refused("delpay", [invoice["payment_hash"], status])
                self.assertEqual((code, message), (211, f"Payment with hash {invoice['payment_hash']} has {has} status but it "
                                                        f"different from the one provided {status}"))
            params = {"payment_hash": done["payment_hash"], "status": "failed", "partid": row.get("partid", 0), "groupid": row["groupid"]}
            self.assertEqual(stage.refused("delpay", params)[0], 211)
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")

    def test_a_deleted_payment_can_be_paid_again_and_is_new(self) -> None:
        with Stage(DEFAULT) as stage:
            invoice = stage.pay(5_000_000)
            old = stage.wait_status(invoice, "SUCCEEDED")
            if stage.version.has_xpay:
                code, message = stage.refused("xpay", {"invstring": invoice["bolt11"]})
                self.assertEqual((code, message), (219 if stage.version.number >= (26, 6) else 218, "Already paid this invoice successfully"))
                self.assertEqual(len(stage.node.rows()), 1, "paid already")
            stage.node.call("delpay", [invoice["payment_hash"], "complete"])
            stage.wait_deletion(invoice)
            stage.pay_now(invoice)
            new = stage.wait_payment(invoice, lambda p: p["payment_index"] != old["payment_index"] and p["status"] == "SUCCEEDED", "it")
            self.assertEqual(len(new["htlcs"]), 1)
            self.assertNotEqual(new["htlcs"][0]["attempt_id"], old["htlcs"][0]["attempt_id"])
            stage.node.call("delpay", [invoice["payment_hash"], "complete"])
            stage.wait_payment(invoice, lambda _: len(stage.deletions(invoice)) == 2, "the second deletion")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
