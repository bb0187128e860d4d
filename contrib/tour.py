"""The tour of contrib/demo: a stand-in node, the plugin, a recorder, and payments of every kind to look at, and a link
to the live page. In a terminal it then pays on until ^C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tests" / "lightningd"))

from pay_on import PayOn  # noqa: E402
from standin import RpcError, StandIn, wait_until  # noqa: E402
from stream_view import follow, line  # noqa: E402


class Screen:
    """Prints the stream as it comes, and lets the tour wait for a message."""

    def __init__(self, path: Path) -> None:
        self.messages: list[dict] = []
        self.over = False
        self.thread = threading.Thread(target=self.run, args=(path,), daemon=True)
        self.thread.start()

    def run(self, path: Path) -> None:
        for message in follow(path, lambda: self.over):
            if text := line(message):
                print(text, flush=True)
            self.messages.append(message)

    def wait_for(self, payment_hash: str, status: str) -> None:
        def seen() -> bool:
            payments = [m.get("trackpayments", {}) for m in self.messages]
            return any(p.get("payment_hash") == payment_hash and p["status"] == status for p in payments)

        wait_until(seen, f"{status} of {payment_hash}", 60)


def pay(node: StandIn, screen: Screen, title: str, amount: int, scenario: dict, end: str) -> str:
    invoice = node.invoice(amount, title, scenario)
    print(f"\n$ lightning-cli xpay {invoice['bolt11'][:24]}…   # {title}", flush=True)
    request = node.rpc.send("xpay", {"invstring": invoice["bolt11"]})
    if end == "held":
        screen.wait_for(invoice["payment_hash"], "IN_FLIGHT")
        print("  … held by the payee, who now settles it", flush=True)
        node.new_client().call("release", [invoice["payment_hash"], "settle"])
        end = "SUCCEEDED"
    try:
        node.rpc.result(request)
    except RpcError as error:
        print(f"  (lightning-cli prints: {error})", flush=True)
    screen.wait_for(invoice["payment_hash"], end)
    return invoice["payment_hash"]


class LndClient:
    """A program that reads LND's API; its output is collected."""

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def as_lnd(node: StandIn, screen: Screen) -> None:
    """Two clients of LND get a payment from the plugin trackpayments-lnd."""
    server = node.call("trackpayments-lnd")
    wait_until(lambda: Path(server["macaroons"][0]).exists(), "the macaroon", 60)
    certificate, macaroon = server["tls_certificate"], server["macaroons"][0]
    grpc, rest = (server[name][0] for name in ("rpclisten", "restlisten"))
    hexed = Path(macaroon).read_bytes().hex()
    url = f"https://{rest}/v2/router/payments?no_inflight_updates=true"
    print(f"""
The plugin trackpayments-lnd serves LND's API. Two of its clients subscribe:
$ contrib/lnd_payments.py {grpc} tls.cert admin.macaroon
$ curl -sN --cacert tls.cert -H "Grpc-Metadata-Macaroon: $(od -An -tx1 -v admin.macaroon | tr -d ' \\n')" '{url}'""", flush=True)
    # Debian's Python has Debian's grpc.
    clients = [LndClient("/usr/bin/python3", str(TOP / "contrib" / "lnd_payments.py"), grpc, certificate, macaroon),
               LndClient("curl", "-sN", "--cacert", certificate, "-H", f"Grpc-Metadata-Macaroon: {hexed}", url)]
    try:
        wait_until(lambda: len(node.call("trackpayments-lnd")["calls"]) == 2, "the clients", 60)
        pay(node, screen, "for LND's clients", 3_000_000, {"attempts": [later("settle")]}, "SUCCEEDED")
        for name, client in zip(("lnd_payments.py", "curl"), clients):
            wait_until(lambda: any("SUCCEEDED" in text for text in client.lines), name, 60)
            for text in client.lines:
                print(f"  {name} prints: {text.rstrip()[:110]}", flush=True)
    finally:
        for client in clients:
            client.end()


def later(outcome: str) -> dict:
    """A delay as with real payees; without it the stream would show only the end."""
    return {"do": outcome, "delay_ms": 400}


def show_link(node: StandIn) -> None:
    made = node.call("trackpayments-lnd", ["link", 1440])
    print(f"""
$ lightning-cli trackpayments-lnd link 1440
The live page shows all this, as long as the node runs. Open this link in a browser of this machine, which will not know the node's
certificate:

{made["link"]}""", flush=True)


def pay_on(node: StandIn) -> None:
    """Until ^C."""
    payments = PayOn(node)
    print("\nPayments go on. ^C ends.", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print()
    finally:
        payments.stop()


def main(plugin: str, lnd: str, standin: str) -> None:
    recorder = str(TOP / "contrib" / "recorder")
    listen = [f"--trackpayments-lnd-{surface}listen=127.0.0.1:0" for surface in ("rpc", "rest")]
    with StandIn(standin, plugins=[plugin, lnd, recorder], options=["--trackpayments-failed-after=2", *listen]) as node:
        screen = Screen(node.network_directory / "trackpayments.jsonl")
        print("A stand-in node runs with the plugin. Here are the messages of the topic `trackpayments`, as they come.")
        paid = pay(node, screen, "one part", 5_000_000, {"attempts": [later("settle")]}, "SUCCEEDED")
        two_parts = {
            "parts": [
                {"amount_msat": 3_000_000, "attempts": [later("temporary_channel_failure"), later("settle")]},
                {"attempts": [later("settle")]},
            ]
        }
        rejected = {"attempts": [later("incorrect_or_unknown_payment_details")]}
        pay(node, screen, "two parts, one fails once", 7_000_000, two_parts, "SUCCEEDED")
        pay(node, screen, "the payee rejects", 2_000_000, rejected, "FAILED")
        pay(node, screen, "held in flight", 4_000_000, {"attempts": ["hold"]}, "held")

        print(f"\n$ lightning-cli delpay {paid[:16]}… complete")
        result = node.call("delpay", [paid, "complete"])
        print(f"  {json.dumps(result)[:150]}…")
        wait_until(lambda: any(m["topic"] == "trackpayments_deleted" for m in screen.messages), "the deletion", 60)
        try:
            node.call("delpay", [paid, "complete"])
        except RpcError as error:
            print(f"  once more: {error}")

        as_lnd(node, screen)

        print("\nThe last message of the stream in full:")
        last = [m for m in screen.messages if m["topic"] == "trackpayments"][-1]
        print(json.dumps({key: value for key, value in last.items() if key != "topic"}, indent=2))
        screen.over = True
        screen.thread.join()
        show_link(node)
        if sys.stdout.isatty():
            pay_on(node)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print("usage: tour.py PLUGIN LND_PLUGIN STANDIN (contrib/demo builds them and runs this)", file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the node ends and its directory is removed
    try:
        main(*sys.argv[1:])
    except (OSError, EOFError, RuntimeError, RpcError) as error:  # TimeoutError is an OSError
        sys.exit(f"The tour failed: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        sys.exit(130)
