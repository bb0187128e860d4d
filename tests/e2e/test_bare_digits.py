"""lightning-cli sends an argument of digits without quotes, and lightningd passes it to the hook unchanged: `007`, or a hash of 64
digits. Some of these are no JSON, but lightningd accepts them (recorded with v23.11, v24.11 and v25.12: cli_bare_digits). So the hook
continues at once, other messages of the same read are handled, and lightningd's changes are followed."""

from __future__ import annotations

import json
import unittest
from typing import Any

from fake_host import FakeHost, failure, pending_row
from support import PAYEE, PEER, die_on_sigterm
from versions import ALL

CONTINUE = {"result": "continue"}
ZEROS, ONES = "0" * 63 + "1", "1" * 64
BARE = [('invoice', '[ 1000, 007, "d"]'), ('delpay', f'[ {ZEROS}, "complete"]'), ('delpay', f'[ {ONES}, "complete"]'),
        ('delpay', f'{{"payment_hash": {ZEROS}, "status": "failed"}}'), ('delpay', f'[ "{"ab" * 32}", "complete", 00, 01]'),
        ('delpay', f'[ {ZEROS}]'), ('delpay', '[ 00, 00]'), ('sendpay', f'[ [], {ZEROS}, 007]'), ('sendonion', f'[ 00, {{}}, {ONES}]'),
        ('createonion', '[ [], 00]'), ('injectpaymentonion', f'[ 00, {ONES}, 00, 00, 00, 00]'), ('xpay', '[ 00]'), ('getinfo', '[ 00]')]


def bare(identity: Any, method: str, params: str) -> bytes:
    """As lightningd of v23.11 to v25.12 passes it on."""
    call = f'{{"jsonrpc":"2.0","method":"{method}","id":"cli:{method}#1824","params":{params}}}'
    return (f'{{"jsonrpc":"2.0","id":{json.dumps(identity)},"method":"rpc_command","params":{{"rpc_command":{call}}}}}\n\n').encode()


def message(**members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **members}).encode() + b"\n\n"


class BareDigits(unittest.TestCase):
    def test_a_cursor_of_digits_and_dots_is_read_as_text(self) -> None:
        with FakeHost() as host:
            host.begin()
            cursor = "12345678.31538000.3.3"
            host.raw(f'{{"jsonrpc":"2.0","id":"bare","method":"trackpayments","params":{{"since":{cursor}}}}}\n\n'.encode())
            bare_answer, quoted = host.reply("bare"), host.request("trackpayments", {"since": cursor})
            self.assertEqual(bare_answer["error"], quoted["error"])
            self.assertEqual(bare_answer["error"], {"code": -32602, "message": "since: the cursor belongs to another node"})

    def names(self, version: str, count: int) -> list[Any]:
        return list(range(1000, 1000 + count)) if version == "v23.11" else [f"cli:x#{n}/cln:rpc_command#{n}" for n in range(count)]

    def test_they_are_continued_between_good_messages_of_the_same_read(self) -> None:
        for version in ALL:
            with self.subTest(version=version), FakeHost(version) as host:
                host.begin(identity=21)
                rows = [host.insert(pending_row(n)) for n in (1, 2, 3)]
                host.wait(lambda: len(host.published()) == 3, "the payments in flight")
                host.barrier()
                names = self.names(version, len(BARE) + 2)
                good = [{"id": "cli:getinfo#1", "jsonrpc": "2.0", "method": method, "params": {}} for method in ("getinfo", "sendpay")]
                data = [message(method="sendpay_failure", params={"sendpay_failure": failure(rows[0])}),
                        message(id=names[-1], method="rpc_command", params={"rpc_command": good[0]})]
                data += [bare(name, *call) for name, call in zip(names, BARE)]
                data += [message(method="sendpay_failure", params={"sendpay_failure": failure(rows[1])}),
                         message(id=names[-2], method="rpc_command", params={"rpc_command": good[1]}),
                         message(method="sendpay_success", params={"sendpay_success": host.end(rows[2], "complete")})]
                host.raw(b"".join(data))
                for name in names:
                    self.assertEqual(host.reply(name).get("result"), CONTINUE, name)
                ends = {rows[0]["payment_hash"]: "FAILED", rows[1]["payment_hash"]: "FAILED", rows[2]["payment_hash"]: "SUCCEEDED"}
                host.wait(lambda: {p["payment_hash"]: p["htlcs"][-1]["status"] for p in host.published()} == ends, "the others")
                answered = [m["id"] for m in host.messages if m.get("id") in names]
                self.assertEqual(answered, [names[-1], *names[:-2], names[-2]], "once each, in their order")
                self.assertNotIn("delpay", [method for method, _ in host.calls])

    def test_each_is_continued_alone_and_when_cut_into_two_reads(self) -> None:
        with FakeHost("v23.11") as host:
            host.begin(identity=21)
            for number, call in enumerate(BARE):
                text = bare(number, *call)
                for at in (len(text) // 2, text.index(call[1].encode()) + 10):
                    before = len(host.messages)
                    host.raw(text[:at])
                    host.pump(0.01)
                    host.raw(text[at:])
                    host.wait(lambda: [m for m in host.messages[before:] if m.get("id") == number], f"the answer to {call}")

    def test_a_deletion_by_such_a_call_is_noticed(self) -> None:
        for payment_hash in (ZEROS, ONES):
            for params in (f'[ {payment_hash}, "complete"]', f'{{"payment_hash": {payment_hash}, "status": "complete"}}',
                           f'[ "{payment_hash}", "complete", 001, 001]'):
                with self.subTest(params=params), FakeHost("v24.11", rows=[pending_row(1, payment_hash, partid=1)]) as host:
                    host.begin()
                    host.wait(host.published, "the payment in flight")
                    host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
                    host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                    host.raw(bare("h", "delpay", params))
                    self.assertEqual(host.reply("h")["result"], CONTINUE)
                    host.model.call("delpay", [payment_hash, "complete"])
                    deleted = host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")
                    self.assertEqual((deleted[0]["payment_hash"], deleted[0]["attempt_ids"]), (payment_hash, ["1"]))

    def test_a_payment_keeps_its_route_when_its_label_is_of_digits(self) -> None:
        route = json.dumps([{"id": PEER, "channel": "103x1x0", "amount_msat": 5_000_011, "delay": 20},
                            {"id": PAYEE, "channel": "103x2x0", "amount_msat": 5_000_000, "delay": 9}])
        for index, (payment_hash, params) in enumerate([("ab" * 32, f'[ {route}, "{"ab" * 32}", 007]'), (ZEROS, f'[ {route}, {ZEROS}]'),
                                                        (ONES, f'{{"route": {route}, "payment_hash": {ONES}, "label": 01}}')], 1):
            with self.subTest(params=params[len(route) + 2:]), FakeHost("v24.11") as host:
                host.begin()
                host.raw(bare("h", "sendpay", params))
                self.assertEqual(host.reply("h")["result"], CONTINUE)
                host.insert(pending_row(index, payment_hash, amount_msat=5_000_000, amount_sent_msat=5_000_011))
                host.wait(host.published, "the payment")
                self.assertEqual([h["chan_id"] != "0" for h in host.published()[-1]["htlcs"][0]["route"]["hops"]], [True, True])
                self.assertEqual(host.logs("unusual"), [])

    def test_our_own_commands_accept_them_as_lightningds_do(self) -> None:
        with FakeHost("v24.11") as host:
            host.begin()
            for payment_hash in (ZEROS, ONES):
                host.raw(b'{"jsonrpc":"2.0","id":"q","method":"trackpayments","params":{"payment_hash": %s}}' % payment_hash.encode())
                self.assertIn(payment_hash, host.reply("q")["error"]["message"])
                self.assertEqual(host.messages.pop()["error"]["code"], 208)
        with FakeHost(None, rows=[pending_row(1, ZEROS)]) as host:
            host.begin(identity=1)
            host.notify("sendpay_success", host.end(host.model.table[1], "complete"))
            host.wait(lambda: host.published() and host.published()[-1]["status"] == "SUCCEEDED", "success")
            host.raw(b'{"jsonrpc":"2.0","id":"q","method":"delpay","params":[ %s, "complete"]}' % ZEROS.encode())
            self.assertEqual([row["payment_hash"] for row in host.reply("q")["result"]["payments"]], [ZEROS])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
