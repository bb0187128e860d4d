"""The same plugin in a real lightningd, if there is one: on PATH, or in the built tree LIGHTNINGD_DIR. Else skipped (exit code 77).
The node has a chain of one block and no peers: it can only pay itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import BOUND, PLUGIN, TOPICS, Subscriber, die_on_sigterm, wait_until
from rpc_client import RpcClient, RpcError
from standin import die_with_parent
from payment_shape import check_payment
import protos
import strict_json
import versions

HERE = Path(__file__).resolve().parent


def find_lightningd() -> str | None:
    tree = os.environ.get("LIGHTNINGD_DIR")
    return shutil.which("lightningd", path=os.path.join(tree, "lightningd") if tree else None)


class RealNode:
    """Has those members of StandIn that a Subscriber uses. It shares `directory` with the Subscriber's script."""

    def __init__(self, binary: str) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="e2e-", ignore_cleanup_errors=True)
        self.directory = Path(self._temporary.name)
        self.network_directory = self.directory / "regtest"
        self.node = self
        output = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=BOUND).stdout
        number = re.match(r"v\d+(\.\d+)+", output)
        self.version = versions.Node(number[0] if number else versions.NEWEST)
        self.log_path = self.directory / "log"
        self.subscriber = Subscriber(self, "first", TOPICS, "")
        self.output = open(self.directory / "output", "wb")
        self.process = subprocess.Popen(
            [binary, f"--lightning-dir={self.directory}", "--network=regtest", "--disable-plugin=bcli", "--offline", "--autolisten=false",
             "--disable-dns",
             f"--plugin={HERE / 'genesis_backend.py'}", f"--plugin={self.subscriber.script}", f"--log-file={self.log_path}",
             "--log-level=debug", "--developer", "--dev-fast-gossip", "--allow-deprecated-apis=true"],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output, preexec_fn=die_with_parent)

    def connect(self) -> RpcClient:
        """Waits for the start: a plugin started while lightningd itself is starting is never answered."""
        def started() -> bool:
            if self.process.poll() is not None:
                raise AssertionError(f"lightningd exited: {self.recent_output()}")
            return "Server started with public key" in self.recent_output()

        wait_until(started, "lightningd")
        return RpcClient(str(self.network_directory / "lightning-rpc"))

    def recent_output(self) -> str:
        log = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return (self.directory / "output").read_text(errors="replace")[-2000:] + log[-20000:]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(BOUND)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()
        self._temporary.cleanup()


class Real(unittest.TestCase):
    def setUp(self) -> None:
        self.real = RealNode(find_lightningd() or "")
        self.addCleanup(self.real.close)
        self.rpc = self.real.connect()
        self.addCleanup(self.rpc.close)

    def published(self, topic: str = "trackpayments") -> list[dict[str, Any]]:
        return [m["params"][topic] for m in self.real.subscriber.messages() if m["method"] == topic]

    def refused(self, params: Any) -> tuple[int, str]:
        with self.assertRaises(RpcError) as refused:
            self.rpc.call("delpay", params)
        return refused.exception.code, refused.exception.message

    def test_it_is_loaded_follows_payments_and_serves_delpay(self) -> None:
        started = self.rpc.call("plugin", {"subcommand": "start", "plugin": PLUGIN, "trackpayments-failed-after": "0"})
        self.assertIn(PLUGIN, [plugin["name"] for plugin in started["plugins"] if plugin["active"]])
        self.assertEqual(self.rpc.call("listconfigs")["configs"]["trackpayments-failed-after"]["value_int"], 0)

        invoice = self.rpc.call("invoice", {"amount_msat": 5000, "label": "tea", "description": "tea"})
        payment_hash = invoice["payment_hash"]
        self.assertEqual(self.refused([payment_hash, "complete"]),
                         (208, f"Unknown payment with payment_hash: {payment_hash}"))
        self.rpc.call("sendpay", {"route": [], "payment_hash": payment_hash, "amount_msat": 5000, "bolt11": invoice["bolt11"],
                                  "payment_secret": invoice["payment_secret"]})
        payment = wait_until(lambda: next((p for p in self.published() if p["status"] == "SUCCEEDED"), None), "success")
        self.assertEqual(check_payment(payment), [])
        row = self.rpc.call("listsendpays", {"payment_hash": payment_hash})["payments"][0]
        self.assertEqual((payment["payment_hash"], payment["value_msat"], payment["payment_request"], payment["payment_preimage"]),
                         (payment_hash, "5000", invoice["bolt11"], row["payment_preimage"]))

        unknown = "ab" * 32
        with self.assertRaises(RpcError):
            self.rpc.call("sendpay", {"route": [], "payment_hash": unknown, "amount_msat": 5000})
        failed = wait_until(lambda: next((p for p in self.published() if p["status"] == "FAILED"), None), "failure")
        self.assertEqual((failed["payment_hash"], check_payment(failed)), (unknown, []))

        self.assertEqual(self.refused([payment_hash, "failed"])[0], 211)
        self.assertIn("different from the one provided", self.refused([payment_hash, "failed"])[1])
        self.assertEqual(self.refused([payment_hash, "pending"])[0], -32602)
        self.assertEqual(self.refused(["ab", "failed"])[0], -32602)
        self.assertEqual(self.refused({"payment_hash": payment_hash, "status": "complete", "partid": 1})[0], -32602)
        self.assertEqual(self.refused({"payment_hash": payment_hash, "status": "complete", "partid": 1, "groupid": 9})[0], 208)
        self.assertEqual(self.rpc.call("delpay", [payment_hash, "complete"]), {"payments": [row]})
        self.assertEqual([name for name in self.rpc.call("delpay", {"payment_hash": unknown, "status": "failed", "partid": 0,
                                                                    "groupid": 1}, filter={"payments": [{"status": True}]})
                          ["payments"][0]], ["status"])
        wait_until(lambda: len(self.published("trackpayments_deleted")) == 2, "both deletions")
        self.assertEqual([d["payment_hash"] for d in self.published("trackpayments_deleted")], [payment_hash, unknown])
        self.assertEqual(protos.walk(strict_json.dumps(m).encode() for m in self.real.subscriber.messages()), [])
        self.rpc.call("plugin", {"subcommand": "stop", "plugin": PLUGIN})
        self.assertIsNone(self.real.process.poll(), "lightningd still runs")
        log = self.real.log_path.read_text(errors="replace").splitlines()
        self.assertEqual([line for line in log if "plugin-trackpayments" in line and ("UNUSUAL" in line or "BROKEN" in line)], [])


if __name__ == "__main__":
    die_on_sigterm()
    if not find_lightningd():
        print("no lightningd on PATH, no tree in LIGHTNINGD_DIR")
        sys.exit(77)
    unittest.main()
