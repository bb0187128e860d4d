"""Servers of NATS on loopback: the nats-server of PATH, alone or three as a cluster, on ports of their own and with a store in a
temporary directory. A killed one is started again with the same port and store."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

from client import ApiError, Login, NatsClient
from rpc_client import BOUND, wait_until
from standin import die_with_parent_alone

STREAM = "LIGHTNING"
_random = random.SystemRandom()


def program() -> str:
    """Debian has it in /usr/sbin, which is not in everybody's PATH."""
    found = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
    assert found, "nats-server is not installed"
    return found


def free_port() -> int:
    """Below those that the system gives to connections: else one of them may have it when a server is started again."""
    while True:
        port = _random.randrange(10_000, 32_000)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


class Server:
    """`lines`: more of its configuration, in the server's own language. `login`: how our client logs in, if it must."""

    def __init__(self, directory: Path, lines: list[str] | None = None, jetstream: bool = True, name: str = "one",
                 login: Login | None = None, tls: Any = None):
        self.directory = directory / name
        self.name = name
        self.login, self.tls = login, tls
        self.lines = list(lines or [])
        self.jetstream = jetstream
        self.port = free_port()
        self.patience = BOUND  # of our client, in seconds
        self.process: subprocess.Popen[bytes] | None = None
        self._client: NatsClient | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.directory / "log"

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def write_configuration(self) -> Path:
        store = f'jetstream {{ store_dir: "{self.directory}/store" }}' if self.jetstream else ""
        path = self.directory / "configuration"
        path.write_text("\n".join([f"server_name: {self.name}", "listen: 127.0.0.1:%d" % self.port, f'log_file: "{self.log_path}"',
                                   store, *self.lines, ""]))
        return path

    def start(self, wait: bool = True) -> "Server":
        for _ in range(10):
            self.directory.mkdir(parents=True, exist_ok=True)
            begun = self.log().count("Server is ready")
            self.process = subprocess.Popen([program(), "-c", str(self.write_configuration())], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent_alone)
            if not wait:
                return self
            wait_until(lambda: self.log().count("Server is ready") > begun or self.process.poll() is not None, "the NATS server")
            if self.process.poll() is None:
                return self
            assert "address already in use" in self.log() and not begun, self.log()
            self.port = free_port()  # somebody else was faster
            self.log_path.unlink()
        raise AssertionError("no free port")

    def kill(self) -> None:
        self.forget_client()
        if self.process:
            self.process.kill()
            self.process.wait(BOUND)

    def again(self, between: Callable[[], None] | None = None) -> "Server":
        self.kill()
        if between:
            between()
        return self.start()

    def pid(self) -> int:
        return self.process.pid

    def new_client(self) -> NatsClient:
        return NatsClient(self.port, self.login, self.tls, bound=self.patience)

    @property
    def client(self) -> NatsClient:
        """One connection, made at the first use."""
        if self._client is None:
            self._client = self.new_client()
        return self._client

    def forget_client(self) -> None:
        if self._client:
            self._client.__exit__()
        self._client = None

    def messages(self, stream: str = STREAM) -> list[Any]:
        """All messages of the stream so far; none if there is no stream yet."""
        return self.client.read_stream(stream) if self.client.has_stream(stream) else []


@contextlib.contextmanager
def one_server(*lines: str, **more: Any) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="nats-", ignore_cleanup_errors=True) as directory:
        server = Server(Path(directory), list(lines), **more)
        try:
            yield server.start()
        finally:
            server.kill()


class Cluster:
    def __init__(self, directory: Path, size: int = 3):
        self.servers = [Server(directory, name=f"s{number}") for number in range(1, size + 1)]
        routes = [free_port() for _ in self.servers]
        urls = ", ".join(f"nats-route://127.0.0.1:{port}" for port in routes)
        for server, port in zip(self.servers, routes):
            server.patience = 1.0  # without a leader nobody answers
            server.lines.append(f"cluster {{ name: fleet, listen: 127.0.0.1:{port}, routes: [{urls}] }}")

    def start(self) -> "Cluster":
        for server in self.servers:
            server.start()
        self.wait_meta_leader()
        return self

    def kill(self) -> None:
        for server in self.servers:
            server.kill()

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self.servers]

    def ask(self, ask: Callable[[NatsClient], Any]) -> Any:
        """Of the first server that answers; None if none does."""
        for server in self.servers:
            if server.process is None or server.process.poll() is not None:
                continue
            try:
                return ask(server.client)
            except (OSError, EOFError, ApiError, AssertionError):
                server.forget_client()
        return None

    def wait_meta_leader(self) -> None:
        """Until then no stream can be made."""
        wait_until(lambda: self.ask(lambda client: client.api("INFO")), "JetStream's leader")

    def info(self, stream: str = STREAM) -> dict[str, Any] | None:
        return self.ask(lambda client: client.info_of(stream))

    def wait_current(self, stream: str = STREAM) -> dict[str, Any]:
        """Until the stream has a leader and each replica has what it has: then any one may be killed."""
        def look() -> dict[str, Any] | None:
            cluster = (self.info(stream) or {}).get("cluster", {})
            replicas = cluster.get("replicas", [])
            whole = cluster.get("leader") and len(replicas) == len(self.servers) - 1
            return cluster if whole and all(one["current"] and not one.get("offline") for one in replicas) else None

        return wait_until(look, "a leader and current replicas")


@contextlib.contextmanager
def three_servers() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="nats-", ignore_cleanup_errors=True) as directory:
        cluster = Cluster(Path(directory))
        try:
            yield cluster.start()
        finally:
            cluster.kill()
