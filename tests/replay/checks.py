"""Checks of everything beside the snapshots: the manifest and the log."""
from typing import Any

from node import TOPICS, Journal
from transcript import Entry

# Native methods that a plugin must not register: the node would crash or refuse it.
BUILT_IN = {"delpay", "sendpay", "sendonion", "createonion", "injectpaymentonion", "listsendpays", "waitsendpay", "wait", "getinfo",
            "decode", "help", "stop", "check", "setconfig", "plugin"}
QUIET_LEVELS = {"trace", "debug", "info"}
LEVELS = QUIET_LEVELS | {"unusual", "warn", "broken", "error"}

# Recordings that may cause a line above debug level, and the level allowed.
LOUDER: dict[str, set[str]] = {}

SECRET_KEYS = {"payment_preimage", "preimage", "payment_secret", "session_key", "shared_secrets", "bolt11", "bolt12", "invstring",
               "invoice"}


def manifest(found: dict) -> list[str]:
    out = []
    declared = [entry.get("method") for entry in found.get("notifications", [])]
    out += [f"manifest: topic {topic} is not declared" for topic in TOPICS if topic not in declared]
    out += [f"manifest: {method['name']} is a built-in command" for method in found.get("rpcmethods", [])
            if method["name"] in BUILT_IN]
    if found.get("dynamic") is not True:
        out.append("manifest: not dynamic")
    if found.get("nonnumericids") is not True:
        out.append("manifest: nonnumericids is not true")
    options = {option["name"]: option for option in found.get("options", [])}
    for name in ("trackpayments-failed-after", "trackpayments-retain"):
        if options.get(name, {}).get("dynamic") is not True:
            out.append(f"manifest: option {name} is missing or not dynamic")
    for method in found.get("rpcmethods", []):
        if not isinstance(method.get("usage"), str) or not isinstance(method.get("description"), str):
            out.append(f"manifest: {method['name']} lacks usage or description")
    return out


def secrets(entries: list[Entry]) -> set[str]:
    """Every string of the recording that must not be logged."""
    found: set[str] = set()

    def collect(value: Any, secret: bool) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                collect(item, key in SECRET_KEYS or (key == "string" and str(item).startswith("ln")))
        elif isinstance(value, list):
            for item in value:
                collect(item, secret)
        elif secret and isinstance(value, str) and len(value) >= 16:
            found.add(value.lower())
    for entry in entries:
        if entry.direction in ("to_plugin", "rpc_request", "rpc_response"):
            collect(entry.msg, False)
    return found


def logs(name: str, journal: Journal, entries: list[Entry]) -> list[str]:
    out = []
    forbidden = secrets(entries)
    for line in journal.logs:
        if not isinstance(line, dict) or not isinstance(line.get("message"), str) or line.get("level", "info") not in LEVELS:
            out.append(f"log: lightningd kills a plugin for {line}")
        elif line.get("level", "info") not in QUIET_LEVELS | LOUDER.get(name, set()):
            out.append(f"log: louder than expected: {line}")
    for text in [str(line.get("message")) for line in journal.logs if isinstance(line, dict)] + journal.stderr:
        low = text.lower()
        out += [f"log: a secret ({secret[:8]}…) in {text[:60]!r}" for secret in forbidden if secret in low]
    return out
