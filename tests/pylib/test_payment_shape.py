"""The shape check accepts a Payment as LND spells it and rejects each way of spelling it differently."""
import copy
import unittest
from pathlib import Path

from payment_shape import SCHEMA, ZERO_PREIMAGE, Shape, check_payment
from strict_json import NotStrict, loads

# A failed attempt with a channel_update, then two settled ones.
EXAMPLE = Path(__file__).resolve().parents[1] / "proto" / "examples" / "retried_then_two_parts.json"
PAYMENT = loads(EXAMPLE.read_bytes())["result"]


class Spelling(unittest.TestCase):
    def wrong(self, complaint: str, *path, value=None, drop=False) -> None:
        payment = copy.deepcopy(PAYMENT)
        place = payment
        for step in path[:-1]:
            place = place[step]
        if drop:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        complaints = check_payment(payment)
        self.assertTrue(any(complaint in c for c in complaints), f"{path}: {complaints}")

    def test_a_payment_as_lnd_spells_it_is_accepted(self):
        self.assertEqual(check_payment(PAYMENT), [])

    def test_every_key_at_every_level_is_needed(self):
        for path in [("fee",), ("htlcs", 0, "failure"), ("htlcs", 0, "failure", "height"), ("htlcs", 0, "route", "custom_channel_data"),
                     ("htlcs", 0, "route", "hops", 0, "blinding_point"), ("first_hop_custom_records",)]:
            self.wrong("keys differ", *path, drop=True)

    def test_no_other_key_is_allowed(self):
        self.wrong("keys differ", "path", value=[])

    def test_keys_come_in_declaration_order(self):
        payment = {"value": PAYMENT["value"], **PAYMENT}
        self.assertIn("declaration order", check_payment(payment)[0])

    def test_each_type_has_one_spelling(self):
        for path, value in ((("value_msat",), 123456789), (("value_msat",), "0123"), (("payment_index",), "-1"),
                            (("htlcs", 0, "route", "total_time_lock"), "850061"), (("htlcs", 0, "route", "total_time_lock"), True),
                            (("htlcs", 0, "route", "total_time_lock"), 2**32), (("payment_hash",), "AB" * 32),
                            (("htlcs", 1, "preimage"), "ERER_w=="), (("htlcs", 1, "preimage"), "ERERE"),
                            (("htlcs", 0, "route", "hops", 0, "tlv_payload"), 1), (("payment_request",), None)):
            self.wrong("is no ", *path, value=value)
        self.wrong("no name of the enum", "status", value=2)
        self.wrong("not an array", "htlcs", value=None)
        self.wrong("not an object", "first_hop_custom_records", value=None)
        self.wrong("numeric order", "first_hop_custom_records", value={"10": "", "9": ""})

    def test_amounts_agree_with_each_other(self):
        self.wrong("not the floor", "value_sat", value="300001")
        self.wrong("differs from value_sat", "value", value="1")
        self.wrong("not the floor", "htlcs", 0, "route", "total_fees", value="3")
        self.wrong("do not arrive", "htlcs", 0, "route", "hops", 1, "amt_to_forward_msat", value="299999999")
        self.wrong("not the second", "creation_date", value="1785000001")

    def test_attempts_agree_with_their_status(self):
        self.wrong("exactly when the attempt FAILED", "htlcs", 0, "failure", value=None)
        self.wrong("exactly when the attempt SUCCEEDED", "htlcs", 1, "preimage", value="")
        self.wrong("exactly while IN_FLIGHT", "htlcs", 1, "resolve_time_ns", value="0")
        self.wrong("before attempt_time_ns", "htlcs", 1, "resolve_time_ns", value="1784999999999999999")
        self.wrong("attempt ids do not rise", "htlcs", 1, "attempt_id", value="1")

    def test_the_payment_agrees_with_its_attempts(self):
        self.wrong("sum of the settled", "fee_msat", value="17501")
        self.wrong("payment_preimage", "payment_preimage", value=ZERO_PREIMAGE)
        self.wrong("FAILED with an attempt settled", "status", value="FAILED")
        self.wrong("FAILED without a reason", "status", value="FAILED")
        self.wrong("IN_FLIGHT though an attempt settled", "status", value="IN_FLIGHT")

    def test_a_new_member_of_the_schema_is_required_in_every_message(self):
        messages = [SCHEMA, *(rule for rule in SCHEMA["definitions"].values() if "properties" in rule)]
        self.assertEqual(Shape(SCHEMA).complaints(PAYMENT), [])
        self.assertEqual(len(messages), 7)
        for number in range(len(messages)):
            schema = copy.deepcopy(SCHEMA)
            place = [schema, *(rule for rule in schema["definitions"].values() if "properties" in rule)][number]
            place["properties"]["one_more"] = {"type": "string"}
            self.assertTrue(any("missing ['one_more']" in c for c in Shape(schema).complaints(PAYMENT)), number)

    def test_duplicate_keys_and_nan_are_not_json(self):
        for text in ('{"a":1,"a":1}', '{"a":NaN}', '[{"b":[{"c":1,"c":2}]}]'):
            with self.assertRaises(NotStrict):
                loads(text)


if __name__ == "__main__":
    unittest.main()
