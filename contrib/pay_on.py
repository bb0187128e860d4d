"""Payments without end in the stand-in node, for people who look at the live page: some settle at once, some try several routes, some
stay in flight for a while, some fail."""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "lightningd"))

from standin import RpcError, StandIn  # noqa: E402

MOST_AT_ONCE = 6
NAMES = ("coffee", "book", "server, one month", "concert ticket", "donation", "bicycle repair", "taxi", "groceries", "phone bill", "stickers")
ROUTE_FAILURES = ("temporary_channel_failure", "fee_insufficient", "unknown_next_peer", "temporary_node_failure")
LAST_FAILURES = ("incorrect_or_unknown_payment_details", "mpp_timeout", "expiry_too_far")


class PayOn:
    """Pays in the background until stop()."""

    def __init__(self, node: StandIn) -> None:
        self.node = node
        self.random = random.Random()
        self.over = threading.Event()
        self.room = threading.Semaphore(MOST_AT_ONCE)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """What is in flight stays so; the node ends it."""
        self.over.set()
        self.thread.join()

    def run(self) -> None:
        number = 0
        while not self.over.wait(self.random.uniform(0.2, 1.5)):
            if self.room.acquire(timeout=0.1):
                number += 1
                threading.Thread(target=self.pay, args=(number,), daemon=True).start()

    def outcome(self, name: str) -> dict[str, Any]:
        """Now and then a part takes long."""
        seconds = self.random.uniform(8, 40) if self.random.random() < 0.08 else self.random.uniform(0.2, 2)
        return {"do": name, "delay_ms": int(1000 * seconds)}

    def attempts(self) -> list[dict[str, Any]]:
        tried = [self.outcome(self.random.choice(ROUTE_FAILURES)) for _ in range(self.random.choice((0, 0, 0, 1, 1, 2)))]
        return [*tried, self.outcome(self.random.choice(LAST_FAILURES) if self.random.random() < 0.2 else "settle")]

    def pay(self, number: int) -> None:
        parts = [{"attempts": self.attempts()} for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        amount = self.random.choice((21_000, 1_500_000, 4_200_000, 12_345_678, 250_000_000))
        try:
            with self.node.new_client() as client:
                name = f"{self.random.choice(NAMES)}, {number}"
                made = client.call("invoice", {"amount_msat": amount, "label": name, "description": name})
                client.call("scenario", {"label": name, "parts": parts})
                client.call("xpay", {"invstring": made["bolt11"]})
        except (RpcError, OSError, EOFError):
            pass  # the payment has failed, or the node is gone: the page shows it
        finally:
            self.room.release()
