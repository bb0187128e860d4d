#!/usr/bin/env python3
"""A gRPC client of LND's TrackPayments: prints each update as one line. It needs python3-grpcio and python3-protobuf.

    lnd_payments.py HOST:PORT TLS_CERT MACAROON

It knows four fields of lnrpc.Payment by their numbers. A real program uses LND's lightning.proto and router.proto."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

STATUS = ["UNKNOWN", "IN_FLIGHT", "SUCCEEDED", "FAILED", "INITIATED"]
Type = descriptor_pb2.FieldDescriptorProto.Type
FIELDS = {"payment_hash": (1, Type.TYPE_STRING), "status": (10, Type.TYPE_INT32), "fee_msat": (12, Type.TYPE_INT64),
          "value_msat": (8, Type.TYPE_INT64)}


def payment_class() -> type:
    file = descriptor_pb2.FileDescriptorProto(name="payment.proto", syntax="proto3")
    message = file.message_type.add(name="Payment")
    for name, (number, kind) in FIELDS.items():
        message.field.add(name=name, number=number, type=kind, label=descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("Payment"))


def main(address: str, certificate: str, macaroon: str) -> None:
    credentials = grpc.ssl_channel_credentials(Path(certificate).read_bytes())
    payment = payment_class()
    with grpc.secure_channel(address, credentials) as channel:
        track = channel.unary_stream("/routerrpc.Router/TrackPayments", request_serializer=None,
                                     response_deserializer=payment.FromString)
        for update in track(b"", metadata=[("macaroon", Path(macaroon).read_bytes().hex())]):
            print(f"{STATUS[update.status]:9} {update.payment_hash[:16]}… {update.value_msat} msat, fee {update.fee_msat} msat", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, grpc.RpcError) as error:
        sys.exit(f"lnd_payments: {error.details() if isinstance(error, grpc.RpcError) else error}")
