"""How many calls lightningd gets from the plugin for one payment, by payer and version. lightningd has one thread: each call delays
payments, so none is added unnoticed. Payments are made one at a time; every part is held until the plugin is quiet, so the numbers
do not depend on the speed of the machine."""

import json
import os
import shlex
import sys
import unittest
from typing import Any, Callable

from fake_host import FakeHost, failure, pending_row
from support import PAYEE, PEER, PLUGIN, RpcError, Stage, die_on_sigterm, wait_until
from versions import ALL, NODE, Node

NEVER = ["--trackpayments-failed-after=3600"]
BUSY = "temporary_channel_failure"
NOBODY = "ab" * 32
CLOCK = os.path.abspath(os.environ["CLOCK"])
XPAY = "cli:xpay#1/cln:xpay#50/cln-xpay:injectpaymentonion#7"
CALLS = ("listsendpays", "wait", "decode", "listpays", "renepaystatus", "waitsendpay")
COLUMNS = (*CALLS, "hook")

# The calls of one payment, as in COLUMNS. Before v25.12 there is a hook request for every command.
TABLE: dict[str, dict[str, tuple[int, ...]]] = {
    "v23.11": {
        "pay, one part": (1, 2, 0, 0, 0, 0, 3),
        "pay, two parts": (2, 4, 0, 0, 0, 0, 6),
        "pay, retried": (2, 4, 0, 0, 0, 0, 6),
        "pay, failed": (2, 2, 0, 0, 0, 0, 3),
        "renepay, one part": (2, 2, 0, 0, 0, 0, 2),
        "renepay, retried": (3, 4, 0, 0, 0, 0, 4),
        "keysend": (2, 2, 0, 0, 0, 0, 3),
        "sendpay": (2, 2, 0, 0, 0, 0, 0),
        "sendonion": (2, 2, 0, 0, 0, 0, 0),
        "to ourselves": (1, 2, 0, 0, 0, 0, 1),
    },
    "v24.11": {
        "xpay, one part": (1, 2, 0, 0, 0, 0, 1),
        "xpay, two parts": (1, 4, 0, 0, 0, 0, 2),
        "xpay, retried": (2, 4, 0, 0, 0, 0, 2),
        "pay, one part": (1, 2, 0, 0, 0, 0, 3),
        "pay, two parts": (2, 4, 0, 0, 0, 0, 6),
        "pay, retried": (2, 4, 0, 0, 0, 0, 6),
        "pay, failed": (2, 2, 0, 0, 0, 0, 3),
        "renepay, one part": (2, 2, 0, 0, 0, 0, 2),
        "renepay, retried": (4, 4, 0, 0, 0, 0, 4),
        "keysend": (2, 2, 0, 0, 0, 0, 3),
        "sendpay": (2, 2, 0, 0, 0, 0, 0),
        "sendonion": (2, 2, 0, 0, 0, 0, 0),
        "to ourselves": (1, 2, 0, 0, 0, 0, 1),
    },
    "v25.05": {
        "xpay, one part": (1, 2, 0, 0, 0, 0, 1),
        "xpay, two parts": (1, 4, 0, 0, 0, 0, 2),
        "xpay, retried": (2, 4, 0, 0, 0, 0, 2),
        "pay, one part": (1, 2, 0, 0, 0, 0, 3),
        "pay, two parts": (2, 4, 0, 0, 0, 0, 6),
        "pay, retried": (2, 4, 0, 0, 0, 0, 6),
        "pay, failed": (2, 2, 0, 0, 0, 0, 3),
        "renepay, one part": (2, 2, 0, 0, 0, 0, 3),
        "renepay, retried": (4, 4, 0, 0, 0, 0, 6),
        "keysend": (2, 2, 0, 0, 0, 0, 3),
        "sendpay": (2, 2, 0, 0, 0, 0, 0),
        "sendonion": (2, 2, 0, 0, 0, 0, 0),
        "to ourselves": (1, 2, 0, 0, 0, 0, 1),
    },
    "v25.12": {
        "xpay, one part": (1, 2, 0, 0, 0, 0, 1),
        "xpay, two parts": (1, 4, 0, 0, 0, 0, 2),
        "xpay, retried": (2, 4, 0, 0, 0, 0, 2),
        "pay, one part": (1, 2, 0, 0, 0, 0, 2),
        "pay, two parts": (2, 4, 0, 0, 0, 0, 4),
        "pay, retried": (2, 4, 0, 0, 0, 0, 4),
        "pay, failed": (2, 2, 0, 0, 0, 0, 2),
        "renepay, one part": (2, 2, 0, 0, 0, 0, 1),
        "renepay, retried": (4, 4, 0, 0, 0, 0, 2),
        "keysend": (2, 2, 0, 0, 0, 0, 2),
        "sendpay": (2, 2, 0, 0, 0, 0, 0),
        "sendonion": (2, 2, 0, 0, 0, 0, 0),
        "to ourselves": (1, 2, 0, 0, 0, 0, 1),
    },
    "v26.06.6": {
        "xpay, one part": (1, 2, 0, 0, 0, 0, 1),
        "xpay, two parts": (1, 4, 0, 0, 0, 0, 2),
        "xpay, retried": (3, 4, 0, 1, 0, 0, 2),
        "xpay, failed": (4, 2, 0, 2, 0, 0, 1),
        "pay, one part": (1, 2, 0, 0, 0, 0, 2),
        "pay, two parts": (2, 4, 0, 0, 0, 0, 4),
        "pay, retried": (2, 4, 0, 0, 0, 0, 4),
        "pay, failed": (2, 2, 0, 0, 0, 0, 2),
        "renepay, one part": (2, 2, 0, 0, 0, 0, 1),
        "renepay, retried": (4, 4, 0, 0, 0, 0, 2),
        "renepay, failed": (3, 2, 0, 0, 1, 0, 1),
        "keysend": (2, 2, 0, 0, 0, 0, 2),
        "sendpay": (2, 2, 0, 0, 0, 0, 0),
        "sendonion": (2, 2, 0, 0, 0, 0, 0),
        "to ourselves": (1, 2, 0, 0, 0, 0, 1),
    },
}


class Budget(Stage):
    """Copies the plugin's input to a file, and may put its clock forward (tests/replay/ahead.cpp)."""

    def __init__(self, version: str):
        super().__init__(NEVER, version=version, hooks=",".join(CALLS))
        self.input = self.directory / "input"
        script = self.directory / "counted" / "trackpayments"
        script.parent.mkdir()
        fifo = script.with_name("fifo")
        os.mkfifo(fifo)
        self.ahead = script.with_name("ahead")
        self.pass_time(0)
        script.write_text(f'#!/bin/sh\nexec 3<&0\ntee {shlex.quote(str(self.input))} <&3 >{fifo} &\n'
                          f'exec env LD_PRELOAD={shlex.quote(CLOCK)} CLOCK_AHEAD={self.ahead} '
                          f'ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" {shlex.quote(PLUGIN)} "$@" <{fifo} 3<&-\n')
        script.chmod(0o755)
        self.node.plugins[-1] = str(script)

    def pass_time(self, seconds: int) -> None:
        before = int.from_bytes(self.ahead.read_bytes(), sys.byteorder) if seconds else 0
        with open(self.ahead, "r+b" if seconds else "wb") as file:
            file.write((before + seconds * 10**9).to_bytes(8, sys.byteorder))

    def pay(self, *args: Any, by: str | None = None, **scenario: Any) -> dict[str, Any]:
        invoice = super().pay(*args, by=by, **scenario)
        self.renepaid |= {invoice["payment_hash"]} if by == "renepay" else set()
        return invoice

    def calls(self) -> list[dict[str, Any]]:
        """The plugin's own, in order. Calls about NOBODY are of wake()."""
        self.subscribers[0].messages()
        return [call for call in self.subscribers[0].hooked if call["id"].startswith("trackpayments:") and call["method"] in CALLS
                and NOBODY not in json.dumps(call["params"])]

    def requests(self) -> int:
        """Hook requests that the plugin got for the calls of payers. Those of the test itself, and before v25.12 of the plugin, are
        not counted."""
        decoder, text, at, found = json.JSONDecoder(), self.input.read_text(), 0, 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            try:
                message, at = decoder.raw_decode(text, at)
            except json.JSONDecodeError:
                break  # half a message
            if message["method"] == "rpc_command":
                identity = str(message["params"]["rpc_command"]["id"])
                found += identity.partition(":")[0] not in ("test", "trackpayments") or "/" in identity
        return found

    def quiet(self) -> None:
        """Waits until the plugin has read all rows and waits for the next ones. Its calls up to then are counted. Then it is quiet so
        long that its timers have fired, and that it takes nothing after that for load."""
        wait_until(self.has_read_all, "a quiet plugin")
        self.pass_time(5)
        self.wake()
        wait_until(self.has_read_all, "a quiet plugin")

    def has_read_all(self) -> bool:
        counters = {index: self.counter(index) for index in ("created", "updated")}
        position = self.node.call("trackpayments")["cursor"].split(".")[2:4]
        self.wake()  # its call to lightningd comes after the others
        waits = {call["params"]["indexname"]: call["params"]["nextvalue"] for call in self.calls() if call["method"] == "wait"}
        return all(waits.get(i) == n + 1 for i, n in counters.items()) and position == [str(n) for n in counters.values()]

    def wake(self) -> None:
        try:
            self.node.call("trackpayments", {"payment_hash": NOBODY})
        except RpcError as error:
            assert error.code == 208, error

    def count(self) -> tuple[int, ...]:
        methods = [call["method"] for call in self.calls()]
        return (*(methods.count(name) for name in CALLS), self.requests())


# The payments. Each makes one and leaves nothing in flight.

def in_flight(stage: Budget, what: Any, *attempts: str) -> None:
    stage.wait_attempts(what, *attempts, "IN_FLIGHT")
    stage.quiet()


def one(stage: Budget, by: str) -> None:
    invoice = stage.pay(5_000_000, "hold", by=by)
    in_flight(stage, invoice)
    stage.release(invoice)
    stage.wait_status(invoice, "SUCCEEDED")


def two(stage: Budget, by: str) -> None:
    """One page serves both parts: no row is listed before both are made."""
    made = stage.counter("created") + 2
    stage.fault("hang", "listsendpays")
    invoice = stage.pay(9_000_000, parts=["hold", "hold"], by=by)
    wait_until(lambda: stage.counter("created") == made, "both parts")
    stage.fault("unhang", "listsendpays")
    in_flight(stage, invoice, "IN_FLIGHT")
    first, second = stage.node.rows(payment_hash=invoice["payment_hash"])
    stage.release(invoice, "settle_alone", partid=first["partid"])
    stage.wait_attempts(invoice, "SUCCEEDED", "IN_FLIGHT")
    stage.quiet()
    stage.release(invoice, "settle_alone", partid=second["partid"])
    stage.wait_status(invoice, "SUCCEEDED")


def retried(stage: Budget, by: str) -> None:
    invoice = stage.pay(4_000_000, "hold", "hold", by=by)
    in_flight(stage, invoice)
    stage.release(invoice, BUSY)
    in_flight(stage, invoice, "FAILED")
    stage.release(invoice)
    stage.wait_status(invoice, "SUCCEEDED")


def failed(stage: Budget, by: str) -> None:
    invoice = stage.pay(4_000_000, "hold", by=by)
    in_flight(stage, invoice)
    stage.release(invoice, BUSY)
    stage.wait_status(invoice, "FAILED")


def keysend(stage: Budget) -> None:
    stage.node.call("scenario", {"label": "gift", "attempts": ["hold"]})
    stage.node.rpc.send("keysend", {"destination": "02" + "11" * 32, "amount_msat": 7000, "label": "gift"})
    held(stage)


def held(stage: Budget) -> None:
    """The newest part is held."""
    row = wait_until(lambda: (rows := stage.node.rows()) and rows[-1]["status"] == "pending" and rows[-1], "the part")
    in_flight(stage, row)
    stage.release(row)
    stage.wait_status(row, "SUCCEEDED")


def sendpay(stage: Budget) -> None:
    stage.by_hand(3_000_000, "hold")
    held(stage)


def sendonion(stage: Budget) -> None:
    invoice = stage.invoice(5_000_000, outcomes=["hold"])
    stage.node.call("sendonion", {
        "onion": "00" * 1366, "first_hop": {"id": PEER, "amount_msat": 5_000_007, "delay": 30}, "amount_msat": 5_000_000,
        "payment_hash": invoice["payment_hash"], "shared_secrets": ["11" * 32] * 2, "bolt11": invoice["bolt11"], "destination": PAYEE})
    held(stage)


def to_self(stage: Budget, by: str) -> None:
    stage.wait_status(stage.pay(1_000_000, to_self=True, by=by), "SUCCEEDED")


def cases(version: Node) -> dict[str, Callable[[Budget], None]]:
    out: dict[str, Callable[[Budget], None]] = {}
    for by in (["xpay"] if version.has_xpay else []) + ["pay", "renepay"]:
        out[f"{by}, one part"] = lambda stage, by=by: one(stage, by)
        if by != "renepay":  # it calls listsendpays itself
            out[f"{by}, two parts"] = lambda stage, by=by: two(stage, by)
        out[f"{by}, retried"] = lambda stage, by=by: retried(stage, by)
        if by == "pay" or version.listpays_knows_xpay:
            out[f"{by}, failed"] = lambda stage, by=by: failed(stage, by)
    out["keysend"], out["sendpay"], out["sendonion"] = keysend, sendpay, sendonion
    out["to ourselves"] = lambda stage: to_self(stage, stage.payer)
    return out


class CallBudget(unittest.TestCase):
    def test_a_payment_costs_lightningd_these_calls(self) -> None:
        for version in [NODE.name] if os.environ.get("VERSION_AS") else ALL:
            with Budget(version) as stage:
                stage.quiet()
                made = cases(stage.version)
                self.assertEqual(list(made), list(TABLE[version]), "the table has every case")
                for name, make in made.items():
                    with self.subTest(version=version, payment=name):
                        before = stage.count()
                        make(stage)
                        stage.quiet()
                        self.compare([now - then for now, then in zip(stage.count(), before)], TABLE[version][name])

    def compare(self, calls: list[int], budget: tuple[int, ...]) -> None:
        more = {name: (found, known) for name, found, known in zip(COLUMNS, calls, budget) if found > known}
        less = {name: (found, known) for name, found, known in zip(COLUMNS, calls, budget) if found < known}
        self.assertEqual(more, {}, "calls were added (now, before): lightningd pays for each; if it must be, change TABLE")
        self.assertEqual(less, {}, "calls were saved (now, before): write the lower numbers into TABLE, so that they are kept")


class AtOnce(unittest.TestCase):
    def test_the_end_of_a_part_leads_to_listpays_without_a_pause(self) -> None:
        """The plugin's clock nearly stands still: no timer fires."""
        slow = {"LD_PRELOAD": CLOCK, "CLOCK_SLOWER": "1000000",
                "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        with FakeHost(**slow) as host:
            host.begin(**{"trackpayments-failed-after": 3600})
            row = pending_row(1, partid=1, groupid=1)
            host.hook("inject", {"id": XPAY, "method": "injectpaymentonion", "params": {
                "onion": "00", "payment_hash": row["payment_hash"], "amount_msat": 1_000_011, "cltv_expiry": 120, "partid": 1, "groupid": 1}})
            host.reply("inject")
            host.insert(row)
            host.wait(host.published, "the payment")
            ended = host.end(row, "failed")
            host.notify("sendpay_failure", failure(ended))
            host.wait(lambda: host.published()[-1]["htlcs"][0]["status"] == "FAILED", "the failed part")
            host.barrier()
            asked = lambda: sum(method == "listpays" for method, _ in host.calls)  # noqa: E731
            self.assertEqual(asked(), 0, "after a pause, unless xpay reports the end")
            host.notify("pay_part_end", {"payment_hash": row["payment_hash"], "groupid": 1, "partid": 1, "status": "failure",
                                         "duration": 0.1, "error_code": 204, "error_message": "no"})
            host.wait(asked, "the call")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
