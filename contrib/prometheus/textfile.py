"""The counts in Prometheus's text format, under lndmon's names, in a file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from typing import Any

from counts import BUCKETS


def render(data: dict[str, Any]) -> str:
    """`data` of Counts."""
    lines = ["# HELP lnd_total_payments Payments that ended, by how they ended.", "# TYPE lnd_total_payments counter"]
    lines += [f'lnd_total_payments{{status="{status}"}} {count}' for status, count in sorted(data["payments"].items())]
    lines += ["# HELP lnd_total_htlc_attempts Attempts of payments that ended, by how the payment ended.",
              "# TYPE lnd_total_htlc_attempts counter"]
    lines += [f'lnd_total_htlc_attempts{{status="{status}"}} {count}' for status, count in sorted(data["attempts"].items())]
    name = "lnd_payment_attempts_per_payment"
    lines += [f"# HELP {name} Payments that ended, by the number of their attempts.", f"# TYPE {name} histogram"]
    total = 0
    for bound, count in zip([*map(str, BUCKETS), "+Inf"], data["buckets"]):
        total += count
        lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
    lines += [f"{name}_sum {data['sum']}", f"{name}_count {total}"]
    return "\n".join(lines) + "\n"


def replace(path: str, text: str, mode: int) -> None:
    """Readers see the old file or the new one, also after a power cut. node_exporter ignores the temporary name."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:
            pass
        raise


def load(path: str) -> dict[str, Any] | None:
    """The stored state; None if there is none yet."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None
