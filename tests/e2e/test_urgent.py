"""A payment waits for every hook request: so its answer is written before anything else, but never inside another message."""

from __future__ import annotations

import fcntl
import json
import struct
import termios
import unittest

from fake_host import FakeHost, pending_row
from support import die_on_sigterm

BLOCK = 64 * 1024  # size of a pipe, and of one write of the plugin
CONTINUE = {"result": "continue"}


def short_failure(index: int) -> bytes:
    data = {"payment_hash": f"{index:064x}", "groupid": 1, "created_index": index, "status": "pending"}
    return json.dumps({"jsonrpc": "2.0", "method": "sendpay_failure", "params": {"sendpay_failure": {"code": 204, "data": data}}},
                      separators=(",", ":")).encode()


def hook(identity: str) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": identity, "method": "rpc_command", "params": {"rpc_command": {
        "jsonrpc": "2.0", "id": "cln-xpay:injectpaymentonion#1", "method": "injectpaymentonion",
        "params": {"payment_hash": "ab" * 32, "partid": 1, "groupid": 1}}}}).encode()


def following(host: FakeHost, count: int) -> None:
    """So many payments are in flight and published."""
    host.begin()
    for index in range(1, count + 1):
        host.insert(pending_row(index))
    host.wait(lambda: len(host.published()) == count, "the payments in flight")
    host.barrier()


def wait_read(host: FakeHost) -> None:
    """Waits until everything written to stdin was read."""
    def unread() -> int:
        return struct.unpack("i", fcntl.ioctl(host.child.stdin.fileno(), termios.FIONREAD, struct.pack("i", 0)))[0]

    host.wait(lambda: unread() == 0, "stdin to be read")


class Urgent(unittest.TestCase):
    def test_the_answer_comes_before_the_work_of_the_same_read(self) -> None:
        with FakeHost() as host:
            following(host, 200)
            before = len(host.messages)
            data = b"".join(map(short_failure, range(1, 201))) + hook("urgent")
            self.assertLess(len(data), BLOCK, "one write, one read")
            host.raw(data)
            host.reply("urgent")
            self.assertEqual((host.messages[before]["id"], host.messages[before]["result"]), ("urgent", CONTINUE))
            host.wait(lambda: len(host.published()) == 400, "the failures")

    def test_many_hooks_among_notifications_are_answered_in_order(self) -> None:
        with FakeHost() as host:
            following(host, 100)
            before = len(host.messages)
            host.raw(b"".join(short_failure(n) + hook(f"h{n}") for n in range(1, 101)))
            host.wait(lambda: len(host.published()) == 200 and sum("id" in m for m in host.messages[before:]) == 100, "all of it")
            answers = [m["id"] for m in host.messages[before:] if "id" in m]
            self.assertEqual(answers, [f"h{n}" for n in range(1, 101)])

    def test_an_answer_overtakes_queued_messages_while_the_output_is_not_read(self) -> None:
        with FakeHost() as host:
            following(host, 600)
            before = len(host.texts)
            host.read_output(False)
            for index in range(1, 601):
                host.raw(short_failure(index))
            wait_read(host)
            host.raw(hook("late"))
            wait_read(host)
            host.read_output(True)
            host.wait(lambda: len(host.published()) == 1200, "everything")  # each message whole: the host would notice
            place = next(n for n, m in enumerate(host.messages) if m.get("id") == "late")
            ahead = sum(len(text) + 2 for text in host.texts[before:place])
            longest = max(map(len, host.texts))
            self.assertLess(ahead, 3 * BLOCK + longest, "only the rest of the write in progress comes before")
            self.assertGreater(len(host.texts) - place, 200, "it overtook the others")
            hashes = [p["payment_hash"] for p in host.published()[600:]]
            self.assertEqual(hashes, sorted(hashes), "the rest keeps its order")

    def test_while_the_output_is_not_read_the_newest_snapshots_are_kept(self) -> None:
        payments, parts = 12, 100
        with FakeHost() as host:
            following(host, payments)
            host.read_output(False)
            # Each new part is one more snapshot with all parts before it: 25 MB in all, of which 8 are kept.
            index = payments
            for partid in range(2, parts + 1):
                for payment in range(1, payments + 1):
                    index += 1
                    row = pending_row(index, f"{payment:064x}", partid=partid)
                    host.model.table[index] = row
                    host.notify("sendpay_success", row)
            wait_read(host)
            host.read_output(True)
            newest: dict[str, int] = {}

            def all_published() -> bool:
                newest.update({p["payment_hash"]: len(p["htlcs"]) for p in host.published()})
                return list(newest.values()) == [parts] * payments

            host.wait(all_published, "the newest snapshot of each payment")
            host.barrier()
            self.assertTrue(any("were merged" in line for line in host.logs("unusual")), host.logs())
            known: dict[str, int] = {}
            for payment in host.published():
                self.assertGreater(len(payment["htlcs"]), known.get(payment["payment_hash"], 0), "an older snapshot after a newer")
                known[payment["payment_hash"]] = len(payment["htlcs"])
            self.assertLess(sum(map(len, host.texts)), 10 << 20)
            self.assertEqual(host.stop(), 0)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
