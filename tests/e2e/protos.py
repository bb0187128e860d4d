"""Checks the plugin's messages against LND's own proto files (tests/proto): all messages of one stage in one batch, all batches of a
test in one process. A test run by hand without PROTO_BUILD in the environment prints that it skipped this."""

from __future__ import annotations

import atexit
import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterable

RUN = Path(__file__).resolve().parent.parent / "proto" / "run"
TOPICS = ("trackpayments", "trackpayments_final", "trackpayments_deleted")
LAST_LINE = re.compile(rb"[0-9]+ payments, ([0-9]+) complaints\n")


@functools.cache
def say_skipped() -> None:
    print("PROTO_BUILD is not set: messages are not checked against LND's protos", file=sys.stderr)


class Walker:
    """Ends with us, as its stdin closes."""

    def __init__(self) -> None:
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([str(RUN), "--build", os.environ["PROTO_BUILD"], "--batches"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        atexit.register(self.close)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.errors.close()

    def walk(self, messages: list[bytes]) -> list[str]:
        lines: list[bytes] = []
        try:
            self.process.stdin.write(b"\n".join(messages) + b"\n\n")
            self.process.stdin.flush()
            while not lines or not LAST_LINE.fullmatch(lines[-1]):
                line = self.process.stdout.readline()
                if not line:
                    raise EOFError
                lines.append(line)
        except (BrokenPipeError, EOFError):
            self.errors.seek(0)
            lines += [*self.errors.read().splitlines(), b"%s exited with %d" % (str(RUN).encode(), self.process.wait())]
        if (match := LAST_LINE.fullmatch(lines[-1])) and match[1] == b"0":
            return []
        return [f"protos: {line.decode(errors='replace').rstrip()}" for line in lines]


@functools.cache
def walker() -> Walker:
    return Walker()


def walk(messages: Iterable[bytes]) -> list[str]:
    """Complaints about these notifications, each one line of JSON."""
    batch = list(messages)
    if not batch:
        return []
    if broken := [message[:200] for message in batch if b"\n" in message]:
        return [f"protos: a message of several lines: {message!r}" for message in broken]
    if not os.environ.get("PROTO_BUILD"):
        say_skipped()
        return []
    return walker().walk(batch)
