"""A payment is FAILED as soon as there is evidence that its payer gave up (listpays, pay_failure, another payment of the hash, a
restart), hours before the replay's failed-after has passed. Without evidence it is FAILED only after that time, and after a minute
if its payer may be silent that long."""
import expect
import facts as truth
from node import Received
from oracle import snapshot_key
from transcript import Entry


def check(entries: list[Entry], runs: list[tuple[int, int]], published: list[Received]) -> list[str]:
    facts = truth.read(entries)
    snapshots = [one for one in published if one.topic == "trackpayments" and one.position < len(entries)]
    silence_ended = [one for one in published if one.topic == "trackpayments" and one.position == len(entries)]
    return _too_late(facts, runs, snapshots) + _too_early(facts, runs, snapshots) + _impatient(facts, runs, silence_ended)


def _too_late(facts: truth.Facts, runs: list[tuple[int, int]], snapshots: list[Received]) -> list[str]:
    """Everything published at a position inside the recording was published before the silence was ended."""
    before = {snapshot_key(one.params["trackpayments"]): one.params["trackpayments"]["status"] for one in snapshots
              if one.run == len(runs) - 1}
    wanted = [e for e in expect.expected_payments(facts, runs[-1], last=False, late_waits=True) if e.before_the_end]
    return [f"payment {e.payment_hash[:8]}… index {e.payment_index} was {before.get((e.payment_hash, str(e.payment_index)))} when "
            "the silence was ended, but its payer had given up"
            for e in wanted if e.states[-1].status == "FAILED" and before.get((e.payment_hash, str(e.payment_index))) != "FAILED"]


def _too_early(facts: truth.Facts, runs: list[tuple[int, int]], snapshots: list[Received]) -> list[str]:
    out = []
    for one in snapshots:
        payment = one.params["trackpayments"]
        if payment["status"] != "FAILED":
            continue
        until_then = expect.expected_payments(facts, (runs[one.run][0], one.position + 1), last=False, late_waits=True)
        possible = {state.status for e in until_then for state in e.states
                    if (e.payment_hash, str(e.payment_index)) == snapshot_key(payment)}
        if "FAILED" not in possible:
            out.append(f"entry {one.position}: payment {payment['payment_hash'][:8]}… index {payment['payment_index']} is FAILED, but "
                       f"there was no evidence that its payer had given up")
    return out


def _impatient(facts: truth.Facts, runs: list[tuple[int, int]], snapshots: list[Received]) -> list[str]:
    patient = {(e.payment_hash, str(e.payment_index)) for e in expect.expected_payments(facts, runs[-1], last=False, late_waits=True)
               if e.patient and not e.before_the_end}
    return [f"payment {key[0][:8]}… index {key[1]} is FAILED by silence, but its payer may wait a minute for a block" for one in snapshots
            if (key := snapshot_key(one.params["trackpayments"])) in patient and one.params["trackpayments"]["status"] == "FAILED"]
