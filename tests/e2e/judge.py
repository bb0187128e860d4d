"""Checks a stage: do the last snapshots agree with the rows of the node, does the order of all messages keep the rules, is the log
free of complaints and secrets? Shares no code with the plugin.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable

import sequence
from model import NODE_ID
from node import Received
from payment_shape import check_payment
from protos import TOPICS

if TYPE_CHECKING:
    from support import Stage

STATUS = {"pending": "IN_FLIGHT", "complete": "SUCCEEDED", "failed": "FAILED"}
SANITIZER = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:")


def payment(published: dict[str, Any]) -> list[str]:
    """One message by itself."""
    return check_payment(published) or sequence.check_outcome(published)


def rows(stage: "Stage") -> list[str]:
    """Compares each group of rows with the newest snapshot that shows one of them."""
    published = stage.snapshots()
    published_deleted = {attempt for one in stage.deletions() for attempt in one["attempt_ids"]} | stage.unwatched
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in stage.node.rows():
        # renepay gives one payment several groups.
        group = 0 if row["payment_hash"] in stage.renepaid else row["groupid"]
        groups.setdefault((row["payment_hash"], group), []).append(row)
    newest = {attempt["attempt_id"]: payment for payment in published for attempt in payment["htlcs"]}
    out: list[str] = []
    for (payment_hash, groupid), group in groups.items():
        payment = next((newest[str(row["created_index"])] for row in group if str(row["created_index"]) in newest), None)
        where = f"{payment_hash[:8]}… group {groupid}"
        if payment is not None:
            out += [f"{where}: {complaint}" for complaint in group_complaints(group, payment, published_deleted)]
        elif any(row["created_index"] >= stage.first_shown or row["status"] == "pending" for row in group):
            out.append(f"{where}: rows {[row['created_index'] for row in group]} were never shown")
    return out


def group_complaints(group: list[dict[str, Any]], payment: dict[str, Any], published_deleted: set[str]) -> list[str]:
    out: list[str] = []
    shown = {attempt["attempt_id"]: attempt for attempt in payment["htlcs"]}
    there = {str(row["created_index"]): row for row in group}
    gone = set(shown) - set(there)
    if set(there) - set(shown):
        out.append(f"rows {sorted(set(there) - set(shown))} are not shown")
    if gone - published_deleted:
        out.append(f"attempts {sorted(gone - published_deleted)} are shown but have no rows")
    for index, row in there.items():
        if index in shown:
            out += [f"attempt {index}: {complaint}" for complaint in attempt_complaints(row, shown[index])]
    if gone:
        return out
    statuses = {row["status"] for row in group}
    expected = ({"IN_FLIGHT"} if "pending" in statuses else {"SUCCEEDED"} if "complete" in statuses else {"IN_FLIGHT", "FAILED"})
    if payment["status"] not in expected:
        out.append(f"status {payment['status']}, not {expected}")
    first = there.get(payment["payment_index"])
    if first and payment["creation_date"] != str(first["created_at"]):
        out.append(f"creation_date {payment['creation_date']}, not {first['created_at']}")
    if payment["payment_index"] != min(there, key=int) and not published_deleted:
        out.append(f"payment_index {payment['payment_index']}, not {min(there, key=int)}")
    requests = {row.get("bolt11") or row.get("bolt12") or "" for row in group} - {""}
    if payment["payment_request"] not in (requests or {""}):
        out.append("payment_request is not the invoice")
    fee = sum(row["amount_sent_msat"] - row["amount_msat"] for row in group if row["status"] == "complete" and "amount_msat" in row)
    if payment["fee_msat"] != str(fee):
        out.append(f"fee_msat {payment['fee_msat']}, not {fee}")
    return out


def attempt_complaints(row: dict[str, Any], attempt: dict[str, Any]) -> list[str]:
    out = []
    if attempt["status"] != STATUS[row["status"]]:
        out.append(f"{attempt['status']}, the row says {row['status']}")
    if attempt["route"]["total_amt_msat"] != str(row["amount_sent_msat"]):
        out.append(f"total_amt_msat {attempt['route']['total_amt_msat']}, not {row['amount_sent_msat']}")
    fees = row["amount_sent_msat"] - row["amount_msat"] if "amount_msat" in row else 0
    if attempt["route"]["total_fees_msat"] != str(fees):
        out.append(f"total_fees_msat {attempt['route']['total_fees_msat']}, not {fees}")
    if int(attempt["attempt_time_ns"]) // 10**9 != row["created_at"]:
        out.append(f"attempt_time_ns is not within the second {row['created_at']}")
    # A failure is published before its row has the second in which it happened. Even if the clock is set back, no part ends before
    # it began.
    resolved, ended = int(attempt["resolve_time_ns"]) // 10**9, max(row.get("completed_at", 0), row["created_at"])
    if row["status"] == "complete" and resolved != ended:
        out.append(f"resolve_time_ns is not within the second {ended}")
    if row["status"] == "failed" and not 0 <= resolved - ended + 1 <= 61:
        out.append(f"resolve_time_ns is far from {ended}")
    preimage = base64.b64encode(bytes.fromhex(row.get("payment_preimage", ""))).decode()
    if attempt["preimage"] != (preimage if row["status"] == "complete" else ""):
        out.append("preimage is not the row's")
    failure = attempt["failure"] or {"code": ""}
    if failure["code"] == "RESERVED":
        out.append("failure has no code")
    # xpay may have read it, and seen another code.
    if "erroronion" in row and failure["code"] == "UNKNOWN_FAILURE" and failure["failure_source_index"] == 0:
        out.append("the row has an unreadable failure, but the snapshot says UNKNOWN_FAILURE")
    return out


def messages(stage: "Stage") -> list[str]:
    """Applies the rules of tests/replay to all runs of the plugin."""
    counters = {index: stage.counter(index) for index in ("created", "updated", "deleted")}
    there = {str(row["created_index"]) for row in stage.node.rows()}
    published = [m for m in stage.subscribers[0].messages() if m["method"] in TOPICS]
    out = [f"origin {m.get('origin')!r}" for m in published if m.get("origin") != "trackpayments"]
    run_ids: list[str] = []
    shown: dict[str, tuple[int, str]] = {}
    gone: dict[str, tuple[int, str]] = {}
    for message in published:
        run_id = str(message["params"].get("cursor")).split(".")[1:2]
        if run_id and run_id[0] not in run_ids:
            run_ids.append(run_id[0])
        body = message["params"].get(message["method"], {})
        run, payment_hash = len(run_ids), body["payment_hash"]
        for attempt in body.get("attempt_ids", ()):
            gone[attempt] = (run, payment_hash)
        for attempt in body.get("htlcs", ()):
            shown[attempt["attempt_id"]] = (run, payment_hash)
    # A row that is missing was deleted. If no run published the deletion, it counts for the last run that showed the row.
    deleted = {a: gone.get(a, shown.get(a)) for a in set(shown) | set(gone) if a not in there}
    in_order = sorted(deleted.items(), key=lambda entry: (entry[0] in stage.unwatched, entry[1][0], int(entry[0])))
    deleted_rows = [{"created_index": int(a), "payment_hash": payment_hash} for a, (_, payment_hash) in in_order]
    read = []
    for position, message in enumerate(published):
        run = run_ids.index(str(message["params"].get("cursor")).split(".")[1]) + 1
        params = message["params"]
        if str(params.get("cursor")).startswith("00000000."):
            # A notification came before the first reply of the node: its id is not known yet.
            params = {**params, "cursor": NODE_ID[:8] + params["cursor"][8:]}
        known = sum(1 for attempt, (its_run, _) in in_order if its_run <= run and attempt not in stage.unwatched)
        read.append(Received(run, position, message["method"], params, counters, set(), known))
    return out + (sequence.shapes(read) or sequence.check(read, deleted_rows, all_known=False))


def log(stage: "Stage") -> list[str]:
    text = stage.node.log()
    out = [f"log: {line}" for line in text.splitlines()
           if ("plugin-trackpayments" in line and any(level in line for level in (" UNUSUAL ", "BROKEN")) or "FATAL" in line)
           and not any(allowed in line for allowed in stage.allowed)]
    out += [f"stderr: {line}" for line in stage.node.stderr().splitlines() if any(fragment in line for fragment in SANITIZER)]
    return out + secrets(stage, text)


def secrets(stage: "Stage", text: str) -> list[str]:
    known = set(stage.secrets)
    for payment in stage.snapshots():
        known.add(payment["payment_request"])
        for attempt in payment["htlcs"]:
            known |= {base64.b64decode(attempt["preimage"]).hex(), attempt["preimage"]}
    return [f"the log holds the secret {secret[:12]}…" for secret in known if secret and secret in text]


class Ends:
    """Compares every published state with the node's rows at that moment, over all runs of plugin and node. Errors are: SUCCEEDED
    without a complete row; FAILED while a row of the payment is pending or after one completed; anything but SUCCEEDED after
    SUCCEEDED of a hash whose complete row still exists.

    The moment is a place in the messages of one subscriber, who gets both: ends of rows (sendpay_success, sendpay_failure) and
    payments. lightningd stores a row before it sends a notification of it. So rows() is given the whole journal after published()
    has the message, and nothing before check(). Later sendpay_ notifications show what a row was at that moment."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}                     # all rows ever seen; `gone`: deleted
        self.judged: dict[str, int] = {}                              # how often each status was checked
        self._groups: dict[tuple[str, int], set[int]] = {}
        self._there: set[int] = set()                                 # before the first message that is not checked yet
        self._ended: set[int] = set()                                 # at this place in the subscriber's messages
        self._early: dict[int, str] = {}                              # published as ended: no later notification may show the end
        self._succeeded: dict[str, set[int]] = {}                     # by hash, the complete rows at that moment
        self._heard: list[dict[str, Any]] = []

    def published(self, messages: Iterable[dict[str, Any]]) -> None:
        """The subscriber's messages, in order."""
        self._heard += messages

    def journal(self, lines: Iterable[dict[str, Any]]) -> None:
        """Entries of the stand-in's --db."""
        for line in lines:
            if row := line.get("row"):
                self.rows[row["created_index"]] = {"hash": row["payment_hash"], "group": row["groupid"], "status": row["status"],
                                                   "gone": False}
                self._groups.setdefault((row["payment_hash"], row["groupid"]), set()).add(row["created_index"])
            elif ended := line.get("resolved"):
                self.rows[ended["created_index"]]["status"] = "failed" if ended["failed"] else "complete"
            elif "removed" in line:
                self.rows[line["removed"]]["gone"] = True

    def mark(self) -> None:
        """Messages from here on are later than the current rows. To be called when all messages so far are checked."""
        self._there = set(self.rows)
        self._ended |= {index for index, row in self.rows.items() if row["status"] != "pending"}

    def check(self) -> list[str]:
        out: list[str] = []
        for message in self._heard:
            method, params = message["method"], message["params"]
            if method in ("sendpay_success", "sendpay_failure"):
                row = params[method]
                index = row.get("data", row)["created_index"]
                self._ended.add(index)
                if index in self._early:
                    out.append(self._early.pop(index))
            elif method in ("trackpayments", "trackpayments_final"):
                out += self.state(params[method], live=True)
        self._heard.clear()
        return out

    def state(self, payment: dict[str, Any], live: bool) -> list[str]:
        """`live`: from a topic; else from an answer, which may show older groups of a hash."""
        status, payment_hash = payment["status"], payment["payment_hash"]
        shown = {int(attempt["attempt_id"]) for attempt in payment["htlcs"]}
        where = f"{payment_hash[:8]}… attempts {sorted(shown)}"
        groups = {(self.rows[index]["hash"], self.rows[index]["group"]) for index in shown & self.rows.keys()}
        if shown - self.rows.keys() or len(groups) != 1 or next(iter(groups))[0] != payment_hash:
            return [f"{where}: not the rows of one payment"]
        self.judged[status] = self.judged.get(status, 0) + 1
        group = self._groups[next(iter(groups))]
        complete = {index for index in group if self.rows[index]["status"] == "complete"}
        out = []
        if status == "SUCCEEDED":
            if not complete:
                out.append(f"{where}: SUCCEEDED without a complete row")
            elif live and not complete & self._ended:
                self._early |= {index: f"{where}: SUCCEEDED before a row was complete" for index in complete}
        if status == "FAILED":
            for index in group & (shown | self._there):
                row = self.rows[index]
                if row["status"] == "pending":
                    out.append(f"{where}: FAILED while row {index} is pending")
                elif row["status"] == "complete" and not row["gone"]:
                    out.append(f"{where}: FAILED after row {index} completed")
                elif live and row["status"] == "failed" and index not in self._ended:
                    self._early[index] = f"{where}: FAILED before row {index} failed"
        before = {index for index in self._succeeded.get(payment_hash, set()) if not self.rows[index]["gone"]}
        if status != "SUCCEEDED" and (before if live else before & group):
            out.append(f"{where}: {status} after SUCCEEDED, and row {min(before)} is still complete")
        if status == "SUCCEEDED" and live:
            self._succeeded.setdefault(payment_hash, set()).update(complete)
        return out


class JournalFile:
    """The stand-in's --db as it grows."""

    def __init__(self, path: Path):
        self._path = path
        self._at = 0

    def news(self) -> list[dict[str, Any]]:
        if not self._path.exists():
            return []
        with open(self._path, "rb") as file:
            file.seek(self._at)
            data = file.read()
        whole = data[:data.rfind(b"\n") + 1]
        self._at += len(whole)
        return [json.loads(line) for line in whole.splitlines()]
