"""A terminal that runs a program: its screen, keys to press, a window to resize. Accepts only the control sequences that contrib/watch may
use; any other is an error."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from typing import Any

from standin import die_with_parent, wait_until

TOKEN = re.compile(r"\033\[([?\d;]*)([A-Za-z])|([^\033\x00-\x1f\x7f]+)")


class Terminal:
    def __init__(self, command: list[str], width: int = 80, height: int = 24, environment: dict[str, str] | None = None) -> None:
        self.master, self.slave = pty.openpty()
        self.raw = ""
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}  # (row, column) from 1: character and colour
        self.row = self.column = 1
        self.colour = ""
        self.other_screen = False
        self.cursor_shown = True
        self.overflow: list[str] = []  # texts that did not fit
        self._pending = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self.resize(width, height)
        self.mode_before = self.mode()
        self.process = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave, preexec_fn=self._own,
                                        env={**os.environ, "TERM": "xterm", **(environment or {})})

    def _own(self) -> None:
        die_with_parent()
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def mode(self) -> list[Any]:
        return termios.tcgetattr(self.slave)

    def resize(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def kill(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait_exit(self) -> int:
        """Reads on, because a full pipe would keep the program from ending."""
        wait_until(lambda: self.read() or self.process.poll() is not None, "the end of the program")
        self.read()
        return self.process.returncode

    # The screen

    def lines(self) -> list[str]:
        """The whole screen, lines stripped on the right."""
        self.read()
        rows = range(1, self.height + 1)
        return ["".join(self.cells.get((row, column), (" ", ""))[0] for column in range(1, self.width + 1)).rstrip() for row in rows]

    def wait_line(self, *texts: str) -> int:
        """The number, from 1, of the one line that has all of these texts."""
        def look() -> int | None:
            found = [n for n, line in enumerate(self.lines(), 1) if all(text in line for text in texts)]
            return found[0] if len(found) == 1 else None

        try:
            return wait_until(look, "")
        except TimeoutError:
            raise AssertionError(f"no line with {texts} in\n" + "\n".join(self.lines())) from None

    def colours(self, row: int) -> set[str]:
        """Colours of the non-blank characters in this line."""
        return {colour for (at, _), (sign, colour) in self.cells.items() if at == row and sign != " "}

    def read(self) -> None:
        """Interprets all output so far."""
        data = b""
        while select.select([self.master], [], [], 0)[0]:
            data += os.read(self.master, 1 << 16)
        text = self._decoder.decode(data)
        self.raw += text
        self._pending += text
        at = 0
        while at < len(self._pending):
            token = TOKEN.match(self._pending, at)
            if not token and self._pending[at] == "\033" and len(self._pending) - at < 16:
                break  # incomplete yet
            if not token:
                raise AssertionError(f"unknown sequence: {self._pending[at:at + 20]!r}")
            self._take(*token.groups())
            at = token.end()
        self._pending = self._pending[at:]

    def _take(self, numbers: str | None, command: str | None, text: str | None) -> None:
        if text is not None:
            self._write(text)
        elif command == "m":
            self.colour = "" if numbers in ("", "0") else str(numbers)
        elif command == "H":
            self.row, self.column = map(int, str(numbers).split(";"))
        elif (command, numbers) == ("K", "2"):
            self.cells = {place: cell for place, cell in self.cells.items() if place[0] != self.row}
        elif (command, numbers) == ("J", "2"):
            self.cells.clear()
        elif numbers == "?1049" and command in ("h", "l"):
            self.other_screen = command == "h"
            self.cells.clear()
        elif numbers == "?25" and command in ("h", "l"):
            self.cursor_shown = command == "h"
        else:
            raise AssertionError(f"unknown sequence: {numbers}{command}")

    def _write(self, text: str) -> None:
        if self.column - 1 + len(text) > self.width or self.row > self.height:
            self.overflow.append(text)
        for sign in text:
            self.cells[self.row, self.column] = (sign, self.colour)
            self.column += 1
