#!/usr/bin/env python3
"""Shares of a profile by room: each sample counts for the innermost function of ours on its stack; nlohmann and libc count for their
callers.

    rooms.py perf.data [COMMAND]
"""

from __future__ import annotations

import collections
import re
import subprocess
import sys

ROOM = re.compile(r"(?:^|[ (])((base|io|json|bolt|rpc|payments|cln|lnrpc|host|publish|mirror|commands|trackpayments)::[\w~]+(?:::[\w~]+)*)")


def innermost(frames: list[str]) -> tuple[str, str]:
    """The room and the function."""
    for frame in frames:
        name = re.sub(r"<.*", "", frame) if not frame.startswith(("std::", "_ZN", "nlohmann")) else ""
        if match := ROOM.search(name):
            return match[2], match[1]
    return ("kernel" if any("[kernel" in frame or "entry_SYSCALL" in frame for frame in frames[:8]) else "unknown caller"), frames[0]


def main() -> None:
    command = sys.argv[2] if len(sys.argv) > 2 else "trackpayments"
    text = subprocess.run(["perf", "script", "-i", sys.argv[1], "--comm", command, "-F", "ip,sym,dso", "--no-inline"], check=True,
                          capture_output=True, text=True).stdout
    rooms: collections.Counter[str] = collections.Counter()
    places: collections.Counter[tuple[str, str]] = collections.Counter()
    for sample in filter(None, text.split("\n\n")):
        frames = [line.split(None, 1)[1] for line in sample.splitlines() if len(line.split(None, 1)) == 2]
        if not frames:
            continue
        kernel = "[kernel" in frames[0]
        room, place = innermost(frames)
        rooms["kernel" if kernel else room] += 1
        places[("kernel for " + room) if kernel else room, place] += 1
    total = sum(rooms.values())
    for room, samples in rooms.most_common():
        print(f"{100 * samples / total:6.1f} %  {room}")
    print()
    for (room, place), samples in places.most_common(25):
        print(f"{100 * samples / total:6.1f} %  {room:16} {place}")


if __name__ == "__main__":
    main()
