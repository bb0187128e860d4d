"""JSON Schema draft-07, as far as man/schema uses it. An unknown keyword is an error of the schema. (Core Lightning's own dialect is
checked by tests/lightningd/schema_checker.py.)"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ANNOTATIONS = {"$schema", "$id", "title", "description", "definitions"}
RULES = {"$ref", "type", "enum", "const", "pattern", "minimum", "maximum", "required", "properties", "additionalProperties",
         "propertyNames", "items", "minItems", "anyOf", "oneOf", "allOf"}  # fmt: skip


def equal(one: Any, other: Any) -> bool:
    """Equality in JSON, where 1 and true differ."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def has_type(value: Any, name: str) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return {
        "string": isinstance(value, str),
        "object": isinstance(value, dict),
        "array": isinstance(value, list),
        "boolean": isinstance(value, bool),
        "null": value is None,
        "integer": number and value == int(value),
        "number": number,
    }[name]


class Schema:
    """One schema file, with those beside it that it refers to."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.name = path.name
        self.files: dict[str, Any] = {}

    def complaints(self, value: Any, pointer: str = "") -> list[str]:
        """Complaints, each with its place."""
        return self._check(value, {"$ref": f"{self.name}#{pointer}"}, self.name, "")

    def _file(self, name: str) -> Any:
        if name not in self.files:
            self.files[name] = json.loads((self.folder / name).read_text())
        return self.files[name]

    def _follow(self, reference: str, file: str) -> tuple[Any, str]:
        name, _, pointer = reference.partition("#")
        file = name or file
        schema = self._file(file)
        for step in pointer.split("/")[1:]:
            schema = schema[step]
        return schema, file

    def _check(self, value: Any, schema: Any, file: str, path: str) -> list[str]:
        if isinstance(schema, bool):
            return [] if schema else [f"{path}: not expected"]
        unknown = set(schema) - ANNOTATIONS - RULES
        if unknown:
            raise ValueError(f"{file}: keywords {unknown} are not understood")
        if "$ref" in schema:  # in draft-07 keywords beside it are ignored
            target, file = self._follow(schema["$ref"], file)
            return self._check(value, target, file, path)
        if "type" in schema and not has_type(value, schema["type"]):
            return [f"{path}: {value!r} is no {schema['type']}"]
        found: list[str] = []
        if "enum" in schema and not any(equal(value, one) for one in schema["enum"]):
            found.append(f"{path}: {value!r} is not one of {schema['enum']}")
        if "const" in schema and not equal(value, schema["const"]):
            found.append(f"{path}: {value!r} is not {schema['const']!r}")
        if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{path}: {value!r} does not fit {schema['pattern']}")
        if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            found.append(f"{path}: {value} is out of range")
        if isinstance(value, list):
            if len(value) < schema.get("minItems", 0):
                found.append(f"{path}: only {len(value)} items")
            for index, item in enumerate(value):
                found += self._check(item, schema.get("items", True), file, f"{path}[{index}]")
        if isinstance(value, dict):
            found += self._object(value, schema, file, path)
        return found + self._several(value, schema, file, path)

    def _object(self, value: dict[str, Any], schema: dict[str, Any], file: str, path: str) -> list[str]:
        found = [f"{path}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            found += self._check(name, schema.get("propertyNames", True), file, f"{path}: the name {name}")
            rules = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
            found += self._check(member, rules, file, f"{path}.{name}")
        return found

    def _several(self, value: Any, schema: dict[str, Any], file: str, path: str) -> list[str]:
        found: list[str] = []
        for one in schema.get("allOf", []):
            found += self._check(value, one, file, path)
        for rule in ("anyOf", "oneOf"):
            if rule in schema:
                answers = [self._check(value, one, file, path) for one in schema[rule]]
                fitting = answers.count([])
                if fitting == 0:
                    found += min(answers, key=len)
                elif fitting > 1 and rule == "oneOf":
                    found.append(f"{path}: fits {fitting} of oneOf")
        return found
