"""The shape check accepts a Payment as LND spells it and rejects each way of spelling it differently."""
import copy
import unittest

from payment_shape import ZERO_PREIMAGE, check_payment
from strict_json import NotStrict, loads

HOP = {"chan_id": "933485371982610432", "chan_capacity": "123459", "amt_to_forward": "123456", "fee": "2", "expiry": 850021,
       "amt_to_forward_msat": "123456789", "fee_msat": "2234", "pub_key": "02" + "c6" * 32, "tlv_payload": True,
       "mpp_record": {"payment_addr": "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=", "total_amt_msat": "123456789"},
       "amp_record": None, "custom_records": {"9": "", "5482373484": "AA=="}, "metadata": "", "blinding_point": "",
       "encrypted_data": "", "total_amt_msat": "0"}
ROUTE = {"total_time_lock": 850061, "total_fees": "2", "total_amt": "123459", "hops": [HOP], "total_fees_msat": "2234",
         "total_amt_msat": "123459023", "first_hop_amount_msat": "123459023", "custom_channel_data": ""}
FAILURE = {"code": "TEMPORARY_CHANNEL_FAILURE", "channel_update": None, "htlc_msat": "0", "onion_sha_256": "", "cltv_expiry": 0,
           "flags": 0, "failure_source_index": 1, "height": 0}
FAILED = {"attempt_id": "1", "status": "FAILED", "route": ROUTE, "attempt_time_ns": "1785000000143456789",
          "resolve_time_ns": "1785000001073456789", "failure": FAILURE, "preimage": ""}
SETTLED = {**FAILED, "attempt_id": "2", "status": "SUCCEEDED", "failure": None,
           "preimage": "ERERERERERERERERERERERERERERERERERERERERERE="}
PAYMENT = {"payment_hash": "02" * 32, "value": "123456", "creation_date": "1785000000", "fee": "2", "payment_preimage": "11" * 32,
           "value_sat": "123456", "value_msat": "123456789", "payment_request": "lnbc1", "status": "SUCCEEDED", "fee_sat": "2",
           "fee_msat": "2234", "creation_time_ns": "1785000000123456789", "htlcs": [FAILED, SETTLED], "payment_index": "1",
           "failure_reason": "FAILURE_REASON_NONE", "first_hop_custom_records": {}}


class Shape(unittest.TestCase):
    def wrong(self, words: str, *path, value=None, drop=False) -> None:
        payment = copy.deepcopy(PAYMENT)
        place = payment
        for step in path[:-1]:
            place = place[step]
        if drop:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        complaints = check_payment(payment)
        self.assertTrue(any(words in c for c in complaints), f"{path}: {complaints}")

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
        self.wrong("not the floor", "value_sat", value="123457")
        self.wrong("differs from value_sat", "value", value="1")
        self.wrong("not the floor", "htlcs", 0, "route", "total_fees", value="3")
        self.wrong("do not arrive", "htlcs", 0, "route", "hops", 0, "amt_to_forward_msat", value="123456788")
        self.wrong("not the second", "creation_date", value="1785000001")

    def test_attempts_agree_with_their_status(self):
        self.wrong("exactly when the attempt FAILED", "htlcs", 0, "failure", value=None)
        self.wrong("exactly when the attempt SUCCEEDED", "htlcs", 1, "preimage", value="")
        self.wrong("exactly while IN_FLIGHT", "htlcs", 1, "resolve_time_ns", value="0")
        self.wrong("before attempt_time_ns", "htlcs", 1, "resolve_time_ns", value="1784999999999999999")
        self.wrong("attempt ids do not rise", "htlcs", 1, "attempt_id", value="1")

    def test_the_payment_agrees_with_its_attempts(self):
        self.wrong("sum of the settled", "fee_msat", value="2235")
        self.wrong("payment_preimage", "payment_preimage", value=ZERO_PREIMAGE)
        self.wrong("FAILED with an attempt settled", "status", value="FAILED")
        self.wrong("FAILED without a reason", "status", value="FAILED")
        self.wrong("IN_FLIGHT though an attempt settled", "status", value="IN_FLIGHT")

    def test_duplicate_keys_and_nan_are_not_json(self):
        for text in ('{"a":1,"a":1}', '{"a":NaN}', '[{"b":[{"c":1,"c":2}]}]'):
            with self.assertRaises(NotStrict):
                loads(text)


if __name__ == "__main__":
    unittest.main()
