"""The oracle's own reader of BOLT 4 and 7 bytes: hop payloads of an onion and failure messages with their channel_update. Written
from the layouts in the specification; it knows no recording and no lnrpc."""
from dataclasses import dataclass


class Malformed(Exception):
    """Bytes that do not follow the specification."""


class Reader:
    """Takes bytes from the front and refuses to go past the end."""

    def __init__(self, data: bytes):
        self.data = data

    def take(self, size: int) -> bytes:
        if size > len(self.data):
            raise Malformed(f"{size} bytes wanted, {len(self.data)} left")
        head, self.data = self.data[:size], self.data[size:]
        return head

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def bigsize(self) -> int:
        first = self.number(1)
        if first < 0xFD:
            return first
        size = {0xFD: 2, 0xFE: 4, 0xFF: 8}[first]
        value = self.number(size)
        if value < {2: 0xFD, 4: 1 << 16, 8: 1 << 32}[size]:
            raise Malformed("a BigSize that is not the shortest")
        return value


def tlvs(data: bytes) -> dict[int, bytes]:
    """A TLV stream; types must rise."""
    reader, found, before = Reader(data), {}, -1
    while reader.data:
        kind = reader.bigsize()
        if kind <= before:
            raise Malformed("TLV types do not rise")
        found[kind] = reader.take(reader.bigsize())
        before = kind
    return found


def truncated_number(data: bytes, most: int) -> int:
    """tu32, tu64: without leading zero bytes."""
    if len(data) > most or data[:1] == b"\0":
        raise Malformed("not a truncated integer")
    return int.from_bytes(data, "big")


def hop_payload(text: str) -> dict[int, bytes]:
    """The TLVs of a createonion payload in hex, length first."""
    reader = Reader(bytes.fromhex(text))
    body = reader.take(reader.bigsize())
    if reader.data:
        raise Malformed("bytes after the payload")
    return tlvs(body)


@dataclass
class ChannelUpdate:
    signature: bytes
    chain_hash: bytes
    short_channel_id: int
    timestamp: int
    message_flags: int
    channel_flags: int
    cltv_expiry_delta: int
    htlc_minimum_msat: int
    fee_base_msat: int
    fee_proportional_millionths: int
    htlc_maximum_msat: int
    rest: bytes


def channel_update(data: bytes) -> ChannelUpdate:
    """With or without its message type in front."""
    reader = Reader(data[2:] if data[:2] == b"\x01\x02" else data)
    known = [reader.take(64), reader.take(32), *(reader.number(size) for size in (8, 4, 1, 1, 2, 8, 4, 4))]
    maximum = reader.number(8) if known[4] & 1 else 0
    return ChannelUpdate(*known, maximum, reader.data)


@dataclass
class FailureMessage:
    code: int
    htlc_msat: int = 0
    height: int = 0
    cltv_expiry: int = 0
    flags: int = 0
    sha256: bytes = b""
    update: ChannelUpdate | None = None


# Members before the u16 length of a channel_update: name and size.
UPDATE_AFTER: dict[int, tuple[str, int] | None] = {
    0x1007: None, 0x100E: None, 0x100B: ("htlc_msat", 8), 0x100C: ("htlc_msat", 8), 0x100D: ("cltv_expiry", 4), 0x1014: ("flags", 2),
}
NUMBERS = {0x400F: (("htlc_msat", 8), ("height", 4)), 0x0012: (("cltv_expiry", 4),), 0x0013: (("htlc_msat", 8),)}
ONION_HASH = (0xC004, 0xC005, 0xC006, 0xC018)


def failure_message(data: bytes) -> FailureMessage:
    """Members missing at the end stay unset, surplus bytes are ignored."""
    reader = Reader(data)
    message = FailureMessage(reader.number(2))
    try:
        if message.code in ONION_HASH:
            message.sha256 = reader.take(32)
        for name, size in NUMBERS.get(message.code, ()):
            setattr(message, name, reader.number(size))
        if message.code in UPDATE_AFTER:
            before = UPDATE_AFTER[message.code]
            if before:
                setattr(message, before[0], reader.number(before[1]))
            length = reader.number(2)
            if length:
                message.update = channel_update(reader.take(length))
    except Malformed:
        pass
    return message
