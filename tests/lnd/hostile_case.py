"""What tests of hostile clients share: the stage, the clients that behave beside them, and counts of all that lightningd notices."""

from __future__ import annotations

import resource
import unittest
from typing import Any, Callable, Iterable

from beside import Beside, BesideStage  # first: it makes the others importable
from lnd_stage import wait_until

from hostile import SOURCE, Hostile


class HostileCase(unittest.TestCase):
    """One stage for all tests of a class."""

    tried: dict[str, int]  # kinds of abuse: how often

    @classmethod
    def setUpClass(cls) -> None:
        cls.tried = {}
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        cls.stage = cls.enterClassContext(BesideStage())
        cls.stage.allowed = ["closed a connection of 127.0.0.", "refused a connection of 127.0.0.", "new connections wait: too many open files"]
        shown = cls.stage.wait_active()
        cls.grpc_address, cls.rest_address = shown["rpclisten"][0], shown["restlisten"][0]
        cls.beside = cls.enterClassContext(Beside(cls.stage))
        cls.pid = cls.stage.lnd_pid()

    @classmethod
    def tearDownClass(cls) -> None:
        print(f"{len(cls.tried)} kinds of abuse, {sum(cls.tried.values())} connections or programs, {cls.beside.payments} payments")

    def setUp(self) -> None:
        self.stage.put_forward(61)  # the log has a limit for a minute
        self.checks = self.stage.rune_checks()
        self.lines = len(self.stage.lnd_log())

    def tearDown(self) -> None:
        """The same process serves, and its other clients are still there."""
        self.assertEqual(self.stage.lnd_pid(), self.pid)
        self.beside.pay()
        self.beside.check()
        wait_until(lambda: self.stage.show()["connections"] == 2, "the end of all hostile connections")

    def new_lines(self) -> list[str]:
        return self.stage.lnd_log()[self.lines:]

    def expect_logged(self, *reasons: str) -> None:
        """Each once, however often it has happened in this minute, and no further trouble."""
        def logged() -> list[str]:
            return [line.split(": ", 1)[1].partition(" (")[0] for line in self.new_lines() if " INFO " in line or " UNUSUAL " in line]

        wait_until(lambda: len(logged()) >= len(reasons), f"the log lines {reasons}")
        self.assertEqual(sorted(logged()), sorted(reasons))

    @staticmethod
    def closed(reason: str) -> str:
        return f"closed a connection of {SOURCE}: {reason}"

    def new_checks(self) -> int:
        return self.stage.rune_checks() - self.checks

    def connect(self, **more: Any) -> Hostile:
        return Hostile(self.grpc_address, **more)

    def beside_each(self, kinds: Iterable[tuple[str, Any]], attack: Callable[[str, Any], object]) -> None:
        """Makes each attack again and again, beside payments."""
        for kind, what in kinds:
            with self.subTest(kind):
                self.count(kind, self.beside.pay_during(lambda kind=kind, what=what: attack(kind, what)))

    def beside_all(self, kinds: Iterable[tuple[str, Any]], attack: Callable[[str, Any], object]) -> None:
        """The same for short attacks: one after the other, again and again."""
        def each() -> None:
            for kind, what in kinds:
                with self.subTest(kind):
                    attack(kind, what)

        rounds = self.beside.pay_during(each)
        for kind, _ in kinds:
            self.count(kind, rounds)

    def count(self, kind: str, tries: int) -> None:
        self.tried[kind] = self.tried.get(kind, 0) + tries
