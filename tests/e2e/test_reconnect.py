"""The RPC socket goes away and comes back: stdin is served meanwhile, and missed changes are fetched."""

import unittest

from fake_host import FakeHost, pending_row
from support import Stage, die_on_sigterm
from versions import needs_the_end


class Reconnect(unittest.TestCase):
    def test_rows_of_the_outage_are_fetched_and_nothing_is_published_twice(self) -> None:
        with FakeHost(rows=[pending_row(n) for n in range(1, 6)]) as host:
            host.begin(**{"trackpayments-failed-after": 0})
            host.wait(lambda: len(host.published()) == 5, "the payments in flight")
            host.hang_up()
            host.wait(lambda: host.logs("unusual"), "the complaint")
            rows = {row["created_index"]: row for row in host.model.table.values()}
            # Served meanwhile: a failure on stdin, and hooks.
            host.hook("h", {"id": 1, "method": "sendpay", "params": {"payment_hash": "ab" * 32, "route": []}})
            self.assertEqual(host.reply("h")["result"], {"result": "continue"})
            host.notify("sendpay_success", host.end(rows[1], "complete"))
            host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success while the socket is gone")
            # Missed: an end, a failure, many new rows, more than a page.
            host.end(rows[2], "complete")
            host.end(rows[3], "failed")
            for n in range(6, 260):
                host.insert(pending_row(n))
                if n % 2:
                    host.end(host.model.table[n], "complete")
            host.listen()
            host.wait_armed()
            last = lambda: {p["payment_hash"]: p["status"] for p in host.published()}  # noqa: E731
            wanted = {row["payment_hash"]: {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}[row["status"]]
                      for row in host.model.table.values()}
            host.wait(lambda: last() == wanted, "everything missed")
            host.barrier()
            newest: dict = {}
            for payment in host.published():
                self.assertNotEqual(newest.get(payment["payment_hash"]), payment, "published twice though nothing changed")
                newest[payment["payment_hash"]] = payment
            self.assertEqual(len(host.logs("unusual")), 1, "one complaint for one outage")
            status = host.request("trackpayments-status", {})["result"]
            self.assertEqual((status["reconnects"], status["payments"]), (1, len(newest)))

    def test_a_socket_that_closes_at_once_is_tried_again(self) -> None:
        with FakeHost() as host:
            host.hang_up()
            host.begin(waits=False)
            host.wait(lambda: host.logs("unusual"), "the complaint")
            row = pending_row(1)
            host.model.insert(row)
            for _ in range(3):
                host.listen()
                host.wait(lambda: host.clients, "a try")
                host.hang_up()
            host.listen()
            host.wait(host.published, "the payment")
            self.assertLessEqual(len(host.logs("unusual")), 4, "one complaint for each connection that was lost")

    def test_an_outage_during_a_call(self) -> None:
        for lost_in in ("getinfo", "wait", "listsendpays"):
            with self.subTest(lost_in=lost_in), FakeHost(rows=[pending_row(n) for n in range(1, 4)]) as host:
                ask = host.model.call

                def lose(params: object, token: object) -> None:
                    host.answers.clear()
                    host.lost = True

                host.lost = False
                host.answers[lost_in] = lose
                host.begin(waits=False, startup=False)
                host.wait(lambda: host.lost, "the call")
                host.hang_up()
                host.listen()
                host.wait(lambda: len(host.published()) == 3, "all payments")
                host.wait_armed()
                self.assertIs(host.model.call.__func__, ask.__func__)

    @needs_the_end
    def test_the_node_closes_all_connections_while_payments_go_on(self) -> None:
        with Stage(["--trackpayments-failed-after=0"]) as stage:
            stage.allowed.append("RPC socket: ")
            held = [stage.pay(1_000_000 + n, parts=["hold", {"amount_msat": 200_000, "attempts": ["hold"]}]) for n in range(20)]
            for invoice in held:
                stage.wait_status(invoice, "IN_FLIGHT", parts=2)
            for number, invoice in enumerate(held):
                stage.release(invoice, "fail" if number % 3 == 0 else "settle")
                if number % 5 == 4:
                    stage.cut_connections()
            more = [stage.pay(2_000_000 + n) for n in range(5)]
            for number, invoice in enumerate(held):
                stage.wait_status(invoice, "FAILED" if number % 3 == 0 else "SUCCEEDED")
            for invoice in more:
                stage.wait_status(invoice, "SUCCEEDED")

    def test_garbage_from_the_node_is_survived(self) -> None:
        with Stage() as stage:
            stage.allowed.append("RPC socket: ")
            client = stage.node.new_client()  # a second one: the first cannot be read any more
            client.send("standin-fault", {"fault": "garbage"})
            stage.wait_log("RPC socket: ")
            stage.node.forget_client()
            client.close()
            stage.settle()


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
