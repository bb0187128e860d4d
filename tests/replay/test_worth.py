"""Values, routes and the groups of one payment, as read from the recordings, are the numbers written down by hand. Each kind of wrong
value is noticed."""
import unittest

import paths  # noqa: F401
import expect
import facts as truth
from transcript import load
from values import Value

ALWAYS = (-1, 1 << 60)


def payments(name: str) -> dict[int, expect.Expected]:
    return {e.payment_index: e for e in expect.expected_payments(truth.read(load(name)), ALWAYS, last=True)}


def values(name: str) -> dict[int, int | tuple[int, int]]:
    return {index: e.value.low if not e.value.loose else (e.value.low, e.value.high) for index, e in payments(name).items()}


class Worth(unittest.TestCase):
    def test_the_value_of_an_invoice_with_an_amount_is_that_amount_however_little_of_it_is_paid_from_here(self):
        self.assertEqual(values("xpay_partial_timeout"), {15: 4_000_000})
        self.assertEqual(values("xpay_partial_two_nodes"), {16: 4_000_000})
        self.assertEqual(values("xpay_many_parts"), {6: 800_000_000})

    def test_the_values_of_two_invoices_of_one_hash_are_their_own_amounts(self):
        self.assertEqual(values("two_invoices_one_hash"), {11: 1_050_000, 12: 1_000_000})
        self.assertEqual(values("two_invoices_one_hash_sendpay"), {15: 1_050_000, 16: 1_000_000})

    def test_the_value_of_sendamount_is_the_amount_that_arrives(self):
        self.assertEqual(values("sendamount_bolt11"), {1: 1_000_000, 2: 1_999_980})
        self.assertEqual(values("sendamount_offer"), {5: 1_899_981})
        self.assertEqual(values("sendamount_refused"), {6: 999_990})
        self.assertTrue(all(e.value.follows for e in payments("sendamount_bolt11").values()))

    def test_without_invoice_the_total_comes_from_the_payer(self):
        self.assertEqual(values("xkeysend"), {3: 1_500_000, 4: 1_600_000})
        self.assertFalse(any(e.value.grows for e in payments("xkeysend").values()))

    def test_a_total_given_before_the_plugin_ran_is_unknown(self):
        found = truth.read(load("xkeysend"))
        total_at = min(at for total_at in found.totals.values() for _, at, _ in total_at)
        self.assertTrue(expect.expected_payments(found, (total_at, 1 << 60), last=True)[0].value.grows)

    def test_a_part_with_unknown_delivered_amount_counts_with_its_sent_amount(self):
        for name in ("sendonion_bare", "fail_sendonion_without_secrets"):
            for expected in payments(name).values():
                self.assertGreater(expected.value.low, 0, name)


class OnePayment(unittest.TestCase):
    def test_the_groups_of_one_renepay_are_one_payment(self):
        found = payments("renepay_retried")
        self.assertEqual([(index, sorted(e.rows)) for index, e in found.items()], [(50, [50, 51, 52])])
        self.assertEqual([state.status for state in found[50].states], ["SUCCEEDED"])
        self.assertEqual(values("renepay_retried"), {50: 3_300_000})

    def test_two_groups_of_other_payers_are_two_payments(self):
        self.assertEqual([sorted(e.rows) for e in payments("two_invoices_one_hash").values()], [[11], [12]])
        self.assertEqual([sorted(e.rows) for e in payments("two_invoices_one_hash_sendpay").values()], [[15], [16]])

    def test_groups_whose_call_the_plugin_did_not_see_are_payments_of_their_own(self):
        found = truth.read(load("renepay_retried"))
        between = found.renepays[51][0] + 1
        self.assertEqual([sorted(e.rows) for e in expect.expected_payments(found, (between, 1 << 60), last=True)], [[51], [52]])


class Routes(unittest.TestCase):
    def first_channel(self, name: str, index: int) -> str:
        number = int(truth.read(load(name)).routes[index].hops[0]["chan_id"])
        return f"{number >> 40}x{number >> 16 & 0xFFFFFF}x{number & 0xFFFF}"

    def test_a_refused_call_gives_no_route(self):
        self.assertEqual(self.first_channel("sendpay_refused_then_other_route", 19), "103x3x0")
        self.assertEqual(values("sendpay_refused_then_other_route"), {19: 1_000_000})

    def test_each_group_has_its_own_route(self):
        self.assertEqual(self.first_channel("two_invoices_one_hash", 11), "103x3x0")
        self.assertEqual(self.first_channel("two_invoices_one_hash", 12), "103x1x0")


def snapshot(value: int, *attempts: tuple[int, str]) -> dict:
    return {"value_msat": str(value), "htlcs": [{"attempt_id": str(index), "status": status} for index, status in attempts]}


class Received(unittest.TestCase):
    def test_one_value_from_first_to_last(self):
        value = Value(5, 5, {1: 5})
        self.assertEqual(value.complaints([snapshot(5, (1, "IN_FLIGHT")), snapshot(5, (1, "FAILED"))]), [])
        self.assertEqual(value.complaints([snapshot(4, (1, "IN_FLIGHT")), snapshot(5, (1, "FAILED"))]), ["value_msat is 4, expected 5"])

    def test_sendamount_follows_the_newest_attempt_and_then_the_settled_one(self):
        value = Value(7, 9, {1: 9, 2: 8, 3: 7}, follows=True)
        right = [snapshot(9, (1, "IN_FLIGHT")), snapshot(8, (1, "FAILED"), (2, "IN_FLIGHT")),
                 snapshot(8, (1, "FAILED"), (2, "SUCCEEDED"), (3, "FAILED"))]
        self.assertEqual(value.complaints(right), [])
        for number, wrong in ((1, 9), (2, 7)):
            changed = list(right)
            changed[number] = dict(right[number], value_msat=str(wrong))
            self.assertEqual(len(value.complaints(changed)), 1)

    def test_a_sum_of_parts_grows_covers_all_current_parts_and_is_never_0(self):
        value = Value(9, 9, {1: 5, 2: 4}, grows=True)
        both = ((1, "IN_FLIGHT"), (2, "IN_FLIGHT"))
        end = snapshot(9, (1, "FAILED"), (2, "FAILED"))
        self.assertEqual(value.complaints([snapshot(5, (1, "IN_FLIGHT")), snapshot(9, *both), end]), [])
        for wrong in ([snapshot(0, (1, "FAILED")), end], [snapshot(5, *both), end], [snapshot(10, *both), end],
                      [snapshot(9, *both), snapshot(5, (1, "IN_FLIGHT"), (2, "FAILED")), end], [snapshot(5, (1, "IN_FLIGHT"))]):
            self.assertEqual(len(value.complaints(wrong)), 1, wrong)


if __name__ == "__main__":
    unittest.main()
