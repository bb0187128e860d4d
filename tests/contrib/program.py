"""Runs a program of contrib with its output in pipes, in a terminal, or without root's privileges."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

from standin import die_with_parent, wait_until


class Piped:
    """Lines as they come: `out` is its stdout, `errors` its stderr."""

    def __init__(self, *command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                                        env={**os.environ, **(environment or {})}, preexec_fn=die_with_parent)
        self.out = self.errors = ""

    def __enter__(self) -> "Piped":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def lines(self) -> list[str]:
        while ready := select.select([self.process.stdout, self.process.stderr], [], [], 0)[0]:
            texts = {stream: os.read(stream.fileno(), 1 << 16).decode() for stream in ready}
            self.out += texts.get(self.process.stdout, "")
            self.errors += texts.get(self.process.stderr, "")
            if not any(texts.values()):
                break
        return self.out.splitlines()

    def wait_error(self, text: str) -> None:
        """Until stderr has the text."""
        wait_until(lambda: (self.lines(), text in self.errors or self.process.poll() is not None)[1], f"{text!r} on stderr")
        self.lines()
        assert text in self.errors, f"ended with {self.process.returncode} and without {text!r}: {self.errors}"

    def wait_end(self) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        wait_until(lambda: (self.lines(), self.process.poll() is not None)[1], "its end")
        self.lines()
        return self.process.returncode, self.out, self.errors


def run(*command: str, cwd: Path | None = None, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with Piped(*command, cwd=cwd, environment=environment) as piped:
        return piped.wait_end()


def run_in_terminal(*command: str) -> tuple[int, str]:
    """Exit code, and the text in the terminal that is its stdin, stdout and stderr."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, preexec_fn=die_with_parent)
    os.close(slave)
    text = b""
    try:
        while select.select([master], [], [], 60)[0]:
            text += os.read(master, 1 << 16)
    except OSError:
        pass  # the program has closed it
    finally:
        os.close(master)
        process.kill()
    return process.wait(), text.decode()


WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def bound_by_permissions() -> list[str] | None:
    """Prefix for a command that has to respect file permissions; None if root cannot drop its privileges."""
    if os.geteuid() != 0:
        return []
    try:
        tried = subprocess.run([*WITHOUT_PRIVILEGES, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return list(WITHOUT_PRIVILEGES) if tried.returncode == 0 else None
