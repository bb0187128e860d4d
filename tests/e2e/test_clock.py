"""The system's clock is set back and forward while payments run: published times stay within the seconds that lightningd recorded.

A small library in front of libc (clock_shim.cpp) moves the clock of the plugin, or of plugin and node; monotonic clocks are unchanged.
"""

from __future__ import annotations

import mmap
import os
import shlex
import shutil
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

from fake_host import FakeHost, ended_row, failure, pending_row
from support import BOUND, Stage, die_on_sigterm

HERE = Path(__file__).resolve().parent
NS = 10**9
HOUR = 3600 * NS
# An hour either way, a year, before 1970, near the end of 32 and of 64 bits, half a second.
JUMPS = [HOUR, -HOUR, 365 * 24 * HOUR, -365 * 24 * HOUR, -time.time_ns() - HOUR, 2**31 * NS, 2**63 - 1 - time.time_ns() - HOUR, NS // 2]
COMPILERS = [shlex.split(os.environ.get("CXX", "")), ["c++"], ["g++"], ["clang++"]]
COMPILER = next((command for command in COMPILERS if command and shutil.which(command[0])), None)


class Clock:
    """The file behind a moved clock: its offset, and how often it was read."""

    def __init__(self, directory: Path):
        self.path = directory / "clock"
        self.path.write_bytes(bytes(16))
        with open(self.path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 16)
        self.environment = {"LD_PRELOAD": str(directory / "clock.so"), "CLOCK_FILE": str(self.path),
                            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}

    @property
    def offset(self) -> int:
        return struct.unpack_from("=q", self._map)[0]

    @offset.setter
    def offset(self, nanoseconds: int) -> None:
        struct.pack_into("=q", self._map, 0, nanoseconds)

    @property
    def asked(self) -> int:
        return struct.unpack_from("=Q", self._map, 8)[0]

    def seconds(self) -> int:
        return (time.time_ns() + self.offset) // NS

    def close(self) -> None:
        self._map.close()


@unittest.skipUnless(COMPILER, "no C++ compiler")
class ClockIsSet(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="e2e-")
        cls.addClassCleanup(temporary.cleanup)
        cls.directory = Path(temporary.name)
        library, source = cls.directory / "clock.so", HERE / "clock_shim.cpp"
        subprocess.run([*COMPILER, "-shared", "-fPIC", "-O1", "-o", library, source], check=True, timeout=BOUND)

    def setUp(self) -> None:
        self.clock = Clock(self.directory)
        self.addCleanup(self.clock.close)

    def within(self, payment: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        """Checks that every time lies in the second of its row."""
        for attempt, row in zip(payment["htlcs"], rows, strict=True):
            self.assertEqual(int(attempt["attempt_time_ns"]) // NS, row["created_at"])
            if row["status"] == "complete":
                self.assertEqual(int(attempt["resolve_time_ns"]) // NS, max(row["completed_at"], row["created_at"]))
            if row["status"] != "pending":
                self.assertGreaterEqual(int(attempt["resolve_time_ns"]), int(attempt["attempt_time_ns"]))
        self.assertEqual(payment["creation_date"], str(rows[0]["created_at"]))
        self.assertEqual(payment["creation_time_ns"], str(rows[0]["created_at"] * NS))

    def test_the_clock_of_the_plugin_alone(self) -> None:
        with FakeHost(**self.clock.environment) as host:
            host.begin()
            hook = {"id": 1, "method": "sendpay", "params": {"route": [], "payment_hash": "", "groupid": 1}}
            for jump in JUMPS:
                for moment in ("before the payment", "during the payment"):
                    with self.subTest(jump=jump, moment=moment):
                        asked = self.clock.asked
                        self.clock.offset = jump if moment == "before the payment" else 0
                        index = host.model.counters["created"] + 1
                        host.hook(f"h{index}", {**hook, "params": {**hook["params"], "payment_hash": f"{index:064x}"}})
                        row = host.insert(pending_row(index))
                        host.wait(lambda: host.published() and host.published()[-1]["payment_hash"] == row["payment_hash"],
                                  "the payment in flight")
                        self.within(host.published()[-1], [row])
                        self.clock.offset = jump if moment == "during the payment" else 0
                        ended = host.end(row, "complete")
                        host.notify("sendpay_success", ended)
                        host.wait(lambda: host.published()[-1]["status"] == "SUCCEEDED", "success")
                        self.within(host.published()[-1], [ended])
                        self.assertGreater(self.clock.asked, asked, "the plugin reads this clock")
            self.clock.offset = 0

    def test_the_clock_of_plugin_and_node(self) -> None:
        with FakeHost(**self.clock.environment) as host:
            host.begin(**{"trackpayments-failed-after": 3600})
            for jump in JUMPS:
                if abs(jump) > 400 * 24 * HOUR:
                    continue  # lightningd's seconds would not fit into 32 bits
                with self.subTest(jump=jump):
                    # Three attempts: before the jump, over it, after it.
                    payment_hash = f"{host.model.counters['created'] + 1:064x}"
                    rows: list[dict[str, Any]] = []
                    for n, (begins, ends) in enumerate(((0, 0), (0, jump), (jump, jump))):
                        self.clock.offset = begins
                        row = host.insert(pending_row(host.model.counters["created"] + 1, payment_hash, partid=n + 1, bolt11="lnbcrt1",
                                                      created_at=self.clock.seconds()))
                        host.wait(lambda: host.published() and len(host.published()[-1]["htlcs"]) == n + 1 and
                                  host.published()[-1]["payment_hash"] == payment_hash, "the attempt")
                        self.clock.offset = ends
                        status = "complete" if n == 2 else "failed"
                        ended = ended_row(row, status, host.model.counters["updated"] + 1) | {"completed_at": self.clock.seconds()}
                        host.model.end(ended)
                        host.fire()
                        host.notify(*("sendpay_success", ended) if n == 2 else ("sendpay_failure", failure(row)))
                        rows.append(ended)
                        host.wait(lambda: host.published()[-1]["htlcs"][-1]["status"] != "IN_FLIGHT", "its end")
                    self.assertEqual(host.published()[-1]["status"], "SUCCEEDED")
                    self.within(host.published()[-1], rows)
                    # The second of a failure is known only from its row. Until then the plugin uses its clock, as lightningd did.
                    for attempt, row in zip(host.published()[-1]["htlcs"], rows):
                        ended = max(row["completed_at"], row["created_at"])
                        self.assertLessEqual(abs(int(attempt["resolve_time_ns"]) // NS - ended), 60)
            self.clock.offset = 0

    def test_a_whole_node_whose_clock_is_set(self) -> None:
        # The jumps are in the rows; the stage compares them with all published times, second by second.
        with Stage(["--trackpayments-failed-after=3600"], environment=self.clock.environment) as stage:
            held = stage.pay(1_000_000, parts=["hold", "hold"])
            stage.wait_status(held, "IN_FLIGHT", parts=2)
            for jump in JUMPS[:4]:
                self.clock.offset = jump
                stage.wait_status(stage.pay(2_000_000, "temporary_channel_failure", "settle"), "SUCCEEDED")
                part = stage.undecided("settle", amount_msat=3_000_000)
                self.clock.offset = 0
                stage.sendpay(part, partid=2, groupid=1)
                stage.wait_status(part, "SUCCEEDED", parts=2)
            seconds = {row["created_at"] // 86400 for row in stage.node.rows()}
            self.assertGreaterEqual(len(seconds), 3, "the node's clock was set too")
            self.clock.offset = -HOUR
            stage.release(held)
            stage.wait_status(held, "SUCCEEDED")
            self.clock.offset = 0

    def test_a_restart_over_which_the_clock_is_set(self) -> None:
        for jump in (-HOUR, HOUR, -365 * 24 * HOUR):
            with self.subTest(jump=jump), Stage(["--trackpayments-failed-after=3600"], gate=True, keep_rows=True,
                                                environment=self.clock.environment) as stage:
                old = stage.pay(5_000_000, "hold", by="pay")
                stage.wait_status(old, "IN_FLIGHT")
                before = len(stage.snapshots(old))
                self.assertEqual(stage.stop(), [])
                self.clock.offset = jump
                stage.node.start()
                stage.wait_payment(old, lambda _: len(stage.snapshots(old)) > before, "a snapshot after the restart")
                live = stage.undecided("settle", amount_msat=3_000_000)
                stage.release(old, "fail")
                stage.wait_status(old, "FAILED")
                self.assertEqual({payment["status"] for payment in stage.snapshots(live)}, {"IN_FLIGHT"}, "its payer may go on")
                stage.sendpay(live, partid=2, groupid=1)
                stage.wait_status(live, "SUCCEEDED", parts=2)
                self.assertNotIn("FAILED", {payment["status"] for payment in stage.snapshots(live)})
                self.clock.offset = 0

    def test_a_jump_ends_no_timeout_and_drops_no_payment(self) -> None:
        with FakeHost(**self.clock.environment) as host:
            host.begin(**{"trackpayments-failed-after": 3600})
            rows = [host.insert(pending_row(n)) for n in range(1, 4)]
            host.wait(lambda: len(host.published()) == 3, "the payments in flight")
            host.notify("sendpay_failure", failure(rows[0]))
            host.end(rows[0], "failed")
            for jump in (24 * HOUR, -24 * HOUR):
                self.clock.offset = jump
                host.hang_up()
                host.listen()
                host.wait_armed()
                host.barrier()
                self.assertEqual({p["status"] for p in host.published()}, {"IN_FLIGHT"}, "an hour of silence is counted, not read from a clock")
            for row in rows[1:]:
                host.notify("sendpay_success", host.end(row, "complete"))
            host.wait(lambda: [p["status"] for p in host.published()].count("SUCCEEDED") == 2, "the others")
            self.clock.offset = 0


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
