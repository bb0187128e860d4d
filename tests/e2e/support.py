"""A stage for whole-process tests: the stand-in node with the plugin and subscribers, and the messages that these got.

    with Stage(["--trackpayments-failed-after=0"]) as stage:
        invoice = stage.invoice(5_000_000)
        stage.node.call("xpay", {"invstring": invoice["bolt11"]})
        payment = stage.wait_status(invoice, "SUCCEEDED")

Leaving the stage checks all messages (judge.py, protos.py), looks for complaints in the log and stops the node. All waits end by an
event; the bound of some minutes only ends a test that hangs. The node has the version of VERSION_AS (versions.py) or of
Stage(version=…).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

HERE = Path(__file__).resolve().parent
for room in ("lightningd", "replay", "pylib"):
    sys.path.append(str(HERE.parent / room))

import judge  # noqa: E402
import protos  # noqa: E402
import strict_json  # noqa: E402
import versions  # noqa: E402
from standin import BOUND, SUBSCRIBER, RpcError, StandIn, wait_until  # noqa: E402

__all__ = ["BOUND", "PLUGIN", "STANDIN", "RpcError", "Stage", "StandIn", "wait_until", "die_on_sigterm"]

PLUGIN = os.path.abspath(os.environ["PLUGIN"])  # the processes run elsewhere
STANDIN = os.environ["STANDIN"]
TOPICS = "trackpayments,trackpayments_final,trackpayments_deleted"
BARRIER = "listconfigs"  # subscribers hook it, so its answer comes after all their earlier messages

# The network around the stand-in.
PEER = "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8"
PAYEE = "022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90"


def die_on_sigterm() -> None:
    """Makes a test that is stopped stop its processes, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Subscriber:
    """Reads the file that a subscriber plugin writes, as it grows."""

    def __init__(self, stage: "Stage", name: str, topics: str, hooks: str):
        self.path = stage.node.network_directory / f"{name}.jsonl"
        self.script = stage.directory / name
        self.script.write_text(
            f"#!/bin/sh\nSUBSCRIBER_FILE={name}.jsonl SUBSCRIBER_TOPICS={shlex.quote(topics)} SUBSCRIBER_HOOK={hooks} "
            f"exec {shlex.quote(sys.executable)} {shlex.quote(str(SUBSCRIBER))}\n")
        self.script.chmod(0o755)
        self.hooked: list[dict[str, Any]] = []  # calls seen by its hook
        self._version = stage.version
        self._published: list[dict[str, Any]] = []
        self._of_topic: dict[str, list[dict[str, Any]]] = {}
        self._of_hash: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._at = 0

    def messages(self) -> list[dict[str, Any]]:
        """Every notification so far; hook calls are left out."""
        if self.path.exists():
            with open(self.path, "rb") as file:
                file.seek(self._at)
                data = file.read()
            whole = data[:data.rfind(b"\n") + 1]
            self._at += len(whole)
            for message in map(strict_json.loads, whole.splitlines()):
                if message["method"] == "rpc_command":
                    self.hooked.append(message["params"]["rpc_command"])
                else:
                    self._take(versions.unwrapped(message, self._version))
        return self._published

    def _take(self, message: dict[str, Any]) -> None:
        topic, params = message["method"], message["params"]
        self._published.append(message)
        self._of_topic.setdefault(topic, []).append(params)
        if topic in TOPICS.split(","):
            self._of_hash.setdefault((topic, params[topic]["payment_hash"]), []).append(params[topic])

    def of_topic(self, topic: str) -> list[dict[str, Any]]:
        """The params of its messages."""
        self.messages()
        return list(self._of_topic.get(topic, ()))

    def of_hash(self, topic: str, payment_hash: str) -> list[dict[str, Any]]:
        """The payments, or deletions, of one of our own topics."""
        self.messages()
        return list(self._of_hash.get((topic, payment_hash), ()))


class Stage:
    """`plugin`: started with the node; else by start_plugin(). `subscribers`: topics by name. `gate`: rows can be listed only when
    the first subscriber is ready, so that it gets the messages from the start of the node. `hooks`: calls that subscribers see.
    `slow_clock`: timeouts of a second take the plugin half a minute, so that they do not fire on a slow machine; then
    `plugin_path` is not PLUGIN."""

    def __init__(self, options: list[str] | None = None, plugin: bool = True, subscribers: dict[str, str] | None = None,
                 gate: bool = False, keep_rows: bool = False, hooks: str = "", environment: dict[str, str] | None = None,
                 version: str | None = None, slow_clock: bool = False):
        self.version = versions.Node(version) if version else versions.NODE
        self.payer = "xpay" if self.version.has_xpay else "pay"
        self._temporary = tempfile.TemporaryDirectory(prefix="e2e-", ignore_cleanup_errors=True)
        self.directory = Path(self._temporary.name)
        self.node = StandIn(STANDIN, directory=self.directory / "node", environment=(environment or {}) | {"VERSION_AS": self.version.name})
        self.plugin_path = self._slowed() if slow_clock else PLUGIN
        hooked = ",".join([BARRIER, *(["listsendpays"] if gate else []), *([hooks] if hooks else [])])
        self.subscribers = [Subscriber(self, name, topics, hooked)
                            for name, topics in (subscribers or {"first": TOPICS}).items()]
        # Its options are known only after it was loaded: then it is stopped again.
        self._stop_first = not plugin and options is not None
        self.node.plugins = [str(s.script) for s in self.subscribers] + ([self.plugin_path] if plugin or self._stop_first else [])
        self.node.options = list(options or []) + (["--db", str(self.directory / "rows")] if keep_rows else [])
        self.allowed: list[str] = []  # texts of expected complaints in the log
        self.first_shown = 1          # rows before this one may have ended before the plugin started
        self.renepaid: set[str] = set()   # hashes whose groups all belong to one call of renepay
        self.unwatched: set[str] = set()  # attempts deleted while no plugin ran
        self.secrets: set[str] = set()
        self._labels = (f"label {n}" for n in itertools.count(1))

    def _slowed(self) -> str:
        """A program with the plugin's name that starts it with a slow clock (tests/replay/ahead.cpp), if that library is built."""
        if not (library := os.environ.get("CLOCK")):
            return PLUGIN
        script = self.directory / "slow" / "trackpayments"
        script.parent.mkdir()
        script.write_text(f'#!/bin/sh\nexec env LD_PRELOAD={shlex.quote(os.path.abspath(library))} CLOCK_SLOWER=30 '
                          f'ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" {shlex.quote(PLUGIN)} "$@"\n')
        script.chmod(0o755)
        return str(script)

    def __enter__(self) -> "Stage":
        try:
            self.node.start()
            if self._stop_first:
                self.node.stop_plugin(self.plugin_path)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self.close()

    @contextlib.contextmanager
    def alone(self) -> Iterator["Stage"]:
        """Stops without the final checks, for tests that kill plugin and node and check by themselves."""
        try:
            yield self.__enter__()
        finally:
            self.close()

    def close(self) -> None:
        self.node.close()
        self._temporary.cleanup()

    def finish(self) -> None:
        """The final checks: all rows are published, the order is right, the log has no complaints, every process ended normally."""
        try:
            wait_until(lambda: not judge.rows(self), "agreement with the rows")
        except TimeoutError:
            raise AssertionError("\n".join(judge.rows(self))) from None
        self.barrier()
        complaints = judge.rows(self) + judge.messages(self)
        complaints += protos.walk(strict_json.dumps(message).encode() for subscriber in self.subscribers
                                  for message in subscriber.messages() if message["method"] in protos.TOPICS)
        complaints += self.stop()
        complaints += judge.log(self)
        if complaints:
            raise AssertionError("\n".join(complaints))

    def stop(self) -> list[str]:
        self.node.call("stop")
        self.node.forget_client()
        code = self.node.wait_exit()
        return [f"the node stopped with {code}"] if code else []

    # Published messages

    def messages(self, topic: str = "trackpayments") -> list[dict[str, Any]]:
        return self.subscribers[0].of_topic(topic)

    def snapshots(self, what: Any = None, topic: str = "trackpayments") -> list[dict[str, Any]]:
        """Snapshots of one invoice or payment hash, or all."""
        if what is None:
            return [params[topic] for params in self.messages(topic)]
        return self.subscribers[0].of_hash(topic, what["payment_hash"] if isinstance(what, dict) else what)

    def statuses(self, what: Any) -> list[str]:
        """Without repetitions in a row."""
        return [status for status, _ in itertools.groupby(p["status"] for p in self.snapshots(what))]

    def ends(self, what: Any) -> list[str]:
        """The statuses after the first IN_FLIGHT, which is missing if all parts ended before the plugin listed the group."""
        statuses = self.statuses(what)
        return statuses[1:] if statuses[:1] == ["IN_FLIGHT"] else statuses

    def deletions(self, what: Any = None) -> list[dict[str, Any]]:
        return self.snapshots(what, "trackpayments_deleted")

    def wait_payment(self, what: Any, condition: Callable[[dict[str, Any]], bool], text: str) -> dict[str, Any]:
        """Waits for a newest snapshot that fulfils the condition."""
        def look() -> dict[str, Any] | None:
            found = self.snapshots(what)
            return found[-1] if found and condition(found[-1]) else None

        try:
            return wait_until(look, text)
        except TimeoutError:
            raise AssertionError(f"{text}; published: {self.snapshots(what)}; log: {self.plugin_log()[-20:]}") from None

    def wait_status(self, what: Any, status: str, parts: int | None = None) -> dict[str, Any]:
        return self.wait_payment(what, lambda p: p["status"] == status and parts in (None, len(p["htlcs"])),
                                 f"{status} with {parts or 'some'} parts")

    def wait_attempts(self, what: Any, *statuses: str) -> dict[str, Any]:
        """Waits until the attempts of the newest snapshot have these statuses."""
        return self.wait_payment(what, lambda p: [a["status"] for a in p["htlcs"]] == list(statuses), f"attempts {statuses}")

    def wait_deletion(self, what: Any) -> dict[str, Any]:
        wait_until(lambda: self.deletions(what), "the deletion")
        return self.deletions(what)[-1]

    def plugin_log(self) -> list[str]:
        return [line for line in self.node.log().splitlines() if " plugin-trackpayments: " in line]

    def wait_log(self, text: str) -> str:
        return wait_until(lambda: next((line for line in self.plugin_log() if text in line), None), f"the log line {text!r}")

    # Barriers

    def barrier(self) -> None:
        """Waits until all messages of the plugin so far have reached the subscribers. Setting an option to its value has no other
        effect; nor has a refusal because the plugin was started by hand."""
        try:
            self.node.call("setconfig", {"config": "trackpayments-retain", "val": "20000"})
        except RpcError as error:
            if "trackpayments-retain is unchanged" not in error.message:
                raise
        self.node.call(BARRIER)

    def settle(self) -> None:
        """For tests that nothing happens: waits for the ends of two further payments. The plugin calls lightningd in order."""
        for _ in range(2):
            marker = self.invoice(1000)
            self.pay_now(marker)
            self.wait_status(marker, "SUCCEEDED")
        self.barrier()

    def settle_slowly(self) -> None:
        """As settle(), and a payer takes longer to find a second route than the plugin waits before it asks for the outcome."""
        self.settle()
        slow = self.invoice(1000, "temporary_channel_failure", "settle", think_ms=300)
        self.pay_now(slow)
        self.wait_status(slow, "SUCCEEDED")
        self.barrier()

    # Actions

    def start_plugin(self) -> None:
        self.first_shown = self.counter("created") + 1
        self.node.start_plugin(self.plugin_path)

    def fault(self, fault: str, method: str, **more: Any) -> None:
        self.node.call("standin-fault", {"fault": fault, "method": method, **more})

    def asked(self, method: str, what: Any) -> int:
        """How often the plugin called this method for a payment; the stage needs `hooks=method`."""
        payment_hash = what["payment_hash"] if isinstance(what, dict) else what
        self.subscribers[0].messages()
        calls = [call for call in self.subscribers[0].hooked if call["method"] == method and call["id"].startswith("trackpayments:")]
        return sum(call["params"].get("payment_hash") == payment_hash for call in calls)

    def cut_connections(self) -> None:
        """Closes every connection to the node, ours too."""
        self.node.call("standin-fault", {"fault": "close-connections"})
        try:
            while True:
                self.node.rpc.read()
        except (EOFError, ConnectionResetError):
            self.node.forget_client()

    def counter(self, index: str) -> int:
        return self.node.call("wait", {"subsystem": "sendpays", "indexname": index, "nextvalue": 0})[index]

    def plugin_pid(self) -> int:
        node = self.node.process.pid
        for pid in Path(f"/proc/{node}/task/{node}/children").read_text().split():
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if any(os.path.basename(argument) == "trackpayments" for argument in arguments):  # the first argument, but under valgrind
                return int(pid)
        raise AssertionError("the plugin does not run")

    def invoice(self, amount_msat: int, *attempts: Any, parts: list[Any] | None = None, **scenario: Any) -> dict[str, Any]:
        """`attempts` of a single part, or `parts`, or `outcomes` of parts made by hand; `bolt12`, `to_self`: kind of the invoice."""
        kind = {name: scenario.pop(name) for name in ("bolt12", "to_self") if name in scenario}
        if attempts:
            scenario["attempts"] = list(attempts)
        if parts:
            scenario["parts"] = parts
        made = self.node.invoice(amount_msat, next(self._labels), scenario or None, **kind)
        self.secrets |= {made["bolt11"], made.get("payment_secret", made["bolt11"])}
        return {**made, "amount_msat": amount_msat}

    def pay(self, *args: Any, by: str | None = None, **scenario: Any) -> dict[str, Any]:
        """Makes an invoice and sends a payment without waiting for the answer."""
        invoice = self.invoice(*args, **scenario)
        self.again(invoice, by)
        return invoice

    def again(self, invoice: dict[str, Any], by: str | None = None) -> Any:
        if by in (None, "xpay"):
            by = self.payer
        return self.node.rpc.send(by, {"bolt11" if by == "pay" else "invstring": invoice["bolt11"]})

    def pay_now(self, invoice: dict[str, Any], by: str | None = None) -> dict[str, Any]:
        """As pay(), and waits for the payer's answer."""
        return self.node.rpc.result(self.again(invoice, by))

    def sendpay(self, invoice: dict[str, Any], amount_msat: int | None = None, **more: Any) -> dict[str, Any]:
        """Makes a part by hand and returns the command's answer."""
        amount = amount_msat or invoice["amount_msat"]
        route = [{"id": PEER, "channel": "103x1x0", "amount_msat": amount + 11, "delay": 17},
                 {"id": PAYEE, "channel": "103x2x0", "amount_msat": amount, "delay": 11}]
        if more.get("partid"):
            more = {"amount_msat": invoice["amount_msat"], "payment_secret": invoice.get("payment_secret", "11" * 32), **more}
        return self.node.call("sendpay", {"route": route, "payment_hash": invoice["payment_hash"], "bolt11": invoice["bolt11"],
                                          **more})

    def by_hand(self, amount_msat: int, *outcomes: Any, **more: Any) -> dict[str, Any]:
        """A payment whose end lightningd does not report: its first part, sent by `sendpay`. `more`: parameters of that command."""
        invoice = self.invoice(amount_msat, outcomes=list(outcomes))
        self.sendpay(invoice, **more)
        return invoice

    def undecided(self, *later_outcomes: Any, amount_msat: int = 4_000_000) -> dict[str, Any]:
        """A payment by hand whose only part has failed: part 1 of group 1. Only silence or another group end it."""
        invoice = self.by_hand(amount_msat, "temporary_channel_failure", *later_outcomes, partid=1, groupid=1)
        self.wait_attempts(invoice, "FAILED")
        return invoice

    def release(self, invoice: dict[str, Any], outcome: Any = "settle", **more: Any) -> None:
        released = self.node.call("release", {"payment_hash": invoice["payment_hash"], "outcome": outcome, **more})
        assert released["released"] > 0, "nothing was held"

    def wait_rows(self, invoice: dict[str, Any], *statuses: str) -> list[dict[str, Any]]:
        """Waits until the rows of an invoice have these statuses, in order."""
        def look() -> list[dict[str, Any]] | None:
            rows = self.node.rows(payment_hash=invoice["payment_hash"])
            return rows if [row["status"] for row in rows] == list(statuses) else None

        return wait_until(look, f"rows {statuses}")

    def refused(self, method: str, params: Any, **more: Any) -> tuple[int, str]:
        """Code and message of a call that must fail."""
        try:
            result = self.node.call(method, params, **more)
        except RpcError as error:
            return error.code, error.message
        raise AssertionError(f"{method} {params} was not refused: {result}")
