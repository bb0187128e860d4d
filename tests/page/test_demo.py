"""contrib/demo's tour in a terminal: its link opens the page, where payments go on until ^C."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import unittest

from page_case import TESTS, Page, PageCase, die_on_sigterm, wait_live, wait_until

from lnd_stage import LND
from standin import die_with_parent
from support import PLUGIN, STANDIN

LINK = re.compile(r"https://localhost:\d+/#rune=\S+")
TOUR = TESTS.parent / "contrib" / "tour.py"


class InTerminal:
    def __init__(self, *command: str):
        self.text = ""
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=self.own)
        os.close(slave)

    def own(self) -> None:
        """So that ^C reaches it."""
        die_with_parent()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def __enter__(self) -> "InTerminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def read(self) -> str:
        while select.select([self.master], [], [], 0)[0]:
            try:
                self.text += os.read(self.master, 1 << 16).decode(errors="replace")
            except OSError:
                break  # the program has ended
        return self.text

    def wait_for(self, text: str) -> str:
        wait_until(lambda: text in self.read() or self.process.poll() is not None, text)
        assert text in self.text, self.text[-2000:]
        return self.text


class Demo(PageCase):
    def test_the_link_of_the_tour(self) -> None:
        with InTerminal(sys.executable, str(TOUR), PLUGIN, LND, os.path.abspath(STANDIN)) as tour:
            link = LINK.search(tour.wait_for("^C ends."))[0]
            with Page(self.browser, link) as page:
                wait_live(page)
                page.wait_for("#ended-list .payment[data-status=FAILED]")
                first = page.count(".payment")
                page.wait("(first) => document.querySelectorAll('.payment').length > first + 2", first)
            os.write(tour.master, b"\x03")
            wait_until(lambda: (tour.read(), tour.process.poll() is not None)[1], "the end")
            self.assertEqual(tour.process.returncode, 0, tour.text[-2000:])


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
