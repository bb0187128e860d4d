"""Random payments on a busy node, and its end by kill -9: a part of tests that kill processes (test_kill.py, tests/lnd/test_kill.py)."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any, Callable

from support import PLUGIN, RpcError, Stage, wait_until


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_gone(stage: Stage, plugin: str = PLUGIN) -> None:
    wait_until(lambda: plugin not in [p["name"] for p in stage.node.call("plugin", {"subcommand": "list"})["plugins"]], "its end")


def kill_plugin(stage: Stage) -> None:
    os.kill(stage.plugin_pid(), signal.SIGKILL)
    wait_gone(stage)


class Chaos:
    """SEED in the environment repeats the choices of a run."""

    def begin(self) -> None:
        seed = int(os.environ.get("SEED", random.SystemRandom().randrange(2**32)))
        print(f"SEED={seed}")
        self.random = random.Random(seed)
        self.invoices: list[dict[str, Any]] = []
        self.deleted = 0

    def pay_something(self, stage: Stage) -> None:
        """Payments of every kind: some stay in flight, some by hand have failed, and only silence ends those."""
        ends = ["settle", "settle", "incorrect_or_unknown_payment_details", "temporary_channel_failure", "hold"]
        for _ in range(self.random.randrange(1, 6)):
            kind = self.random.choice(("xpay", "xpay", "pay", "by hand", "parts"))
            if kind == "by hand":
                invoice = stage.invoice(4_000_000, outcomes=[self.random.choice(ends)])
                stage.sendpay(invoice)
            elif kind == "parts":
                self.invoices.append(stage.pay(9_000_000, parts=[self.random.choice(ends) for _ in range(self.random.randrange(2, 5))]))
            else:
                attempts = ["temporary_channel_failure"] * self.random.randrange(3) + [self.random.choice(ends)]
                self.invoices.append(stage.pay(4_000_000, *attempts, by=kind, think_ms=self.random.choice((0, 0, 30))))

    def pay_again(self, stage: Stage) -> None:
        """Pays an invoice again: its payment may be over, or in flight. Sometimes the rows are deleted first."""
        if not self.invoices:
            return
        recent = self.random.sample(self.invoices[-30:], len(self.invoices[-30:]))
        delete = self.random.random() < 0.5
        invoice = next(filter(lambda one: self.delete(stage, one), recent), recent[0]) if delete else recent[0]
        stage.node.call("scenario", {"payment_hash": invoice["payment_hash"],
                                     "attempts": [self.random.choice(("settle", "temporary_channel_failure", "hold"))]})
        stage.again(invoice)

    def delete(self, stage: Stage, invoice: dict[str, Any]) -> bool:
        """Its rows, if it was paid and nothing of it is in flight."""
        statuses = {row["status"] for row in stage.node.rows(payment_hash=invoice["payment_hash"])}
        if "complete" not in statuses or "pending" in statuses:
            return False
        before = self.deleted
        for status in sorted(statuses):
            try:
                stage.node.call("delpay", [invoice["payment_hash"], status])
                self.deleted += 1
            except RpcError:
                pass  # the payer had not finished
        return self.deleted > before

    def release_something(self, stage: Stage, share: float) -> None:
        for row in stage.node.rows(status="pending"):
            if self.random.random() < share:
                try:
                    stage.node.call("release", {"payment_hash": row["payment_hash"], "outcome": self.random.choice(("settle", "fail"))})
                except RpcError:
                    pass  # it ended by itself

    def pump(self, work: Callable[[], None], seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            work()
            if time.monotonic() > end:
                return
            time.sleep(0.002)

    def kill_node(self, stage: Stage) -> None:
        """Kills the node and waits until its plugins have ended: the next subscribers write to the same files."""
        node = stage.node.process.pid
        pids = [int(pid) for pid in Path(f"/proc/{node}/task/{node}/children").read_text().split()]
        stage.node.kill()
        wait_until(lambda: not any(map(is_alive, pids)), "the end of its plugins")
