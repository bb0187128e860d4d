"""Runs the modules of the whole-process suite once more under another condition, and prints the names of those that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77  # the exit code that meson expects of a skipped test
BOUND = 1800.0
LONG = os.environ.get("TRACKPAYMENTS_LONG") == "yes"


def failures(skip: set[str], environment: dict[str, str], first: int = 0, step: int = 1) -> list[str]:
    """Runs all modules but those of `skip`, from the one numbered `first` each `step`th, prints the output of those that failed, and
    returns their names."""
    failed = []
    modules = sorted(path for path in HERE.glob("test_*.py") if path.stem not in skip)
    for module in modules[first::step]:
        done = subprocess.run([sys.executable, str(module)], env={**os.environ, **environment}, capture_output=True, text=True, timeout=BOUND)
        print(f"{module.stem}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        if done.returncode:
            failed.append(module.stem)
            print(done.stdout + done.stderr, flush=True)
    print(f"failed: {failed}")
    return failed
