"""Parts of contrib/watch without input and output: lines of every width, the payments kept, the requests."""

import json
import unittest

from node import attempt, die_on_sigterm, payment

from watch_board import Board
from watch_follow import POLL, Follow
from watch_view import Unreadable, bar, line, read, sats, text_of

NOW = 1_700_000_012 * 10**9
TEMPORARY = ("TEMPORARY_CHANNEL_FAILURE", 1)
REJECTED = ("INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", 2)

PAID = payment("SUCCEEDED", attempt(1, "FAILED", 4, TEMPORARY), attempt(2, "SUCCEEDED"), attempt(3, "SUCCEEDED", 3), fee_msat=6042)
FAILED = payment("FAILED", attempt(4, "FAILED", failure=REJECTED), index=4, payment_hash="cd" * 32, amount_msat=2_000_001,
                 reason="INCORRECT_PAYMENT_DETAILS")
OPEN = payment("IN_FLIGHT", attempt(5, "FAILED", 0, TEMPORARY), attempt(6, "IN_FLIGHT", 0), index=5, payment_hash="ef" * 32)


def text(snapshot: dict, width: int) -> str:
    return text_of(line(read(snapshot), width, NOW))


class Lines(unittest.TestCase):
    def test_twenty_columns_have_status_amount_and_parts(self) -> None:
        self.assertEqual(text(PAID, 20), "paid      7,000 ==x ")
        self.assertEqual(text(FAILED, 20), "fail  2,000.001 x   ")
        self.assertEqual(text(OPEN, 20), "open      7,000 x>  ")

    def test_forty_columns_have_age_and_start_of_the_reason(self) -> None:
        self.assertEqual(text(PAID, 40), "paid         7,000 ==x     12s")
        self.assertEqual(text(FAILED, 40), "fail     2,000.001 x       12s incorrec…")
        self.assertEqual(text(OPEN, 40), "open         7,000 x>      12s temporar…")

    def test_fifty_columns_have_the_unit(self) -> None:
        self.assertEqual(text(FAILED, 50), "fail     2,000.001 sat x       12s incorrect paym…")

    def test_eighty_columns_have_fee_and_hops(self) -> None:
        self.assertEqual(text(PAID, 80), "SUCCEEDED        7,000 sat fee 6.042 sat   ==x      2-3 hops   12s")
        self.assertEqual(text(FAILED, 80), "FAILED       2,000.001 sat fee 0 sat       x        2 hops     12s incorrect pa…")
        self.assertEqual(text(OPEN, 80), "IN FLIGHT        7,000 sat                 x>       ? hops     12s temporary ch…")

    def test_two_hundred_columns_have_everything(self) -> None:
        self.assertEqual(text(PAID, 200), "SUCCEEDED abababab        7,000 sat fee 6.042 sat   ==x      2-3 hops   12s")
        self.assertEqual(text(FAILED, 200), "FAILED    cdcdcdcd    2,000.001 sat fee 0 sat       x        2 hops     12s "
                                            "incorrect payment details (incorrect or unknown payment details at hop 2)")
        self.assertEqual(text(OPEN, 200), "IN FLIGHT efefefef        7,000 sat                 x>       ? hops     12s "
                                          "temporary channel failure at hop 1")

    def test_no_width_is_exceeded(self) -> None:
        big = payment("FAILED", *(attempt(n, "FAILED", 20, REJECTED) for n in range(1, 999)), amount_msat=2_100_000_000_000_000_123,
                      fee_msat=123_456_789_123, reason="INCORRECT_PAYMENT_DETAILS", seconds=0)
        for snapshot in (PAID, FAILED, OPEN, big):
            for width in range(0, 300):
                self.assertLessEqual(len(text(snapshot, width)), width)

    def test_status_and_parts_have_their_colours(self) -> None:
        pieces = line(read(PAID), 20, NOW)
        self.assertEqual([piece for piece in pieces if piece[1]], [("paid", "32"), ("==", "32"), ("x", "31")])
        self.assertEqual([piece for piece in line(read(OPEN), 80, NOW) if piece[1]], [("IN FLIGHT", "33"), ("x", "31"), (">", "33")])
        self.assertEqual(text_of([("x", "31"), (" ", "")], colours=True), "\033[31mx\033[0m ")

    def test_many_parts_share_the_bar_in_proportion_and_each_kind_is_shown(self) -> None:
        def signs(*counts: int) -> str:
            return "".join(sign for sign, _ in bar(*counts, cells=8))

        self.assertEqual(signs(3, 0, 5), "===>>>>>")
        self.assertEqual(signs(8, 0, 8), "====>>>>")
        self.assertEqual(signs(1, 500, 1), "=xxxxxx>")
        self.assertEqual(signs(0, 9, 0), "xxxxxxxx")
        for counts in ((7, 7, 7), (1, 1, 99), (50, 49, 1), (13, 0, 4)):
            self.assertEqual(len(signs(*counts)), 8, counts)

    def test_amounts_lose_digits_before_their_magnitude(self) -> None:
        self.assertEqual([sats(1_234_567_891, room) for room in (13, 12, 9, 8, 5, 3)],
                         ["1,234,567.891", "1,234,567", "1,234,567", "1,234k", "1M", "1M"])

    def test_ages_have_their_unit(self) -> None:
        def at(seconds: int) -> str:
            return text_of(line(read(PAID), 40, (1_700_000_000 + seconds) * 10**9)).split()[-1]

        self.assertEqual([at(s) for s in (-5, 59, 60, 3599, 3600, 86400 * 3)], ["0s", "59s", "1m", "59m", "1h", "3d"])

    def test_control_characters_from_the_node_are_escaped(self) -> None:
        evil = payment("FAILED\033[2J", attempt(1, "FAILED", failure=("\033]0;title\a\u202e\u009b2J", 1)), reason="X\nY",
                       payment_hash="\r\033c" + "a" * 30)
        for width in (20, 80, 200):
            self.assertTrue(all(" " <= sign <= "~" or sign == "…" for sign in text(evil, width)), text(evil, width))

    def test_anything_but_a_payment_is_refused(self) -> None:
        for wrong in (None, [], {}, {**PAID, "value_msat": "x"}, {**PAID, "htlcs": None}, {**PAID, "htlcs": [1]}):
            with self.assertRaises(Unreadable):
                read(wrong)


class Boards(unittest.TestCase):
    def test_the_newest_are_first_and_the_unfinished_are_dropped_last(self) -> None:
        board = Board()
        for n in range(1, 10):
            board.put(read(payment("IN_FLIGHT" if n == 2 else "FAILED", attempt(n, "FAILED"), index=n, payment_hash=f"{n:064}")))
        self.assertEqual([view.index for view in board.rows(3)], [9, 8, 2])
        self.assertEqual(board.rows(0), [])
        self.assertEqual(board.summary(80), "1 in flight, 0 paid, 8 failed")

    def test_only_finished_payments_are_dropped(self) -> None:
        board = Board(most_finished=10)
        for n in range(1, 101):
            board.put(read(payment("IN_FLIGHT" if n % 10 == 0 else "SUCCEEDED", index=n, payment_hash=f"{n:064}")))
        self.assertEqual(len(board.unfinished()), 10)
        self.assertLessEqual(sum(view.finished for view in board), 11)
        self.assertIn(99, [view.index for view in board])

    def test_the_same_payment_twice_is_no_change(self) -> None:
        board = Board()
        self.assertTrue(board.put(read(PAID)))
        self.assertFalse(board.put(read(PAID)))
        self.assertTrue(board.put(read({**PAID, "fee_msat": "1"})))

    def test_a_payment_without_its_first_attempt_is_still_the_same(self) -> None:
        board = Board()
        board.put(read(payment("IN_FLIGHT", attempt(1, "FAILED"), attempt(2, "IN_FLIGHT"))))
        board.put(read(payment("SUCCEEDED", attempt(2, "SUCCEEDED"), index=2)))
        self.assertEqual([(view.index, view.status) for view in board], [(2, "SUCCEEDED")])

    def test_two_payments_of_one_hash_have_two_lines(self) -> None:
        board = Board()
        board.put(read(payment("FAILED", attempt(1, "FAILED"))))
        board.put(read(payment("SUCCEEDED", attempt(2, "SUCCEEDED"), index=2)))
        self.assertEqual([view.status for view in board.rows(9)], ["SUCCEEDED", "FAILED"])


class Following(unittest.TestCase):
    def setUp(self) -> None:
        self.follow = Follow(Board())
        self.assertEqual(self.follow.request(), {})
        self.follow.result({"payments": [OPEN], "cursor": "c1"})

    def test_each_request_continues_where_the_last_answer_ended(self) -> None:
        self.assertEqual(self.follow.request(), {"since": "c1", "timeout": POLL})
        another = {**OPEN, "payment_index": "1", "htlcs": []}
        changed = self.follow.result({"payments": [{**OPEN, "status": "FAILED"}, another], "cursor": "c2"})
        self.assertEqual([view.status for view in changed], ["FAILED", "IN_FLIGHT"])
        self.assertEqual((self.follow.request()["since"], self.follow.pause), ("c2", 0.0))

    def test_the_cursor_survives_a_lost_connection_and_a_stopped_plugin(self) -> None:
        pauses = []
        for _ in range(8):
            self.follow.lost("gone\033[2J")
            self.follow.error({"code": -32601, "message": "Unknown command"})
            pauses.append(self.follow.pause)
        self.assertEqual(self.follow.request(), {"since": "c1", "timeout": 0}, "missed changes are shown at once")
        self.assertEqual((pauses[0] < pauses[1], pauses[-1]), (True, 10.0))
        self.assertEqual(self.follow.notice, "the plugin trackpayments is not running; trying again")
        self.follow.lost("gone\033[2J")
        self.assertEqual(self.follow.notice, "gone\\x1b[2J; trying again")
        self.follow.result({"payments": [], "cursor": "c1"})
        self.assertEqual(self.follow.pause, 0.0)
        self.assertEqual(self.follow.request(), {"since": "c1", "timeout": POLL})
        self.assertEqual(self.follow.notice, "gone\\x1b[2J; trying again", "it may still be refused")
        self.follow.accepted()
        self.assertEqual(self.follow.notice, "")

    def test_a_stopped_plugin_is_named(self) -> None:
        self.follow.error({"code": -4, "message": "Plugin terminated before replying to RPC call."})
        self.assertEqual(self.follow.notice, "the plugin trackpayments stopped; trying again")
        self.follow.error({"code": -1, "message": "Another error."})
        self.assertEqual(self.follow.notice, "Another error; trying again")

    def test_after_a_refused_cursor_it_looks_up_the_missing_payments(self) -> None:
        self.follow.error({"code": -32602, "message": "since: the cursor belongs to another node"})
        self.assertEqual(self.follow.request(), {})
        self.follow.result({"payments": [], "cursor": "d1"})
        self.assertEqual(self.follow.request(), {"payment_hash": "ef" * 32})
        self.assertEqual(len(self.follow.result({"payments": [{**OPEN, "status": "FAILED"}], "cursor": "d9"})), 1)
        self.assertEqual(self.follow.request()["since"], "d1", "the cursor of a request for one hash does not count for all")

    def test_a_payment_that_the_node_deleted_is_not_shown_in_flight(self) -> None:
        self.follow.error({"code": -32602, "message": "since: …"})
        self.follow.result({"payments": [], "cursor": "d1"})
        self.follow.error({"code": 208, "message": "Unknown payment"})
        self.assertEqual((self.follow.request()["since"], self.follow.board.unfinished()), ("d1", set()))

    def test_a_node_that_refuses_all_cursors_is_asked_less_and_less(self) -> None:
        pauses = []
        for _ in range(4):
            self.follow.error({"code": -32602, "message": "since: needs v23.11"})
            pauses.append(self.follow.pause)
            self.follow.result({"payments": [OPEN], "cursor": "c1"})
        self.assertEqual(pauses, sorted(set(pauses)))

    def test_notifications_show_changes_before_the_answer(self) -> None:
        ended = {**OPEN, "status": "FAILED"}
        self.assertEqual(len(self.follow.message({"message": json.dumps(ended)})), 1)
        self.assertEqual(self.follow.result({"payments": [ended], "cursor": "c2"}), [])
        for nonsense in (None, {}, {"message": "x"}, {"message": "{}"}, {"message": "[" * 100_000}):
            self.assertEqual(self.follow.message(nonsense), [])

    def test_one_unreadable_payment_does_not_hide_the_others(self) -> None:
        changed = self.follow.result({"payments": [{"no": "payment"}, PAID], "cursor": "c2"})
        self.assertEqual(([view.status for view in changed], self.follow.request()["since"]), (["SUCCEEDED"], "c2"))
        self.assertIn("cannot read a payment", self.follow.notice)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
