"""Reads the wire with Debian's protobuf and LND's own proto files, which npm installs (tests/proto): no code is shared with the plugin,
and none is generated. Payments are compared with those of the topic field by field."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

RUN = Path(__file__).resolve().parent.parent / "proto" / "run"
CURSOR_FIELD = 50000


@functools.cache
def protos() -> Path:
    """The folder with LND's proto files."""
    subprocess.run([str(RUN), "--install"], check=True)
    return Path(os.environ["PROTO_BUILD"]) / "npm/node_modules/@lightningpolar/lnd-api/protos"


@functools.cache
def factory() -> message_factory.MessageFactory:
    files = descriptor_pb2.FileDescriptorSet()
    with tempfile.NamedTemporaryFile() as output:
        subprocess.run(["protoc", "-I", str(protos()), "--include_imports", f"--descriptor_set_out={output.name}", "lightning.proto",
                        "stateservice.proto", "routerrpc/router.proto", "verrpc/verrpc.proto"], check=True)
        files.ParseFromString(Path(output.name).read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.MessageFactory(pool)


@functools.cache
def message_type(name: str) -> Any:
    return factory().GetPrototype(factory().pool.FindMessageTypeByName(name))


def read(name: str, wire: bytes) -> dict[str, Any]:
    """As JSON in the form of LND's REST, without members that are unset messages."""
    message = message_type(name).FromString(wire)
    return json_format.MessageToDict(message, preserving_proto_field_name=True, including_default_value_fields=True)


def cursor_of(wire: bytes) -> str | None:
    """The cursor in a Payment, if it has one."""
    for field in message_type("lnrpc.Payment").FromString(wire).UnknownFields():
        if field.field_number == CURSOR_FIELD:
            return field.data.decode()
    return None


def payment_hash_and_status(wire: bytes) -> tuple[str, str]:
    payment = message_type("lnrpc.Payment").FromString(wire)
    return payment.payment_hash, message_type("lnrpc.Payment").PaymentStatus.Name(payment.status)


def complaints(wire: bytes, published: dict[str, Any]) -> list[str]:
    """Differences between a Payment on the wire and the snapshot of the topic."""
    payment = message_type("lnrpc.Payment").FromString(wire)
    out = []
    unknown = [field.field_number for field in payment.UnknownFields()]
    if unknown:
        out.append(f"unknown fields {unknown}")
    shown = json_format.MessageToDict(payment, preserving_proto_field_name=True, including_default_value_fields=True)
    out += differences(shown, published, "payment")
    if not out and len(wire) != len(payment.SerializeToString()):
        out.append("a default is written")  # lndclient takes an empty preimage for a malformed one
    return out


def differences(got: Any, expected: Any, path: str) -> list[str]:
    if isinstance(expected, dict):
        there = {key: value for key, value in expected.items() if value is not None}  # unset messages
        if not isinstance(got, dict) or got.keys() != there.keys():
            return [f"{path}: {got}, not {expected}"]
        return [line for key in there for line in differences(got[key], there[key], f"{path}.{key}")]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [f"{path}: {got}, not {expected}"]
        return [line for n in range(len(expected)) for line in differences(got[n], expected[n], f"{path}[{n}]")]
    return [] if got == expected and type(got) is type(expected) else [f"{path}: {got!r}, not {expected!r}"]


def stream_complaints(wires: list[bytes], published: list[dict[str, Any]]) -> list[str]:
    """The same for a whole stream, in order."""
    out = [] if len(wires) == len(published) else [f"{len(wires)} messages, not {len(published)}"]
    for number, (wire, payment) in enumerate(zip(wires, published)):
        out += [f"message {number}: {complaint}" for complaint in complaints(wire, payment)]
    return out
