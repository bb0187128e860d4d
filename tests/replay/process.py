"""One plugin process as lightningd runs it: pipes on stdin and stdout, its own directory, and the unix socket lightning-rpc
beside it. Moves messages in both directions and knows none of their meaning; no thread, one select loop that the player drives.
"""
import os
import selectors
import socket
import subprocess
import time
from typing import Any, Callable

import strict_json

CHUNK = 1 << 16


class Broken(Exception):
    """The run cannot go on: what happened, in one sentence."""


class Splitter:
    """Cuts complete JSON values out of a stream by depth and string state; blank lines may stand anywhere between tokens."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0
        self._depth = 0
        self._in_string = False
        self._start = 0

    def feed(self, data: bytes) -> list[bytes]:
        self._data += data
        found = []
        while self._at < len(self._data):
            if self._in_string:
                self._skip_string()
                continue
            byte = self._data[self._at:self._at + 1]
            if byte == b'"':
                self._in_string = True
            elif byte in (b"{", b"["):
                if self._depth == 0:
                    self._start = self._at
                self._depth += 1
            elif byte in (b"}", b"]"):
                self._depth -= 1
                if self._depth == 0:
                    found.append(bytes(self._data[self._start:self._at + 1]))
                    del self._data[:self._at + 1]
                    self._at = -1
            elif self._depth == 0 and not byte.isspace():
                raise Broken(f"stray bytes between messages: {bytes(self._data[self._at:self._at + 80])!r}")
            self._at += 1
        return found

    def _skip_string(self) -> None:
        """Jumps to the closing quote or the end of what is here; a lone backslash at the end waits for its next byte."""
        while True:
            quote = self._data.find(b'"', self._at)
            slash = self._data.find(b"\\", self._at, quote if quote >= 0 else len(self._data))
            if slash >= 0:
                self._at = slash + 2
                if self._at > len(self._data):
                    return
                continue
            if quote < 0:
                self._at = len(self._data)
                return
            self._at = quote + 1
            self._in_string = False
            return

    @property
    def rest(self) -> bytes:
        return bytes(self._data).strip()


class LineSplitter:
    """Cuts at blank lines, as a plugin that writes compact JSON and two newlines can be read; cheap for large output."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        self._parts.append(data)
        if b"\n" not in data:
            return []
        *whole, tail = b"".join(self._parts).split(b"\n\n")
        self._parts = [tail]
        return [message for message in whole if message.strip()]

    @property
    def rest(self) -> bytes:
        return b"".join(self._parts).strip()


class Connection:
    """One client on lightning-rpc."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.splitter = Splitter()
        self.out = bytearray()


class PluginProcess:
    def __init__(self, argv: list[str], directory: str, on_output: Callable[[dict], None],
                 on_rpc: Callable[[Connection, dict], None], version: str, environment: dict[str, str]):
        self._on_output, self._on_rpc = on_output, on_rpc
        self._stdin_out = bytearray()
        self._splitter = LineSplitter()
        self.at_eof = False
        self.connections: list[Connection] = []
        self.selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        # A socket path has to be short, a directory may be deep: bind from inside.
        before = os.getcwd()
        os.chdir(directory)
        try:
            if os.path.exists("lightning-rpc"):  # of the life before
                os.unlink("lightning-rpc")
            self._listener.bind("lightning-rpc")
        finally:
            os.chdir(before)
        self._listener.listen()
        self._listener.setblocking(False)
        self.selector.register(self._listener, selectors.EVENT_READ, self._accept)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIGHTNINGD_", "TRACKPAYMENTS_"))}
        clean.update(environment, LIGHTNINGD_PLUGIN="1", LIGHTNINGD_VERSION=version)
        self.child = subprocess.Popen(argv, cwd=directory, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, bufsize=0)
        self.stderr = bytearray()
        for stream, action in ((self.child.stdout, self._read_output), (self.child.stderr, self._read_stderr)):
            os.set_blocking(stream.fileno(), False)
            self.selector.register(stream, selectors.EVENT_READ, action)
        os.set_blocking(self.child.stdin.fileno(), False)

    def send(self, *messages: Any) -> None:
        """All at once; text goes as it is."""
        for message in messages:
            text = message if isinstance(message, str) else strict_json.dumps(message)
            self._stdin_out += text.encode("utf-8", "surrogatepass") + b"\n\n"
        self._write_stdin()

    def reply(self, connection: Connection, message: Any) -> None:
        connection.out += strict_json.dumps(message).encode("utf-8", "surrogatepass") + b"\n\n"
        self._write_connection(connection)

    def pump(self, timeout: float) -> bool:
        """One round of the loop; false when there was nothing to do."""
        events = self.selector.select(timeout)
        for key, _ in events:
            key.data()
        return bool(events)

    def close_stdin(self) -> None:
        deadline = time.monotonic() + 180
        while self._stdin_out and time.monotonic() < deadline:
            self.pump(1)
        self.child.stdin.close()

    def wait_exit(self, seconds: float) -> int | None:
        """Reads to the end of the output; the exit code, or None when the plugin outstays its time."""
        deadline = time.monotonic() + seconds
        while not self.at_eof and time.monotonic() < deadline:
            self.pump(1)
        try:
            return self.child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def abandon(self) -> None:
        """Leaves nothing behind, whatever happened."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        for connection in self.connections:
            connection.sock.close()
        self._listener.close()
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            stream.close()
        self.selector.close()

    def _accept(self) -> None:
        sock, _ = self._listener.accept()
        sock.setblocking(False)
        connection = Connection(sock)
        self.connections.append(connection)
        self.selector.register(sock, selectors.EVENT_READ, lambda: self._serve(connection))

    def _serve(self, connection: Connection) -> None:
        self._write_connection(connection)
        try:
            data = connection.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.selector.unregister(connection.sock)
            connection.sock.close()
            self.connections.remove(connection)
            return
        for message in connection.splitter.feed(data):
            self._on_rpc(connection, self._parse(message, "the RPC socket"))

    def _read_output(self) -> None:
        data = self.child.stdout.read(CHUNK)
        if data is None:
            return
        if not data:
            self.at_eof = True
            self.selector.unregister(self.child.stdout)
            if self._splitter.rest:
                raise Broken(f"stdout ends inside a message: {self._splitter.rest[:200]!r}")
            return
        for message in self._splitter.feed(data):
            self._on_output(self._parse(message, "stdout"))

    def _read_stderr(self) -> None:
        data = self.child.stderr.read(CHUNK)
        if data:
            self.stderr += data
        elif data == b"":
            self.selector.unregister(self.child.stderr)

    @staticmethod
    def _parse(text: bytes, where: str) -> dict:
        try:
            message = strict_json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Broken(f"not JSON on {where}: {error}: {text[:200]!r}") from error
        if not isinstance(message, dict) or "jsonrpc" not in message:
            raise Broken(f"no JSON-RPC message on {where}: {text[:200]!r}")
        return message

    def _write_stdin(self) -> None:
        self._write(self.child.stdin, self._stdin_out, lambda data: os.write(self.child.stdin.fileno(), data),
                    selectors.EVENT_WRITE, self._write_stdin)

    def _write_connection(self, connection: Connection) -> None:
        if connection in self.connections:
            self._write(connection.sock, connection.out, connection.sock.send,
                        selectors.EVENT_READ | selectors.EVENT_WRITE, lambda: self._serve(connection),
                        selectors.EVENT_READ)

    def _write(self, target: Any, out: bytearray, write: Callable[[bytes], int], events: int, action: Callable[[], None],
               quiet_events: int = 0) -> None:
        """Writes what goes now and asks the loop for the rest."""
        try:
            while out:
                del out[:write(bytes(out[:CHUNK]))]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            out.clear()
        wanted = events if out else quiet_events
        registered = self.selector.get_map().get(target)
        if wanted and registered is None:
            self.selector.register(target, wanted, action)
        elif wanted and registered.events != wanted:
            self.selector.modify(target, wanted, action)
        elif not wanted and registered is not None:
            self.selector.unregister(target)
