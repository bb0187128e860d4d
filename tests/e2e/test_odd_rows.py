"""Rows and waits with members that no lightningd would write: numbers negative, fractional, beyond 64 bits, beyond a double; members
repeated, missing, unknown. In notifications, in listsendpays and in the answers of wait. (One bad field on stdin: test_bad_stdin.)"""

from __future__ import annotations

import contextlib
import json
import unittest
from typing import Any

from faults import good_payment, lies, unharmed
from fake_host import FakeHost, ended_row, failure, pending_row
from support import die_on_sigterm

# As text: Python would not write all of them.
NUMBERS = ["-1", "1.5", "18446744073709551616", "1e400", "-0.0", "1e-400", '"7"', "true", "[]", "{}", "-9223372036854775809", "9" * 400]
INTEGERS = ["created_index", "updated_index", "groupid", "partid"]
AMOUNTS = ["amount_msat", "amount_sent_msat"]
TIMES = ["created_at", "completed_at"]
# Other members that are missing or repeated: the text in place of `"status":"STATUS"`.
STATUSES = ['"state":1', '"status":"paid"', '"status":"COMPLETE"', '"status":""', '"status":null', '"status":7', '"status":["complete"]',
            '"status":"complete\\u0000"']
ALLOWED = {("amount_msat", '"7"'), ("amount_sent_msat", '"7"'),  # msat were strings once
           ("created_at", "1.5"), ("completed_at", "1.5"), ("created_at", "-0.0"), ("completed_at", "-0.0"),  # and times had fractions
           ("created_at", "1e-400"), ("completed_at", "1e-400")}
ODD = [(name, number) for name in INTEGERS + AMOUNTS + TIMES for number in NUMBERS if (name, number) not in ALLOWED]


def text_with(row: dict[str, Any], name: str, number: str) -> str:
    return json.dumps({**row, name: "HERE"}, separators=(",", ":")).replace('"HERE"', number)


def notification(topic: str, body: str) -> bytes:
    return f'{{"jsonrpc":"2.0","method":"{topic}","params":{{"{topic}":{body}}}}}\n\n'.encode()


class OddRows(unittest.TestCase):
    def refused(self, host: FakeHost, data: bytes) -> None:
        """One line in the log, and nothing is published."""
        lines, published = len(host.logs("unusual")), len(host.published())
        host.raw(data)
        host.barrier()
        self.assertEqual((len(host.logs("unusual")) - lines, len(host.published()) - published), (1, 0), host.logs()[lines:])

    def test_odd_numbers_in_notifications_change_nothing(self) -> None:
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1, partid=1))
            host.wait(host.published, "the payment in flight")
            done = ended_row(row, "complete", 1)
            for name, number in ODD:
                with self.subTest(name=name, number=number[:30]):
                    self.refused(host, notification("sendpay_success", text_with(done, name, number)))
                    body = failure(row)
                    body["data"] |= {"completed_at": 1}
                    text = text_with(body["data"], name, number)
                    self.refused(host, notification("sendpay_failure", json.dumps({**body, "data": "DATA"}).replace('"DATA"', text)))
            for number in NUMBERS[:4] + NUMBERS[7:]:
                with self.subTest(number=number[:30]):
                    for name in ("code", "erring_index", "failcode"):
                        body = failure(row)
                        spoilt = text_with(body, name, number) if name == "code" else \
                            json.dumps({**body, "data": "DATA"}).replace('"DATA"', text_with(body["data"], name, number))
                        self.refused(host, notification("sendpay_failure", spoilt))
            unharmed(host)
            self.assertEqual([p["status"] for p in host.published() if p["payment_index"] == "1"], ["IN_FLIGHT"])

    def test_odd_statuses_and_missing_members_change_nothing(self) -> None:
        with FakeHost() as host:
            host.begin()
            row = host.insert(pending_row(1))
            host.wait(host.published, "the payment in flight")
            text = json.dumps(ended_row(row, "complete", 1), separators=(",", ":"))
            for status in STATUSES:
                with self.subTest(status=status):
                    self.refused(host, notification("sendpay_success", text.replace('"status":"complete"', status)))
            for missing in ("payment_hash", "status"):
                body = failure(row)
                del body["data"][missing]
                self.refused(host, notification("sendpay_failure", json.dumps(body)))
            unharmed(host)

    def test_repeated_members_are_never_mixed(self) -> None:
        with FakeHost() as host:
            host.begin()
            for order in (0, 1):
                row = host.insert(pending_row(host.model.counters["created"] + 1))
                host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == row["payment_hash"], "the payment in flight")
                text = json.dumps(row)[1:-1]
                twice = [text, text.replace('"amount_sent_msat": 1000011', '"amount_sent_msat": 1000011, "label": {"status": "complete"}')]
                host.raw(notification("sendpay_success", "{" + ", ".join(twice if order else twice[::-1]) + "}"))
                host.raw(b'{"jsonrpc":"2.0","jsonrpc":"2.0","method":"nothing","method":"sendpay_success","params":7,"params":{'
                         b'"sendpay_success":7,"sendpay_success":{%s}}}' % text.encode())
                # A repeated id makes it a request; its answer has one of the two.
                before = len(host.messages)
                host.raw(b'{"jsonrpc":"2.0","id":"one","id":"two","method":"rpc_command","params":{"rpc_command":{"id":1,"id":2,"method":'
                         b'"pay","method":"sendpay","params":[],"params":{"payment_hash":"x","payment_hash":"%s"}}}}' % (b"ab" * 32))
                host.wait(lambda: any(m.get("id") in ("one", "two") for m in host.messages[before:]), "the answer to the hook")
                unharmed(host)
                self.assertEqual([p["status"] for p in host.published() if p["payment_hash"] == row["payment_hash"]], ["IN_FLIGHT"])

    def test_odd_rows_of_a_listing_are_skipped_and_the_good_ones_used(self) -> None:
        with FakeHost() as host:
            host.begin()
            ask = host.model.call
            for name, odd in ODD + [("status", status) for status in STATUSES] + [(n, "...") for n in ("payment_hash", "status", "id")]:
                with self.subTest(name=name, odd=odd[:30]):
                    index = host.model.counters["created"] + 1
                    bad, good = (pending_row(index + n, f"{index:064x}", partid=n + 1) for n in (0, 1))

                    def spoil(params: Any, token: Any) -> Any:
                        answer = ask("listsendpays", params, token)
                        rows = answer["result"]["payments"]
                        # An unreadable page is requested again a second later, so only the listing under test is changed.
                        if params.get("payment_hash") != bad["payment_hash"]:
                            return {"result": {"payments": [row for row in rows if row["created_index"] != index]}}
                        spoilt = {k: v for k, v in bad.items() if k != name and (name, k) != ("id", "created_index")}
                        member = "" if odd == "..." else f',{odd}' if name == "status" else f',"{name}":{odd}'
                        text = json.dumps(spoilt)[:-1] + member + "}"
                        others = [json.dumps(row) for row in rows if row["created_index"] != index]
                        self.given = True
                        return b'{"jsonrpc":"2.0","id":%s,"result":{"payments":[%s]}}\n\n' % (
                            json.dumps(token[1]["id"]).encode(), ",".join([text, *others]).encode())

                    self.given = False
                    host.model.table[index] = bad
                    host.answers["listsendpays"] = spoil
                    lines = len(host.logs("unusual"))
                    host.insert(good)
                    host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == bad["payment_hash"], "the payment")
                    self.assertTrue(self.given)
                    self.assertEqual([a["attempt_id"] for a in host.published()[-1]["htlcs"]], [str(index + 1)], "the good row alone")
                    self.assertEqual(len(host.logs("unusual")), lines + 1, host.logs()[lines:])
                    self.assertEqual(lies(host), [])
                    # The bad row ends, and is listed correctly: now it is published too.
                    host.answers.clear()
                    for row in (bad, good):
                        host.notify("sendpay_success", host.end(row, "complete"))
                    host.wait(lambda: len(host.published()[-1]["htlcs"]) == 2 and host.published()[-1]["status"] == "SUCCEEDED", "both parts")
            unharmed(host)

    def test_a_wait_with_an_odd_counter_is_repeated(self) -> None:
        numbers = NUMBERS[:4] + ['"7"', "[]"]
        pairs = list(zip(numbers[::2], numbers[1::2])) + list(zip(numbers[1::2], numbers[::2]))
        with contextlib.ExitStack() as stack:
            # All at once: each pauses for a second before it is repeated.
            hosts = [stack.enter_context(FakeHost()) for _ in pairs]
            for host, (created, updated) in zip(hosts, pairs):
                host.begin()
                self.spoil_waits(host, {"created": created, "updated": updated})
            for host, pair in zip(hosts, pairs):
                with self.subTest(created=pair[0][:30], updated=pair[1][:30]):
                    host.wait_armed()
                    self.assertGreaterEqual(len(host.logs("unusual")), 2, host.logs())
                    unharmed(host)

    def test_a_wait_for_deletions_with_an_odd_counter_is_repeated(self) -> None:
        with contextlib.ExitStack() as stack:
            hosts = [stack.enter_context(FakeHost()) for _ in NUMBERS[:4]]
            for host, number in zip(hosts, NUMBERS[:4]):
                host.begin()
                good_payment(host)
                self.spoil_waits(host, {"deleted": number})
            for host, number in zip(hosts, NUMBERS[:4]):
                host.wait(lambda: any(index == "deleted" for _, index, _ in host.model.blocked), f"a wait after {number[:30]}")
                row = host.model.table[1]
                host.model.call("delpay", {"payment_hash": row["payment_hash"], "status": "complete", "partid": 0, "groupid": 1})
                host.fire()
                host.wait(lambda: host.published("trackpayments_deleted"), "the deletion")

    @staticmethod
    def spoil_waits(host: FakeHost, odd: dict[str, str]) -> None:
        """Answers all waits for these indexes, with that in place of the counter."""
        blocked, host.model.blocked = host.model.blocked, [wait for wait in host.model.blocked if wait[1] not in odd]
        for (client, request), index, _ in blocked:
            if index in odd:
                identity = json.dumps(request["id"])
                reply = f'{{"jsonrpc":"2.0","id":{identity},"result":{{"subsystem":"sendpays","{index}":{odd[index]}}}}}\n\n'
                client.sock.sendall(reply.encode())


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
