"""A lightningd as one plugin or one client sees it: the plugin's stdin and stdout, and the unix socket `lightning-rpc`. It only moves
messages; their meaning and the answers come from the class that derives from it. There are no threads and no sleeps: waiting runs the
event loop.

It is the one fake in Python: `replay/node.py` plays recordings with it, `e2e/fake_host.py` sends messages that no node would, over the
rows of `replay/model.py`; in `contrib/`, `fake_node.py` is the socket alone and `plugin_on_pipes.py` the pipes alone.
"""
from __future__ import annotations

import os
import selectors
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Sequence

import strict_json
from splitters import Broken, LineSplitter, Splitter

CHUNK = 1 << 16
SOCKET = "lightning-rpc"
OURS = ("LIGHTNINGD_", "TRACKPAYMENTS_")  # in the environment, set only for the plugin


def encoded(message: Any) -> bytes:
    """The bytes that lightningd would write; text is unchanged."""
    text = message if isinstance(message, str) else strict_json.dumps(message)
    return text.encode("utf-8", "surrogatepass") + b"\n\n"


class Loop:
    """Files, and a callback for each when it is ready."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()

    def pump(self, seconds: float = 1.0) -> bool:
        """One turn; false if no file was ready."""
        events = self.selector.select(seconds)
        for key, _ in events:
            key.data()
        return bool(events)

    def watch(self, target: Any, events: int, action: Callable[[], None]) -> None:
        """`events` 0: removes the file."""
        known = self.selector.get_map().get(target)
        if events and known is None:
            self.selector.register(target, events, action)
        elif events and known.events != events:
            self.selector.modify(target, events, action)
        elif not events and known is not None:
            self.selector.unregister(target)


class Connection:
    """One client of the socket."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.splitter = Splitter()
        self.out = bytearray()


class RpcSocket:
    """Listens in a directory and passes each call to `call_came`."""

    def __init__(self, directory: str | os.PathLike[str], loop: Loop) -> None:
        self.directory, self._loop = directory, loop
        self.connections: list[Connection] = []
        self._listener: socket.socket | None = None

    def call_came(self, connection: Connection, text: bytes) -> None:
        raise NotImplementedError

    def listen(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        # The path of a socket must be short, that of a directory may be long.
        directory = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            path = Path(f"/proc/self/fd/{directory}/{SOCKET}")
            path.unlink(missing_ok=True)  # left by the run before
            self._listener.bind(str(path))
        finally:
            os.close(directory)
        self._listener.listen()
        self._listener.setblocking(False)
        self._loop.watch(self._listener, selectors.EVENT_READ, self._accept)

    def hang_up(self) -> None:
        """Closes the socket with all connections."""
        if self._listener:
            self._loop.watch(self._listener, 0, self._accept)
            self._listener.close()
            self._listener = None
            (Path(self.directory) / SOCKET).unlink(missing_ok=True)
        for connection in list(self.connections):
            self.drop(connection)

    def drop(self, connection: Connection) -> None:
        self._loop.watch(connection.sock, 0, lambda: None)
        connection.sock.close()
        self.connections.remove(connection)

    def answer_call(self, connection: Connection, data: bytes) -> None:
        """Bytes that cannot be written now follow when the loop runs; they are dropped if the client hung up."""
        connection.out += data
        self._write(connection)

    def _accept(self) -> None:
        connection = Connection(self._listener.accept()[0])
        self.connections.append(connection)
        self._loop.watch(connection.sock, selectors.EVENT_READ, lambda: self._serve(connection))

    def _serve(self, connection: Connection) -> None:
        self._write(connection)
        try:
            data = connection.sock.recv(CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.drop(connection)
            return
        for text in connection.splitter.feed(data):
            self.call_came(connection, text)

    def _write(self, connection: Connection) -> None:
        if connection not in self.connections:
            return
        try:
            while connection.out:
                del connection.out[:connection.sock.send(connection.out[:CHUNK], socket.MSG_DONTWAIT)]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            connection.out.clear()  # the next read shows it
        self._loop.watch(connection.sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.out else 0),
                         lambda: self._serve(connection))


class PluginProcess:
    """The plugin on pipes; each message on its stdout is passed to `output_came`."""

    def __init__(self, argv: Sequence[str | os.PathLike[str]], directory: str | os.PathLike[str], loop: Loop,
                 environment: dict[str, str] | None = None, stdin: Any = subprocess.PIPE, stdout: Any = subprocess.PIPE,
                 before_exec: Callable[[], None] | None = None) -> None:
        self._loop = loop
        self._splitter = LineSplitter()
        self._input = bytearray()  # for stdin, not written yet
        self._reading = False
        self.at_eof = False
        self.stderr = tempfile.TemporaryFile()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.child = subprocess.Popen(argv, cwd=directory, env=clean | (environment or {}), stdin=stdin, stdout=stdout,
                                      stderr=self.stderr, bufsize=0, preexec_fn=before_exec)
        if self.child.stdin:
            os.set_blocking(self.child.stdin.fileno(), False)
        self.read_output(True)

    def output_came(self, text: bytes) -> None:
        raise NotImplementedError

    def errors(self) -> str:
        """All of its stderr."""
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")

    def write_input(self, data: bytes) -> None:
        """Bytes that cannot be written now follow when the loop runs; they are dropped if the plugin closed its end."""
        self._input += data
        self._write_input()

    def flush_input(self, bound: float) -> None:
        end = time.monotonic() + bound
        while self._input:
            if time.monotonic() > end:
                raise Broken("the plugin does not read its stdin")
            self._loop.pump(0.01)

    def read_output(self, wanted: bool) -> None:
        if not self.child.stdout or wanted == self._reading:
            return
        self._reading = wanted
        if wanted:
            os.set_blocking(self.child.stdout.fileno(), False)
        self._loop.watch(self.child.stdout, selectors.EVENT_READ if wanted else 0, self._read_output)

    def close_output(self) -> None:
        """Stops reading its output."""
        self.read_output(False)
        self.child.stdout.close()

    def exit_code(self, bound: float) -> int | None:
        """Reads to the end of the output; None if the plugin does not exit in time."""
        end = time.monotonic() + bound
        while self._reading and time.monotonic() < end:
            self._loop.pump(1)
        try:
            return self.child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def abandon(self) -> None:
        """Ends everything, whatever happened."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout, self.stderr):
            if stream:
                stream.close()

    def _read_output(self) -> None:
        data = self.child.stdout.read(CHUNK)
        if data == b"":
            self.at_eof = True
            self.read_output(False)
            if self._splitter.rest:
                raise Broken(f"stdout ends inside a message: {self._splitter.rest[:200]!r}")
        for text in self._splitter.feed(data or b""):
            self.output_came(text)

    def _write_input(self) -> None:
        try:
            while self._input:
                del self._input[:os.write(self.child.stdin.fileno(), self._input[:CHUNK])]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._input.clear()
        self._loop.watch(self.child.stdin, selectors.EVENT_WRITE if self._input else 0, self._write_input)


class FakeLightningd(Loop, PluginProcess, RpcSocket):
    """Pipes and socket, in one directory and one loop. `version`: None for a host that is not lightningd."""

    def __init__(self, argv: Sequence[str], directory: str, version: str | None, environment: dict[str, str],
                 stdin: Any = subprocess.PIPE, stdout: Any = subprocess.PIPE) -> None:
        named = {"LIGHTNINGD_PLUGIN": "1", "LIGHTNINGD_VERSION": version} if version else {}
        Loop.__init__(self)
        RpcSocket.__init__(self, directory, self)
        self.listen()
        PluginProcess.__init__(self, argv, directory, self, named | environment, stdin, stdout)

    def close(self) -> None:
        self.abandon()
        self.hang_up()
        self.selector.close()
