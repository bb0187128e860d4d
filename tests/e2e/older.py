#!/usr/bin/env python3
"""The whole-process suite on the older lightningds, module by module: `older.py VERSION`. Takes some minutes a version, so only with
TRACKPAYMENTS_LONG=yes; test_each_version.py is the short form, for every run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77  # meson's word for it
BOUND = 1800.0
# They pose as a host of their own making or as the newest node, whatever the version.
NOT_HERE = {"test_judge", "test_real_node", "test_versions", "test_each_version", "test_bad_stdin", "test_bad_socket", "test_hung"}


def main() -> int:
    if os.environ.get("TRACKPAYMENTS_LONG") != "yes":
        return SKIPPED
    failed = []
    for module in sorted(path for path in HERE.glob("test_*.py") if path.stem not in NOT_HERE):
        done = subprocess.run([sys.executable, str(module)], env={**os.environ, "VERSION_AS": sys.argv[1]}, capture_output=True, text=True,
                              timeout=BOUND)
        print(f"{module.stem}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        if done.returncode:
            failed.append(module.stem)
            print(done.stdout + done.stderr, flush=True)
    print(f"failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
