"""JSON read strictly: duplicate keys, NaN and Infinity are errors, member order is kept."""
import json
from typing import Any


class NotStrict(ValueError):
    """The text is JSON only for a lax reader."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise NotStrict("duplicate keys: " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    return result


def _constant(text: str) -> Any:
    raise NotStrict(f"{text} is not JSON")


def loads(text: str | bytes) -> Any:
    if isinstance(text, bytes):
        text = text.decode("utf-8")
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)


def dumps(value: Any) -> str:
    """Compact and raw UTF-8, as lightningd itself writes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
