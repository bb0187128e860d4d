"""Does the stream have the end of every payment of a node? The node's rows are asked, and the last message of each subject."""

from __future__ import annotations

import re
from typing import Any

from servers import STREAM, Cluster
from standin import StandIn

ENDED = {"complete": "S", "failed": "F"}


def attempts(text: str) -> dict[int, str]:
    """The header Trackpayments-Attempts: letter of the state by id. `5F15r,6Sr`"""
    return {int(number): letter for number, letter in re.findall(r"(\d+)([ISF])", text)}


def in_stream(cluster: Cluster, node: str) -> dict[int, tuple[str, str]]:
    """Status of the payment and letter of the attempt, by attempt; the newest message counts."""
    messages = cluster.ask(lambda client: client.read_stream(STREAM, f"lightning.{node}.payment.*.*", last_only=True))
    if messages is None:
        raise OSError("no server answers")
    found: dict[int, tuple[str, str]] = {}
    for message in sorted(messages, key=lambda one: one.sequence):
        for number, letter in attempts(message.header("Trackpayments-Attempts") or "").items():
            found[number] = (message.header("Trackpayments-Status") or "", letter)
    return found


def ended_payments(standin: StandIn) -> list[list[dict[str, Any]]]:
    """The rows of each payment that has ended in the node."""
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in standin.rows():
        groups.setdefault((row["payment_hash"], row["groupid"]), []).append(row)
    return [rows for rows in groups.values() if all(row["status"] in ENDED for row in rows)]


def missing(cluster: Cluster, node: str, standin: StandIn) -> list[str]:
    """A line for each attempt of an ended payment that is not in the stream as it is in the node."""
    payments = ended_payments(standin)
    found, lines = in_stream(cluster, node), []
    for rows in payments:
        expected = "SUCCEEDED" if any(row["status"] == "complete" for row in rows) else "FAILED"
        lines += [f"{row['payment_hash']}, attempt {row['created_index']}: in the stream {found.get(row['created_index'])}, in the node {expected}"
                  for row in rows if found.get(row["created_index"]) != (expected, ENDED[row["status"]])]
    return lines
