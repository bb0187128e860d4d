"""Goldens: every topic message of a rows-first run, in order, one JSON object a line.

To be comparable: attempt and resolve times are cut to whole seconds (the rest is the plugin's clock, clamped into the recorded
second); a cursor is cut to the node, as its position depends on when the bytes leave; snapshots published at most once a second
are left out. To be small: a payment with more than THIN attempts keeps only its last snapshot that is not terminal, and a copy on
trackpayments_final that equals the message before it is written as `"same"`.
"""
import copy
from pathlib import Path
from typing import Any

import strict_json
from node import Received
from oracle import SECOND, differences, snapshot_key
from pacing import is_paced

THIN = 8
TERMINAL = ("SUCCEEDED", "FAILED")


def _whole_second(nanoseconds: str) -> str:
    return str(int(nanoseconds) // SECOND * SECOND)


def normalised(payment: dict) -> dict:
    payment = copy.deepcopy(payment)
    for htlc in payment["htlcs"]:
        for member in ("attempt_time_ns", "resolve_time_ns"):
            htlc[member] = _whole_second(htlc[member])
    return payment


def _line(one: Received) -> dict:
    params: dict[str, Any] = dict(one.params)
    if one.topic != "trackpayments_deleted":
        params[one.topic] = normalised(params[one.topic])
    params["cursor"] = params["cursor"].split(".")[0]
    return {"run": one.run, "method": one.topic, "params": params}


def lines(published: list[Received]) -> list[str]:
    last_open: dict[Any, int] = {}
    for number, one in enumerate(published):
        if one.topic == "trackpayments" and not is_paced(one.params["trackpayments"]):
            last_open[(one.run, snapshot_key(one.params["trackpayments"]))] = number
    out: list[str] = []
    before: Any = None
    for number, one in enumerate(published):
        line = _line(one)
        if one.topic == "trackpayments":
            payment = one.params["trackpayments"]
            thin = len(payment["htlcs"]) > THIN and payment["status"] not in TERMINAL
            before = line["params"]["trackpayments"]
            if thin and last_open.get((one.run, snapshot_key(payment))) != number:
                continue
        elif one.topic == "trackpayments_final" and line["params"]["trackpayments_final"] == before:
            line["params"]["trackpayments_final"] = "same"
        out.append(strict_json.dumps(line))
    return out


def write(path: Path, published: list[Received]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines(published)), encoding="utf-8")


def compare(path: Path, published: list[Received]) -> list[str]:
    """All messages, in order."""
    if not path.exists():
        return [f"golden: {path.name} does not exist; look at the run and make it with --bless"]
    wanted = path.read_text(encoding="utf-8").split("\n")[:-1]
    found = lines(published)
    for number, (is_, should) in enumerate(zip(found, wanted)):
        if is_ != should:
            return [f"golden: line {number + 1} differs: {difference}"
                    for difference in differences(strict_json.loads(is_), strict_json.loads(should), "")]
    if len(found) != len(wanted):
        return [f"golden: {len(found)} lines, expected {len(wanted)}"]
    return []


def compare_ends(path: Path, published: list[Received], loose_values: set[str]) -> list[str]:
    """Where the order of events differs, only the end must be the same: the last snapshot of each payment and the deletions. If a
    failure was reported before any row had its second, its time comes from the plugin's clock. `loose_values`: payment hashes whose
    value_msat depends on the order."""
    if not path.exists():
        return [f"golden: {path.name} does not exist"]
    wanted = [strict_json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    should, is_ = _ends(wanted, loose_values), _ends([strict_json.loads(line) for line in lines(published)], loose_values)
    return [f"golden: the end of {key}: {difference}" for key in sorted(set(should) | set(is_))
            for difference in differences(is_.get(key), should.get(key), "")]


def _ends(messages: list[dict], loose_values: set[str]) -> dict[str, Any]:
    ends: dict[str, Any] = {}
    for message in messages:
        payload = message["params"].get(message["method"])
        if message["method"] == "trackpayments":
            for htlc in payload["htlcs"]:
                if htlc["status"] == "FAILED":
                    htlc["resolve_time_ns"] = "its own"
            if payload["payment_hash"] in loose_values:
                for member in ("value", "value_sat", "value_msat"):
                    payload[member] = "loose"
            ends[f"run {message['run']} {payload['payment_hash']} {payload['payment_index']}"] = payload
        elif message["method"] == "trackpayments_deleted":
            for attempt in payload["attempt_ids"]:
                ends[f"deleted {payload['payment_hash']} {attempt}"] = payload["payment_index"]
    return ends
