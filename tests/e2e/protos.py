"""Walks what the plugin emitted against LND's own proto files (tests/proto): all messages of one stage in one pipe. A test run by
hand without PROTO_BUILD in the environment says that it skipped this."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Iterable

RUN = Path(__file__).resolve().parent.parent / "proto" / "run"
TOPICS = ("trackpayments", "trackpayments_final", "trackpayments_deleted")
BOUND = 240.0  # the first run of a build directory installs the protos; meson stops a test after 300 s


@functools.cache
def say_skipped() -> None:
    print("PROTO_BUILD is not set: what was told is not walked against LND's protos", file=sys.stderr)


def walk(messages: Iterable[bytes]) -> list[str]:
    """What is wrong with these notifications, each one line of JSON."""
    text = b"\n".join(messages)
    if not text:
        return []
    if not os.environ.get("PROTO_BUILD"):
        say_skipped()
        return []
    done = subprocess.run([str(RUN), "--build", os.environ["PROTO_BUILD"], "--stdin"], input=text, capture_output=True, timeout=BOUND)
    if done.returncode == 0:
        return []
    words = (done.stdout + done.stderr).decode(errors="replace").splitlines()
    return [f"protos: {line}" for line in words] or [f"protos: {RUN} exited with {done.returncode}"]
