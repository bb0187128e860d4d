"""The fleet of contrib/fleet/run: three NATS servers as a cluster, stand-in nodes that pay, and the stream of all. Whatever ends is
started again, so that every plug may be pulled. At ^C the stream is compared with the nodes' payments."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
for room in ("contrib", "contrib/fleet", "tests/lightningd", "tests/nats"):
    sys.path.append(str(TOP / room))

from comparison import ended_payments, missing  # noqa: E402
from pay_on import PayOn  # noqa: E402
from servers import STREAM, Cluster  # noqa: E402
from standin import RpcError, StandIn, wait_until  # noqa: E402

PAUSE = 5  # seconds until something that has ended is started again
UNANSWERED = (OSError, EOFError, RpcError)
PLUGINS = ("trackpayments", "trackpayments-nats")


class Member:
    """A node of the fleet, with its payments."""

    def __init__(self, directory: Path, build: Path, number: int, urls: list[str]) -> None:
        self.name = f"node{number}"
        self.id = f"02{number:02d}" + "00" * 31
        self.plugins = [str(build / "plugin" / name) for name in PLUGINS]
        options = [f"--node-id={self.id}", "--db", str(directory / f"{self.name}.rows"), "--trackpayments-failed-after=2",
                   "--trackpayments-nats-replicas=3", "--trackpayments-nats-begin=beginning", *(f"--trackpayments-nats-url={url}" for url in urls)]
        self.node = StandIn(build / "tests/lightningd/lightningd", plugins=self.plugins, options=options, directory=directory / self.name)
        self.payments: PayOn | None = None

    def start(self) -> None:
        self.node.forget_client()
        self.node.start()

    def processes(self) -> dict[str, int]:
        """Names and process ids; only those that run."""
        if not self.node.running():
            return {}
        found = {self.name: self.node.process.pid}
        for pid in Path(f"/proc/{self.node.process.pid}/task/{self.node.process.pid}/children").read_text().split():
            try:
                plugin = Path(os.readlink(f"/proc/{pid}/exe")).name
            except OSError:
                continue  # it has just ended
            found[f"{self.name} {plugin}"] = int(pid)
        return found

    def mend(self) -> None:
        """Starts what has ended."""
        if not self.node.running():
            self.start()
        for plugin in self.plugins:
            if f"{self.name} {Path(plugin).name}" not in self.processes():
                self.node.start_plugin(plugin)

    def show(self) -> dict[str, Any]:
        with self.node.new_client() as client:
            return client.call("trackpayments-nats")


class Fleet:
    def __init__(self, directory: Path, build: Path, count: int) -> None:
        self.cluster = Cluster(directory)
        self.cluster.start()
        self.members = [Member(directory, build, number, self.cluster.urls) for number in range(1, count + 1)]
        self.ended: dict[str, float] = {}  # since when
        self.names: list[str] = []

    def start(self) -> None:
        for member in self.members:
            member.start()
        wait_until(lambda: all(member.show()["connected"] for member in self.members), "the stream", 60)
        self.names = list(self.processes())

    def processes(self) -> dict[str, int]:
        found = {server.name: server.pid() for server in self.cluster.servers if server.process.poll() is None}
        for member in self.members:
            found.update(member.processes())
        return found

    def watch(self) -> None:
        """Once a second. Starts what has ended for some seconds."""
        now, running = time.monotonic(), self.processes()
        for name in self.names:
            if name in running:
                if self.ended.pop(name, None):
                    say(f"{name} runs again, pid {running[name]}")
            elif name not in self.ended:
                self.ended[name] = now
                say(f"{name} has ended; it is started again in {PAUSE} seconds")
        if self.ended and now - min(self.ended.values()) >= PAUSE:
            self.mend()

    def mend(self) -> None:
        for server in self.cluster.servers:
            if server.name in self.ended:
                server.start()
        for member in self.members:
            if any(name.split()[0] == member.name for name in self.ended):
                try:
                    member.mend()
                except UNANSWERED as error:  # it has ended again meanwhile
                    say(f"{member.name}: {error}; trying again")

    def stop(self) -> None:
        for member in self.members:
            if member.payments:
                member.payments.stop()
        for member in self.members:
            member.node.close()
        self.cluster.kill()


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def introduce(fleet: Fleet, build: Path, directory: Path) -> None:
    url = fleet.cluster.urls[0]
    call = f"{TOP}/tests/contrib/lightning-cli --lightning-dir={directory}/node1 --network=regtest"
    print(f"""
{len(fleet.members)} nodes pay, and publish into the stream {STREAM} of three servers: {' '.join(fleet.cluster.urls)}
In other terminals:

  {build}/contrib/fleet/board --url {url}                  # what they do
  {build}/contrib/fleet/consumer {url} accounting          # each end of a payment; start it twice: they share
  {call} trackpayments-nats          # how the first node's plugin is doing

Pull plugs: kill -9 some of these. They start again after {PAUSE} seconds.
""")
    for name, pid in fleet.processes().items():
        print(f"  {pid:8} {name}")
    print("\n^C stops the payments, compares the stream with the nodes, and ends.\n", flush=True)


def compare(fleet: Fleet) -> bool:
    """True if the stream has the end of every payment that has ended."""
    def look() -> bool:
        nonlocal lost
        fleet.watch()
        try:
            lost = [f"{member.name}: {text}" for member in fleet.members for text in missing(fleet.cluster, member.id, member.node)]
        except UNANSWERED as error:
            lost = [str(error)]
        return not lost

    lost: list[str] = []
    try:
        wait_until(look, "the comparison", 90)
    except TimeoutError:
        for text in lost:
            say(text)
        return False
    count = sum(len(ended_payments(member.node)) for member in fleet.members)
    say(f"The stream has the end of every payment that has ended in its node: {count} payments")
    return True


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(build: Path, count: int) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    directory = Path(tempfile.mkdtemp(prefix="fleet-"))
    fleet = None
    try:
        fleet = Fleet(directory, build, count)
        fleet.start()
        introduce(fleet, build, directory)
        for member in fleet.members:
            member.payments = PayOn(member.node)
        try:
            while True:
                time.sleep(1)
                fleet.watch()
        except KeyboardInterrupt:
            print(flush=True)
            say("No new payments. Comparing; another ^C ends at once.")
        for member in fleet.members:
            member.payments.stop()
        return 0 if compare(fleet) else 1
    except KeyboardInterrupt:
        return 130
    finally:
        if fleet:
            fleet.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: fleet.py BUILD NODES (contrib/fleet/run builds, and runs this)")
    try:
        sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
    except (OSError, EOFError, RuntimeError, RpcError) as error:
        sys.exit(f"The fleet failed: {' '.join(str(error).split())}")
