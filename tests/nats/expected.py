"""What a message in the stream must be, computed from the tracker's own message about the same state. Shares no code with src/."""

from __future__ import annotations

import base64
import copy
import itertools
import sys
from pathlib import Path
from typing import Any

from client import Message
from nats_stage import NODE_ID, NatsStage

sys.path.append(str(Path(__file__).resolve().parent.parent / "lnd"))

import lnd_wire  # noqa: E402
import stream_judge  # noqa: E402
import strict_json  # noqa: E402
from stream_judge import LETTER  # noqa: E402

KEYSEND = "5482373484"  # the record that carries a preimage to the payee
ZEROS = base64.b64encode(bytes(32)).decode()


def subject(payment: dict[str, Any]) -> str:
    return f"lightning.{NODE_ID}.payment.{payment['payment_hash']}.{payment['payment_index']}"


def without_preimages(payment: dict[str, Any]) -> dict[str, Any]:
    out = copy.deepcopy(payment)
    out["payment_preimage"] = "0" * len(out["payment_preimage"])
    for attempt in out["htlcs"]:
        attempt["preimage"] = attempt["preimage"] and ZEROS
        for hop in attempt["route"]["hops"]:
            if KEYSEND in hop["custom_records"]:
                hop["custom_records"][KEYSEND] = ZEROS
    return out


def attempts(payment: dict[str, Any]) -> stream_judge.Attempts:
    """With LND's numbers of failure codes, read in its proto files."""
    codes = lnd_wire.message_type("lnrpc.Failure").DESCRIPTOR.enum_types_by_name["FailureCode"].values_by_name
    out = {}
    for one in payment["htlcs"]:
        name = (one["failure"] or {}).get("code", "")
        number = codes[name].number if name and name != "UNREADABLE_FAILURE" else 0
        out[int(one["attempt_id"])] = (LETTER[one["status"]], number, bool(one["route"]["hops"]))
    return out


def state(payment: dict[str, Any]) -> tuple[str, str]:
    """For comparisons: status, and the attempts in order."""
    return payment["status"], repr(sorted(attempts(payment).items()))


def complaints(messages: list[Message], stage: NatsStage, preimages: bool = False, protobuf: bool = False) -> list[str]:
    """Each message must be one of the tracker's, in its order, and the last one must be there. States between may be left out."""
    out = stream_judge.complaints(messages)
    published: dict[str, list[dict[str, Any]]] = {}
    for payment in stage.snapshots():
        published.setdefault(subject(payment), []).append(payment if preimages else without_preimages(payment))
    stored: dict[str, list[stream_judge.Stored]] = {}
    for one in stream_judge.snapshots(messages):
        stored.setdefault(one.subject, []).append(one)
    if stored.keys() != published.keys():
        out.append(f"subjects {sorted(stored.keys() ^ published.keys())}")
    for name in stored.keys() & published.keys():
        payments = iter(published[name])
        for one in stored[name]:
            where = f"message {one.message.sequence}"
            found = next(filter(lambda payment: is_body(one.message, payment, protobuf), payments), None)
            if found is None:
                known = [strict_json.dumps(payment) for payment in published[name]]
                out.append(f"{where}: no message of the tracker, or in another order: {one.message.body!r}, known: {known}")
                break
            if (one.status, one.attempts) != (found["status"], attempts(found)):
                out.append(f"{where}: headers {one.status} {one.attempts}, not {found['status']} {attempts(found)}")
        else:
            if not is_body(stored[name][-1].message, published[name][-1], protobuf):
                out.append(f"{name}: ends with {stored[name][-1].status}, not {published[name][-1]['status']}")
    return out


def is_body(message: Message, payment: dict[str, Any], protobuf: bool) -> bool:
    if protobuf:
        return message.header("Content-Type") == "application/x-protobuf" and not lnd_wire.complaints(message.body, payment)
    return message.header("Content-Type") == "application/json" and message.body == strict_json.dumps(payment).encode()


def preimages_of(stage: NatsStage) -> set[bytes]:
    """Those of all payments of the node that were made."""
    rows = [row["payment_preimage"] for row in stage.node.rows(status="complete")]
    return set(itertools.chain.from_iterable((text.encode(), base64.b64encode(bytes.fromhex(text)), bytes.fromhex(text)) for text in rows))


def found_in(messages: list[Message], texts: set[bytes]) -> set[bytes]:
    """Those of the texts that are anywhere in the messages."""
    whole = b"\n".join(b"\n".join([one.subject.encode(), repr(one.headers).encode(), one.body]) for one in messages)
    return {text for text in texts if text in whole}
