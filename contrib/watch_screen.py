"""The output of contrib/watch: a full-screen terminal where each payment keeps its line, or plain lines."""

from __future__ import annotations

import os
import sys
import termios
import time
import tty
from typing import Any

from watch_board import Board
from watch_follow import CONNECTING
from watch_view import View, cut, line, text_of

ENTER = "\033[?1049h\033[?25l\033[2J"  # the terminal's alternate screen, no cursor
LEAVE = "\033[?25h\033[?1049l"


class Lines:
    """One line per change."""

    def __init__(self) -> None:
        self._notice = ""

    def changed(self, view: View) -> None:
        text = text_of(line(view, 1000, time.time_ns())).rstrip()  # 1000: wide enough for all columns
        print(time.strftime("%Y-%m-%dT%H:%M:%S"), text, flush=True)

    def paint(self, board: Board, notice: str) -> None:
        if notice in (self._notice, CONNECTING):
            return
        print(f"watch: {notice or 'back to normal'}", file=sys.stderr, flush=True)
        self._notice = notice


class Screen:
    """Enters the terminal's alternate screen; leave() restores the terminal and may be called more than once."""

    def __init__(self, colours: bool) -> None:
        self.colours = colours
        self._mode: list[Any] | None = None
        self._inside = False
        self._shown: list[str] = []
        self._size = (0, 0)
        self.enter()

    def enter(self) -> None:
        self._inside = True
        if os.isatty(0):
            self._mode = termios.tcgetattr(0)
            tty.setcbreak(0)
        self._size = (0, 0)  # repaint everything
        self._write(ENTER)

    def leave(self) -> None:
        if not self._inside:
            return
        self._inside = False
        try:
            self._write(LEAVE)
        except OSError:
            pass  # the terminal is gone
        finally:
            if self._mode is not None:
                try:
                    termios.tcsetattr(0, termios.TCSADRAIN, self._mode)
                except termios.error:
                    pass

    def changed(self, view: View) -> None:
        """paint() shows it."""

    def paint(self, board: Board, notice: str) -> None:
        """Writes the lines that changed."""
        size = os.get_terminal_size(1)
        width, height = size.columns or 80, size.lines or 24
        lines = self._frame(board, notice, width, height)
        text = ""
        if (width, height) != self._size:
            self._size, self._shown = (width, height), []
            text += "\033[2J"
        for row, now in enumerate(lines):
            if row >= len(self._shown) or self._shown[row] != now:
                # Erase first: after a text that fills the line, erasing would remove its last character.
                text += f"\033[{row + 1};1H\033[2K{now}"
        self._shown = lines
        if text:
            self._write(text)

    def _frame(self, board: Board, notice: str, width: int, height: int) -> list[str]:
        """The summary, the payments, and at the bottom the notice."""
        now = time.time_ns()
        rows = [text_of(line(view, width, now), self.colours) for view in board.rows(height - 2)]
        rows += [""] * (height - 2 - len(rows))
        return ([board.summary(width), *rows, cut(notice or "q quits", width)])[-height:]

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
