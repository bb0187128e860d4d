"""Masks the values that must differ between recorded messages and ours (times, random numbers, counters) and keeps their members. Then
texts can be compared: the members, their order, and every other value."""

from __future__ import annotations

import json
from typing import Any

CHANCE = {"groupid", "created_index", "id", "updated_index", "created_at", "completed_at", "duration", "onion", "onionreply",
          "erroronion", "shared_secrets", "cltv_expiry", "payload", "delay", "assocdata", "payment_preimage"}  # fmt: skip


def masked(value: Any, more: frozenset[str] = frozenset()) -> Any:
    if isinstance(value, dict):
        return {name: "*" if name in CHANCE | more else masked(member, more) for name, member in value.items()}
    if isinstance(value, list):
        return [masked(item, more) for item in value]
    return value


def text(value: Any, more: frozenset[str] = frozenset()) -> str:
    """Text for comparison, in which the order of members counts."""
    return json.dumps(masked(value, more), ensure_ascii=False)
