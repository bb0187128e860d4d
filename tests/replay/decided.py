"""A payment whose payer is known to have given up is FAILED by that evidence (listpays, pay_failure, another group of the hash, a
restart), while the linger of the replay is still hours from its end."""
import expect
import facts as truth
from node import Told
from oracle import snapshot_key
from transcript import Entry


def check(entries: list[Entry], lives: list[tuple[int, int]], told: list[Told]) -> list[str]:
    """Everything told at a position inside the recording was told before the linger was ended."""
    before: dict[tuple[str, str], str] = {}
    for one in told:
        if one.topic == "trackpayments" and one.life == len(lives) - 1 and one.position < len(entries):
            before[snapshot_key(one.params["trackpayments"])] = one.params["trackpayments"]["status"]
    wanted = [e for e in expect.expected_payments(truth.read(entries), lives[-1], last=False, late_waits=True) if e.before_the_end]
    return [f"payment {e.payment_hash[:8]}… index {e.payment_index} was {before.get((e.payment_hash, str(e.payment_index)))} when "
            "the linger was ended, but its payer had given up"
            for e in wanted if e.states[-1].status == "FAILED" and before.get((e.payment_hash, str(e.payment_index))) != "FAILED"]
