"""A stage with both plugins: the stand-in node, the tracker, and the program that speaks LND's protocols, on ports that the system
chooses.

    with LndStage() as stage:
        stage.wait_active()
        with stage.grpc() as client:
            stream = client.stream(TRACK_PAYMENTS)
"""

from __future__ import annotations

import base64
import os
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "e2e"))

from support import BOUND, TOPICS, RpcError, Stage, die_on_sigterm, wait_until  # noqa: E402
from grpc_client import GrpcClient  # noqa: E402
from rest_client import RestClient  # noqa: E402

__all__ = ["BOUND", "LND", "TOPICS", "LndStage", "RpcError", "Stage", "die_on_sigterm", "wait_until"]

LND = os.path.abspath(os.environ["LND"])
RUNE = re.compile(rb"[A-Za-z0-9_-]{43,}={0,2}")
PORTS = ["--trackpayments-lnd-rpclisten=127.0.0.1:0", "--trackpayments-lnd-restlisten=127.0.0.1:0"]


def rune_of(macaroon: bytes) -> str:
    return RUNE.search(macaroon)[0].decode()


def unique_id(rune: str) -> int:
    """The first restriction of a rune that lightningd made, `=NUMBER`."""
    return int(re.match(rb"=(\d+)", base64.urlsafe_b64decode(rune)[32:])[1])


class LndStage(Stage):
    """`options`: of both plugins, `ports` those of the listeners. `first`: trackpayments-lnd is loaded first. `tracker`: the tracker is
    started with the node; else by start_plugin()."""

    def __init__(self, options: list[str] | None = None, ports: list[str] | None = None, first: bool = False, tracker: bool = True,
                 **more: Any):
        super().__init__(plugin=tracker, **more)
        self.node.options += [*(options or []), *(PORTS if ports is None else ports)]
        self.node.plugins.insert(0 if first else len(self.node.plugins), LND)

    def show(self) -> dict[str, Any]:
        return self.node.call("trackpayments-lnd")

    def wait_active(self) -> dict[str, Any]:
        """Waits until payments can be served, and the macaroons are written and valid."""
        def look() -> dict[str, Any] | None:
            shown = self.show()
            files = list(map(Path, shown["macaroons"]))
            if shown["state"] != "active" or not files or not all(file.exists() for file in files):
                return None
            self.secrets |= {file.read_bytes().hex() for file in files}
            return shown if self.is_valid(rune_of(files[-1].read_bytes())) else None

        return wait_until(look, "the server")

    def is_valid(self, rune: str) -> bool:
        self.secrets.add(rune)
        try:
            return self.node.call("checkrune", {"rune": rune, "method": "getinfo", "params": {}})["valid"]
        except RpcError:
            return False

    @property
    def lnd_directory(self) -> Path:
        return self.node.network_directory / "trackpayments-lnd"

    @property
    def certificate(self) -> Path:
        return self.lnd_directory / "tls.cert"

    def macaroon(self, name: str = "readonly") -> str:
        """As clients send it."""
        return (self.lnd_directory / f"data/chain/bitcoin/regtest/{name}.macaroon").read_bytes().hex()

    def rune(self) -> str:
        """The one inside the macaroons."""
        return rune_of(bytes.fromhex(self.macaroon()))

    def blacklist(self, rune: str) -> None:
        self.node.call("blacklistrune", {"start": unique_id(rune)})

    def grpc(self, macaroon: str | None = "") -> GrpcClient:
        """`macaroon`: empty: the right one; None: none."""
        return GrpcClient(self.show()["rpclisten"][0], self.certificate.read_bytes(), self.macaroon() if macaroon == "" else macaroon)

    def rest(self, macaroon: str | None = "", tls: bool = True) -> RestClient:
        return RestClient(self.show()["restlisten"][0], self.certificate if tls else None,
                          self.macaroon() if macaroon == "" else macaroon)

    def lnd_pid(self) -> int:
        node = self.node.process.pid
        for pid in Path(f"/proc/{node}/task/{node}/children").read_text().split():
            try:
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue  # it has ended
            if any(os.path.basename(argument) == "trackpayments-lnd" for argument in arguments):
                return int(pid)
        raise AssertionError("trackpayments-lnd does not run")

    def lnd_log(self) -> list[str]:
        return [line for line in self.node.log().splitlines() if " plugin-trackpayments-lnd: " in line]

    def wait_lnd_log(self, text: str) -> str:
        return wait_until(lambda: next((line for line in self.lnd_log() if text in line), None), f"the log line {text!r}")

    def in_flight(self) -> list[dict[str, Any]]:
        """The newest snapshots of payments in flight, in the order in which a new subscriber gets them."""
        newest = {payment["payment_index"]: payment for payment in self.snapshots()}
        return [newest[index] for index in sorted(newest, key=int) if newest[index]["status"] == "IN_FLIGHT"]
