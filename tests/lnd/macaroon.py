"""Writes macaroons of version 2 (libmacaroons' binary format), to offer odd ones to the server."""

from __future__ import annotations


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number: int, data: bytes) -> bytes:
    return varint(number) + varint(len(data)) + data


def protobuf_bytes(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def macaroon_id(storage_id: bytes) -> bytes:
    """As lnd's bakery writes it: version 3, then nonce, storage id, and one operation."""
    operation = protobuf_bytes(1, b"offchain") + protobuf_bytes(2, b"read")
    return b"\x03" + protobuf_bytes(1, bytes(16)) + protobuf_bytes(2, storage_id) + protobuf_bytes(3, operation)


def macaroon(identifier: bytes, *caveats: str, signature: bytes = bytes(32)) -> str:
    """In hex, as clients send it."""
    body = b"\x02" + field(1, b"lnd") + field(2, identifier) + b"\0"
    for caveat in caveats:
        body += field(2, caveat.encode()) + b"\0"
    return (body + b"\0" + field(6, signature)).hex()


def of_rune(rune: str, *caveats: str) -> str:
    return macaroon(macaroon_id(rune.encode()), *caveats)
