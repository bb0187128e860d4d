"""A gRPC client on Debian's grpcio that sends and gets bytes, so no code is generated. lnd_wire.py reads these."""

from __future__ import annotations

import os
import threading
from typing import Any

os.environ.setdefault("GRPC_SSL_CIPHER_SUITES", "HIGH+ECDSA")  # as LND's documentation says
os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # servers are killed here

import grpc  # noqa: E402

from rpc_client import BOUND, wait_until  # noqa: E402

TRACK_PAYMENTS = "/routerrpc.Router/TrackPayments"
TRACK_PAYMENT = "/routerrpc.Router/TrackPaymentV2"
GET_INFO = "/lnrpc.Lightning/GetInfo"
GET_STATE = "/lnrpc.State/GetState"
SUBSCRIBE_STATE = "/lnrpc.State/SubscribeState"
GET_VERSION = "/verrpc.Versioner/GetVersion"

NO_INFLIGHT_UPDATES = b"\x08\x01"  # of TrackPayments


def of_hash(payment_hash: bytes, no_inflight_updates: bool = False) -> bytes:
    """A TrackPaymentRequest; hashes here are shorter than 128 bytes."""
    return b"\x0a%c%s" % (len(payment_hash), payment_hash) + (b"\x10\x01" if no_inflight_updates else b"")


class Refused(Exception):
    """The status of a call that failed."""

    def __init__(self, code: int, text: str, trailers: dict[str, str]):
        super().__init__(f"{code} {text}")
        self.code, self.text, self.trailers = code, text, trailers


def metadata_of(pairs: Any) -> dict[str, str]:
    return {key: value for key, value in pairs or ()}


class GrpcStream:
    """A call whose messages are read in the background; with `read` false only after read_on()."""

    def __init__(self, call: Any, read: bool = True):
        self.call = call
        self.messages: list[bytes] = []
        self.begin: dict[str, str] = {}  # the initial metadata, when it has come
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        if read:
            self._thread.start()

    def read_on(self) -> None:
        self._thread.start()

    def _read(self) -> None:
        try:
            self.begin = metadata_of(self.call.initial_metadata())
            for message in self.call:
                self.messages.append(message)
        except grpc.RpcError:
            pass  # its status says why
        self._done.set()

    def initial_metadata(self) -> dict[str, str]:
        """Waits for it."""
        return metadata_of(self.call.initial_metadata())

    def ended(self) -> bool:
        return self._done.is_set()

    def wait(self, count: int) -> list[bytes]:
        """Waits for so many messages."""
        wait_until(lambda: len(self.messages) >= count or self.ended(), f"{count} messages")
        if len(self.messages) < count:
            raise AssertionError(f"ended with {self.status()} after {len(self.messages)} messages")
        return list(self.messages)

    def status(self) -> tuple[int, str]:
        """Waits for the end."""
        if not self._done.wait(BOUND):
            raise TimeoutError("the stream did not end")
        return self.call.code().value[0], self.call.details()

    def trailers(self) -> dict[str, str]:
        self.status()
        return metadata_of(self.call.trailing_metadata())

    def cancel(self) -> None:
        self.call.cancel()
        self._done.wait(BOUND)


class GrpcClient:
    """One connection. `macaroon` None: none is sent."""

    def __init__(self, address: str, certificate: bytes, macaroon: str | None):
        self.macaroon = macaroon
        self.channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(certificate),
                                           options=[("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)])

    def __enter__(self) -> "GrpcClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()

    def _metadata(self, metadata: dict[str, str] | list[tuple[str, str]] | None) -> list[tuple[str, str]]:
        own = [("macaroon", self.macaroon)] if self.macaroon is not None else []
        return own + list(metadata.items() if isinstance(metadata, dict) else metadata or ())

    def stream(self, path: str, request: bytes = b"", metadata: Any = None, timeout: float | None = None,
               read: bool = True) -> GrpcStream:
        return GrpcStream(self.channel.unary_stream(path)(request, metadata=self._metadata(metadata), timeout=timeout), read)

    def unary(self, path: str, request: bytes = b"", metadata: Any = None, timeout: float | None = BOUND) -> bytes:
        """The answer; an error raises Refused."""
        try:
            return self.channel.unary_unary(path)(request, metadata=self._metadata(metadata), timeout=timeout)
        except grpc.RpcError as error:
            raise Refused(error.code().value[0], error.details(), metadata_of(error.trailing_metadata())) from None

    def status(self, path: str, request: bytes = b"", metadata: Any = None) -> tuple[int, str]:
        """Code and text of a call of any kind that must fail before its first message."""
        stream = self.stream(path, request, metadata)
        status = stream.status()
        assert not stream.messages, f"{path} sent {stream.messages} before {status}"
        return status
