"""Checks a value against one of tests/schemas: the part of JSON Schema they use, with Core Lightning's own types and its
`added`/`deprecated`. An unknown keyword or type is an error of the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "schemas"
VERSION = (26, 6)

PATTERNS = {
    "hex": r"([0-9a-f]{2})*",
    "hash": r"[0-9a-f]{64}",
    "secret": r"[0-9a-f]{64}",
    "pubkey": r"0[23][0-9a-f]{64}",
    "point32": r"[0-9a-f]{64}",
    "bip340sig": r"[0-9a-f]{128}",
    "signature": r"[0-9a-f]{128,144}",
    "short_channel_id": r"\d+x\d+x\d+",
    "short_channel_id_dir": r"\d+x\d+x\d+/[01]",
}
UNSIGNED = {"u8": 8, "u16": 16, "u32": 32, "u64": 64, "msat": 64}
ANNOTATIONS = {"description", "added", "deprecated", "default", "hidden", "dependentUpon", "pairedWith", "pre_return_value_notes",
         "post_return_value_notes"}  # fmt: skip
RULES = {"type", "enum", "properties", "required", "additionalProperties", "items", "minLength", "maxLength", "oneOf", "allOf",
         "if", "then"}  # fmt: skip


def load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def has_type(value: Any, name: str) -> bool:
    if name in PATTERNS:
        return isinstance(value, str) and re.fullmatch(PATTERNS[name], value) is not None
    if name in UNSIGNED:
        return is_integer(value) and 0 <= value < 1 << UNSIGNED[name]
    simple = {
        "string": isinstance(value, str),
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "boolean": isinstance(value, bool),
        "null": value is None,
        "integer": is_integer(value),
        "number": is_integer(value) or isinstance(value, float),
    }
    if name not in simple:
        raise ValueError(f"unknown type {name}")
    return simple[name]


def version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:2])


def removed(schema: dict[str, Any]) -> bool:
    """`deprecated: [since, last]`: versions after `last` do not send it. The version of `last` itself may."""
    dates = schema.get("deprecated")
    return isinstance(dates, list) and len(dates) == 2 and version(dates[1]) < VERSION


def complaints(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Complaints, each with its place."""
    unknown = set(schema) - ANNOTATIONS - RULES
    if unknown:
        raise ValueError(f"{path}: keywords {unknown} are not understood")
    found: list[str] = []
    if "type" in schema and not has_type(value, schema["type"]):
        return [f"{path}: {value!r} is not of type {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, (str, list)):
        # For hex types the lengths of the schemas count digits.
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            found.append(f"{path}: length {len(value)}")
    if isinstance(value, dict):
        found += object_complaints(value, schema, path)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            found += complaints(item, schema["items"], f"{path}[{index}]")
    if "oneOf" in schema:
        fitting = sum(not complaints(value, one, path) for one in schema["oneOf"])
        if fitting != 1:
            found.append(f"{path}: fits {fitting} of oneOf")
    for one in schema.get("allOf", []):
        found += complaints(value, one, path)
    if "if" in schema and not complaints(value, schema["if"], path):
        found += complaints(value, schema.get("then", {}), path)
    return found


def object_complaints(value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    found = [f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value]
    properties = schema.get("properties", {})
    for name, member in value.items():
        here = f"{path}.{name}"
        if name not in properties:
            if schema.get("additionalProperties") is False:
                found.append(f"{here}: not expected")
            continue
        rules = properties[name]
        if removed(rules) or version(rules.get("added", "0.0").removeprefix("pre-")) > VERSION:
            found.append(f"{here}: not in this version")
        found += complaints(member, rules, here)
    return found
