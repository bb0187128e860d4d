"""Arguments of lightningd's commands, read and refused as by lightningd v26.06. Messages are those of the recordings."""
import json
import re
from typing import Any, Callable

from transcript import named

INVALID_PARAMS = -32602


class Refused(Exception):
    """An error reply."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.error = {"code": code, "message": message}


def bad_token(name: str, should: str, value: Any) -> Refused:
    token = json.dumps(value, separators=(",", ":"))
    return Refused(INVALID_PARAMS, f"{name}: {should}: invalid token '{token}'")


def hash32(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)  # a number of 64 digits is a hash too
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise bad_token(name, "should be a 32 byte hex value", value)
    return text.lower()


def u64(name: str, value: Any) -> int:
    """Strings of digits pass, and so do negative numbers: lightningd reads them with strtoull and wraps."""
    text = value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]+", text):
        raise bad_token(name, "should be an unsigned 64 bit integer", value)
    return int(text) % 2**64


def status(name: str, value: Any) -> str:
    if value not in ("pending", "complete", "failed"):
        raise bad_token(name, "should be an invoice status", value)
    return value


def final_status(name: str, value: Any) -> str:
    if value == "pending":
        raise bad_token(name, "Cannot delete pending status", value)
    return status(name, value)


def index(name: str, value: Any) -> str:
    if value not in ("created", "updated", "deleted"):
        raise bad_token(name, "unknown index", value)
    return value


def string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise bad_token(name, "should be a string", value)
    return value


Reader = Callable[[str, Any], Any]


def read(params: Any, readers: dict[str, Reader], required: tuple[str, ...] = ()) -> dict:
    """Positional or named arguments by their readers; null counts as not given."""
    given = named(params, list(readers))
    for name in given:
        if name not in readers:
            raise Refused(INVALID_PARAMS, f"unknown parameter: {name}, this may be caused by a failure to autodetect key=value-"
                                          "style parameters. Please try using the -k flag and explicit key=value pairs of "
                                          "parameters.")
    found = {}
    for name, reader in readers.items():
        if given.get(name) is not None:
            found[name] = reader(name, given[name])
        elif name in required:
            raise Refused(INVALID_PARAMS, f"missing required parameter: {name}")
    return found
