"""All subscribers get the same messages: of the topics by name, of the final topic alone, of all topics (`*`)."""

import unittest

from support import TOPICS, Stage, die_on_sigterm

NAMES = TOPICS.split(",")


class Subscribers(unittest.TestCase):
    def test_all_subscribers_get_the_same_messages_in_the_same_order(self) -> None:
        everybody = {"first": TOPICS, "second": TOPICS, "wildcard": "*", "final": "trackpayments_final", "main": "trackpayments"}
        with Stage(["--trackpayments-failed-after=0"], subscribers=everybody) as stage:
            invoices = [stage.pay(1_000_000 + n) for n in range(10)]
            invoices.append(stage.pay(3_000_000, parts=["settle", {"amount_msat": 1_000_000}]))
            for invoice in invoices:
                stage.wait_status(invoice, "SUCCEEDED")
            failed = stage.pay(2_000_000, "incorrect_or_unknown_payment_details", by="pay")
            stage.wait_status(failed, "FAILED")
            stage.node.call("delpay", [invoices[0]["payment_hash"], "complete"])
            stage.wait_deletion(invoices[0])
            stage.barrier()
            first, *others = ([(m["method"], m["params"], m["origin"]) for m in s.messages() if m["method"] in NAMES]
                              for s in stage.subscribers)
            self.assertEqual({method for method, _, _ in first}, set(NAMES))
            for name, messages in zip(list(everybody)[1:], others):
                wanted = NAMES if everybody[name] == "*" else everybody[name].split(",")
                self.assertEqual(messages, [message for message in first if message[0] in wanted], name)

    def test_the_final_topic_carries_only_ends(self) -> None:
        with Stage() as stage:
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            stage.settle()
            self.assertEqual(stage.snapshots(held, "trackpayments_final"), [])
            stage.release(held)
            end = stage.wait_status(held, "SUCCEEDED")
            stage.barrier()
            self.assertEqual(stage.snapshots(held, "trackpayments_final"), [end])
            final = [m for m in stage.messages("trackpayments_final") if m["trackpayments_final"] == end][0]
            self.assertEqual(list(final), ["trackpayments_final", "cursor"])

    def test_a_late_subscriber_gets_the_later_messages(self) -> None:
        with Stage(subscribers={"first": TOPICS, "late": TOPICS}) as stage:
            stage.node.stop_plugin(stage.subscribers[1].script)
            held = stage.pay(2_000_000, "hold")
            stage.wait_status(held, "IN_FLIGHT")
            stage.node.start_plugin(stage.subscribers[1].script)
            stage.release(held)
            end = stage.wait_status(held, "SUCCEEDED")
            stage.barrier()
            self.assertEqual([m["params"]["trackpayments"] for m in stage.subscribers[1].messages()
                              if m["method"] == "trackpayments"], [end])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
