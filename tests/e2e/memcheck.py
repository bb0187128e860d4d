#!/usr/bin/env python3
"""The whole-process suite with the plugin under valgrind's memcheck: any message of valgrind is a failure. Takes many minutes, so it
needs TRACKPAYMENTS_LONG=yes, and is run in two halves beside each other: `memcheck.py 0` and `memcheck.py 1`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from everything import LONG, SKIPPED, failures

# These look at the process itself (its memory, its streams, its descriptors), kill it at random moments, run another one, need answers
# within the plugin's shortest pauses, or count calls that a slow plugin joins.
NOT_HERE = {"test_judge", "test_real_node", "test_hung", "test_kill", "test_versions", "test_each_version", "test_blocked", "test_monsters",
            "test_process", "test_call_budget", "test_shortage", "test_shortcuts", "test_long_poll"}


def main() -> int:
    plugin = os.environ["PLUGIN"]
    if not LONG or not shutil.which("valgrind") or b"__asan_init" in Path(plugin).read_bytes():
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="memcheck-") as directory:
        wrapper = Path(directory, "trackpayments")
        wrapper.write_text("#!/bin/sh\n"
                           f"exec valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite --log-file={directory}/%p.log {plugin} \"$@\"\n")
        wrapper.chmod(0o755)
        failed = failures(NOT_HERE, {"PLUGIN": str(wrapper), "WRAPPED": "yes", "TRACKPAYMENTS_LONG": "no"}, int(sys.argv[1]), 2)
        logs = list(Path(directory).glob("*.log"))
        messages = [text for log in logs if (text := log.read_text())]
        print(f"{len(logs)} processes, {len(messages)} with messages of valgrind")
        print("\n".join(messages[:10]))
        return 1 if failed or messages or len(logs) < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
