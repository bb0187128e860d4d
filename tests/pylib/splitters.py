"""Cut messages out of a stream of bytes, as lightningd and its plugins do."""


class Broken(Exception):
    """The run cannot go on; the message is the reason in one sentence."""


class Splitter:
    """Cuts complete JSON values out of a stream by depth and string state; blank lines may be anywhere between tokens."""

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
        """Jumps to the closing quote or the end of the data; a lone backslash at the end waits for its next byte."""
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
    """Cuts at blank lines, for plugins that write compact JSON and two newlines; cheap for large output."""

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
