"""What the hostile client does, kind by kind: bytes to send after the beginning of a connection, and requests that have two readings."""

from __future__ import annotations

import os
from typing import Iterator

from grpc_client import GET_INFO, TRACK_PAYMENTS
from hostile import (ACK, CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, PING, PREFACE, PRIORITY,
                     PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, fields, frame, integer, literal, request, setting, text)

MANY = 20_000  # frames
STREAMS = range(1, 2 * MANY, 2)


def rapid_reset() -> bytes:
    """CVE-2023-44487."""
    block = fields(GET_INFO)
    return b"".join(frame(HEADERS, END_HEADERS | END_STREAM, stream, block) + frame(RST_STREAM, 0, stream, CANCEL) for stream in STREAMS)


def made_you_reset() -> bytes:
    """The server is made to reset each stream (CVE-2025-8671): its window is too large."""
    block = fields(TRACK_PAYMENTS)
    return b"".join(frame(HEADERS, END_HEADERS, stream, block) + frame(WINDOW_UPDATE, 0, stream, b"\x7f\xff\xff\xff") for stream in STREAMS)


def continuations(payload: bytes) -> bytes:
    """CVE-2024-28182."""
    return frame(HEADERS, END_STREAM, 1, fields(GET_INFO)) + frame(CONTINUATION, 0, 1, payload) * MANY


# Each must end the connection, with this reason in the log.
FLOODS = {
    "rapid reset": (rapid_reset(), "HTTP/2 rapid reset"),
    "made you reset": (made_you_reset(), "HTTP/2 flood of WINDOW_UPDATE"),
    "empty CONTINUATION": (continuations(b""), "HTTP/2 flood of other frames"),
    "full CONTINUATION": (continuations(literal("a", b"b" * 1000) * 16), "HTTP/2 header bomb"),
    "SETTINGS": (frame(SETTINGS) * MANY, "HTTP/2 flood of SETTINGS"),
    "PING": (frame(PING, payload=bytes(8)) * MANY, "HTTP/2 flood of PING"),
    "PRIORITY": (b"".join(frame(PRIORITY, 0, stream, b"\0\0\0\0\x10") for stream in STREAMS), "HTTP/2 flood of PRIORITY"),
    "empty DATA": (frame(HEADERS, END_HEADERS, 1, fields(TRACK_PAYMENTS)) + frame(DATA, 0, 1) * MANY, "HTTP/2 flood of small DATA"),
}

# More ways to the same reasons.
MORE_FLOODS = {
    "changed window": (setting(INITIAL_WINDOW_SIZE, 1) + setting(INITIAL_WINDOW_SIZE, 1 << 20)) * (MANY // 2),
    "WINDOW_UPDATE": frame(WINDOW_UPDATE, payload=b"\0\0\0\x01") * MANY,
    "acks of SETTINGS": frame(SETTINGS, ACK) * MANY,
    "acks of PING": frame(PING, ACK, payload=bytes(8)) * MANY,
    "unknown frames": frame(0xFA, 0xFF, 0, b"x" * 64) * MANY,
    "resets of nothing": frame(HEADERS, END_HEADERS | END_STREAM, 1, fields(GET_INFO)) + frame(RST_STREAM, 0, 1, CANCEL) * MANY,
    "padding": frame(HEADERS, END_HEADERS, 1, fields(TRACK_PAYMENTS)) + frame(DATA, 8, 1, b"\x08" + bytes(8)) * 5000,
}

# Frames that ask for an answer.
ASKING = {kind: FLOODS[kind][0] for kind in ("SETTINGS", "PING")} | {"changed window": MORE_FLOODS["changed window"]}

# What RFC 9113 calls an error of the connection. The last answer is GOAWAY.
ERRORS = {
    "no preface": b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" + bytes(40),
    "a long frame": PREFACE + frame(SETTINGS) + b"\xff\xff\xff" + frame(DATA, 0, 1)[3:] + bytes(100_000),
    "window of zero": PREFACE + frame(SETTINGS) + frame(WINDOW_UPDATE, payload=bytes(4)),
    "window too large": PREFACE + frame(SETTINGS) + frame(WINDOW_UPDATE, payload=b"\x7f\xff\xff\xff") * 2,
    "initial window too large": PREFACE + setting(INITIAL_WINDOW_SIZE, 0x80000000),
    "SETTINGS of 5 bytes": PREFACE + frame(SETTINGS, payload=bytes(5)),
    "PING of 7 bytes": PREFACE + frame(SETTINGS) + frame(PING, payload=bytes(7)),
    "PING on a stream": PREFACE + frame(SETTINGS) + frame(PING, 0, 1, bytes(8)),
    "an even stream": PREFACE + frame(SETTINGS) + request(2, GET_INFO),
    "stream zero": PREFACE + frame(SETTINGS) + request(0, GET_INFO),
    "DATA before HEADERS": PREFACE + frame(SETTINGS) + frame(DATA, END_STREAM, 1, b"x"),
    "reset before HEADERS": PREFACE + frame(SETTINGS) + frame(RST_STREAM, 0, 1, CANCEL),
    "a pushed promise": PREFACE + frame(SETTINGS) + frame(PUSH_PROMISE, END_HEADERS, 1, (2).to_bytes(4, "big") + fields(GET_INFO)),
    "CONTINUATION alone": PREFACE + frame(SETTINGS) + frame(CONTINUATION, END_HEADERS, 1, fields(GET_INFO)),
    "PING inside headers": PREFACE + frame(SETTINGS) + frame(HEADERS, END_STREAM, 1, fields(GET_INFO)) + frame(PING, payload=bytes(8)),
    "padding longer than the frame": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS, 1, fields(GET_INFO)) + frame(DATA, 8, 1, b"\xffx"),
    "header 0": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x80"),
    "header 5000": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, integer(5000, 7, 0x80)),
    "endless integer": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff" * 100),
    "wrong Huffman": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\0\x84\xff\xff\xff\xff\x01a"),
    "a table of a gigabyte": PREFACE + frame(SETTINGS) + frame(HEADERS, END_HEADERS | END_STREAM, 1, integer(1 << 30, 5, 0x20)),
    "GOAWAY and no more": PREFACE + frame(SETTINGS) + frame(GOAWAY, payload=bytes(8)),
}


def header_bombs() -> Iterator[tuple[str, bytes]]:
    """Requests of much more than 16 kB of headers."""
    yield "one byte for 4 kB", frame(HEADERS, END_HEADERS | END_STREAM, 1, fields(GET_INFO, [("a", b"x")]) + literal("b", b"c" * 4000, kept=True)
                                     + b"\xbe" * 8000)
    yield "many small headers", frame(HEADERS, END_HEADERS | END_STREAM, 1, fields(GET_INFO) + literal("a", b"") * 3000)
    yield "one long header", frame(HEADERS, END_STREAM, 1, fields(GET_INFO) + b"\0" + text(b"a") + integer(30_000, 7) + b"x" * 15_000) + \
        frame(CONTINUATION, END_HEADERS, 1, b"x" * 15_000)


def hello(size: int) -> bytes:
    """The beginning of a ClientHello, then noise."""
    return b"\x16\x03\x01" + size.to_bytes(2, "big") + b"\x01" + (size - 4).to_bytes(3, "big") + b"\x03\x03" + os.urandom(size - 6)


def garbage() -> list[bytes]:
    """Instead of a handshake."""
    return [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", PREFACE + frame(SETTINGS), os.urandom(20_000), bytes(20_000), b"\xff" * 20_000,
            b"\x16\x03\x01\xff\xff" + os.urandom(70_000),                      # a record longer than any
            hello(200), hello(16_000),
            b"\x16\x03\x01\0\x04\x01\xff\xff\xff" + b"\x16\x03\x01\x40\0" * 3 + os.urandom(50_000),  # a hello of 16 MB
            b"\x15\x03\x03\0\x02\x02\x28", b"\x14\x03\x03\0\x01\x01" * 1000,   # alert; change_cipher_spec
            b"\x17\x03\x03\0\x20" + bytes(32), b"\x80\x2e\x01\0\x02" + bytes(44)]  # data; SSL 2


HOST = b"Host: localhost\r\n"
SECOND = b"GET /v1/state HTTP/1.1\r\n" + HOST + b"\r\n"  # what is smuggled

# Each is refused with 400, 413, 431, 501 or 505 and the end of the connection, and no second request is found behind it.
SMUGGLING = {
    "two lengths": b"POST /v1/getinfo HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nContent-Length: 60\r\n\r\n" + SECOND,
    "the same length twice": b"POST /v1/getinfo HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + SECOND,
    "a list of lengths": b"POST /v1/getinfo HTTP/1.1\r\n" + HOST + b"Content-Length: 0, 0\r\n\r\n" + SECOND,
    "chunked and length": b"POST /v1/getinfo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SECOND,
    "length and chunked": b"POST /v1/getinfo HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked twice": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked and more": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "xchunked": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked in 1.0": b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "a blank before the colon": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length : 5\r\n\r\nhello" + SECOND,
    "a length with a sign": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nhello" + SECOND,
    "a negative length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\nhello" + SECOND,
    "a length in hex": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x5\r\n\r\nhello" + SECOND,
    "a length beyond 64 bits": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 18446744073709551621\r\n\r\nhello" + SECOND,
    "a body of 65537 bytes": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 65537\r\n\r\n" + SECOND,
    "bare LF": b"GET /v1/state HTTP/1.1\n" + HOST.replace(b"\r", b"") + b"\n" + SECOND,
    "bare LF in a header": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\nContent-Length: 5\r\n\r\nhello" + SECOND,
    "bare CR": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\rContent-Length: 5\r\n\r\nhello" + SECOND,
    "NUL": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n" + SECOND,
    "obs-fold": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n Content-Length: 5\r\n\r\nhello" + SECOND,
    "obs-fold of the first header": b"GET / HTTP/1.1\r\n A: b\r\n" + HOST + b"\r\n" + SECOND,
    "a chunk's size with a sign": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + SECOND,
    "a chunk's size in 0x": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n" + SECOND,
    "a chunk's size beyond 64 bits": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
    "a chunk with a bare LF": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n" + SECOND,
    "a chunk longer than its size": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n" + SECOND,
    "chunks of more than 64 kB": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + (b"4000\r\n" + b"x" * 0x4000 + b"\r\n") * 5,
    "an endless extension": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 100_000,
    "a huge method": b"X" * 100_000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "a huge path": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a huge header": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 3000 + b"\r\n",
    "a method that is no token": b"GE(T / HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND,
    "no version": b"GET /\r\n" + HOST + b"\r\n" + SECOND,
    "another version": b"GET / HTTP/2.0\r\n" + HOST + b"\r\n" + SECOND,
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n" + SECOND,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + SECOND,
    "a blank in the path": b"GET / x HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND,
    "frames of HTTP/2": PREFACE + frame(SETTINGS),
}
