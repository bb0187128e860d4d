"""Reads Prometheus's text format strictly, after the format's description
(https://prometheus.io/docs/instrumenting/exposition_formats/)."""

from __future__ import annotations

import re

Labels = tuple[tuple[str, str], ...]
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def parse(text: str) -> dict[str, dict[Labels, float]]:
    """Samples by name and labels; raises ValueError for anything odd."""
    samples: dict[str, dict[Labels, float]] = {}
    helped: set[str] = set()
    types: dict[str, str] = {}
    closed: set[str] = set()  # the lines of a family must be adjacent
    family = ""
    if not text.endswith("\n"):
        raise ValueError("the last line has no end")
    for line in text[:-1].split("\n"):
        if line.startswith("# "):
            _, keyword, name, rest = line.split(" ", 3)
            if keyword == "HELP" and name not in helped and name not in types:
                helped.add(name)
            elif keyword == "TYPE" and name not in types and name in helped and rest in SUFFIXES:
                closed.add(family)
                family, types[name] = name, rest
            else:
                raise ValueError(line)
            continue
        sample = SAMPLE.fullmatch(line)
        if not sample or family in closed or sample[1] not in [family + suffix for suffix in SUFFIXES[types[family]]]:
            raise ValueError(line)
        labels: Labels = tuple(LABEL.findall(sample[2] or ""))
        if samples.setdefault(sample[1], {}).setdefault(labels, value := float(sample[3])) != value or value < 0:
            raise ValueError(f"twice, or negative: {line}")
    for name, kind in types.items():
        if kind == "histogram":
            check_histogram(name, samples)
    return samples


def check_histogram(name: str, samples: dict[str, dict[Labels, float]]) -> None:
    for labels, count in samples[f"{name}_count"].items():
        buckets = [(float(dict(bucket)["le"]), value) for bucket, value in samples[f"{name}_bucket"].items()
                   if tuple(label for label in bucket if label[0] != "le") == labels]
        if buckets != sorted(buckets) or [value for _, value in buckets] != sorted(value for _, value in buckets):
            raise ValueError(f"{name}: the buckets do not grow")
        if buckets[-1] != (float("inf"), count):
            raise ValueError(f"{name}: not all are in the last bucket")
