"""No secret of any payment is ever written to the log, for every payer, also if the message that carries it is malformed."""

from __future__ import annotations

import json
import unittest
from typing import Any, Iterator

from fake_host import FakeHost
from support import TOPICS, Stage, die_on_sigterm
from versions import needs_the_end

SECRET_MEMBERS = {"payment_secret", "shared_secrets", "session_key", "onion", "payload", "payment_preimage", "bolt11", "bolt12",
                  "invstring", "invoice", "preimage", "payment_metadata", "invreq_metadata", "encrypted_recipient_data"}


def secrets_in(value: Any, inside: bool = False) -> Iterator[str]:
    """Everything below a member with such a name; but the hash of a payment may be logged."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "payment_hash":
                yield from secrets_in(member, inside or name in SECRET_MEMBERS)
    elif isinstance(value, list):
        for member in value:
            yield from secrets_in(member, inside)
    elif inside and isinstance(value, str) and len(value) > 8:
        yield value


class Secrets(unittest.TestCase):
    @needs_the_end
    def test_no_secret_of_a_payment_is_logged(self) -> None:
        calls = "sendpay,createonion,sendonion,injectpaymentonion,delpay"
        with Stage(["--trackpayments-failed-after=0"], subscribers={"first": TOPICS + ",sendpay_success,sendpay_failure"},
                   hooks=calls) as stage:
            invoices = [stage.pay(3_000_000, *attempts, by=by) for by in ("xpay", "pay")
                        for attempts in (["settle"], ["temporary_channel_failure", "settle"], ["garble"], ["local_fail"])]
            for invoice in invoices:
                stage.wait_payment(invoice, lambda p: p["status"] != "IN_FLIGHT", "the end")
            by_hand = stage.invoice(5_000_000)
            stage.sendpay(by_hand, 2_000_000, partid=1, groupid=1, payment_secret="5e" * 32)
            stage.sendpay(by_hand, 3_000_000, partid=2, groupid=1, payment_secret="5e" * 32)
            stage.wait_status(by_hand, "SUCCEEDED", parts=2)
            stage.node.call("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000})
            stage.node.call("delpay", [by_hand["payment_hash"], "complete"])
            stage.wait_deletion(by_hand)
            stage.settle()
            first = stage.subscribers[0]
            known = set(secrets_in([first.hooked, first.messages(), stage.node.rows()])) | stage.secrets
            self.assertIn("5e" * 32, known)
            self.assertGreater(len(known), 40)
            log = stage.node.log() + stage.node.stderr()
            self.assertEqual([secret for secret in known if secret in log], [])
            self.assertNotIn(by_hand["payment_secret"], log)

    def test_no_secret_of_a_malformed_message_is_logged(self) -> None:
        secret = "5e" * 32
        row = {"created_index": 1, "payment_hash": "ab" * 32, "status": "complete", "groupid": 1, "amount_sent_msat": 1, "created_at": 1,
               "payment_preimage": secret, "bolt11": "lnbc" + secret}
        params = {"payment_hash": "ab" * 32, "payment_secret": secret, "onion": secret, "shared_secrets": [secret], "session_key": secret}
        texts = []
        for body in ({"sendpay_success": row}, {"sendpay_failure": {"code": 1, "message": secret, "data": row}},
                     {"pay_failure": {"payment_hash": secret + secret}}, {"pay_part_start": params}):
            topic = next(iter(body))
            texts.append(json.dumps({"jsonrpc": "2.0", "method": topic, "params": body}))
        for method in ("delpay", "sendpay", "createonion", "sendonion", "injectpaymentonion"):
            call = {"id": secret, "method": method, "params": params | {"status": "complete"}}
            texts.append(json.dumps({"jsonrpc": "2.0", "id": "h", "method": "rpc_command", "params": {"rpc_command": call}}))
        texts.append(json.dumps({"jsonrpc": "2.0", "id": "s", "method": "setconfig",
                                 "params": {"config": "trackpayments-failed-after", "val": secret}}))
        with FakeHost() as host:
            host.begin()
            for text in texts:
                # Braces and quotes stay in pairs: a message without an end would include the next.
                for old, new in (("1", "tru"), (secret, secret + "\\x"), ("ab" * 32, "ab"), (":", "="), (",", ""), ('"complete"', "[]"),
                                 (f'"{secret}"', f'{secret}'), ('"params"', '"' + secret + '"')):
                    host.raw(text.replace(old, new).encode() + b"\n\n")
            host.barrier()
            self.assertGreater(len(host.logs()), 20)
            self.assertEqual([line for line in host.logs() if secret in line], [])
            self.assertNotIn(secret, host.errors())


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
