"""contrib/watch as a process, in a terminal and in a pipe, on the stand-in node with the plugin."""

import json
import os
import re
import signal
import tempfile
import unittest

from fake_node import FakeNode
from node import BOUND, CONTRIB, PLUGIN, Node, attempt, die_on_sigterm, payment, wait_until
from program import Piped
from terminal import Terminal

WATCH = str(CONTRIB / "watch")
TWO_PARTS = [{"amount_msat": 3_000_000, "attempts": ["temporary_channel_failure", "hold"]}, "hold"]


class InATerminal(unittest.TestCase):
    def assert_ended_cleanly(self, terminal: Terminal, code: int = 0) -> None:
        self.assertEqual(terminal.wait_exit(), code)
        self.assertEqual(terminal.mode(), terminal.mode_before)
        self.assertEqual((terminal.other_screen, terminal.cursor_shown), (False, True))
        self.assertNotIn("Traceback", terminal.raw)

    def test_a_payment_keeps_its_line_and_q_quits(self) -> None:
        with Node() as node, Terminal([WATCH, str(node.socket_path)]) as terminal:
            terminal.wait_line("q quits")
            self.assertNotEqual(terminal.mode(), terminal.mode_before)
            self.assertEqual((terminal.other_screen, terminal.cursor_shown), (True, False))
            held = node.pay(7_000_000, parts=TWO_PARTS)
            row = terminal.wait_line("IN FLIGHT", "7,000 sat", " x>> ", "2 hops", "temporary ch")
            terminal.wait_line("1 in flight, 0 paid, 0 failed")
            self.assertEqual(terminal.colours(row), {"", "33", "31"})
            node.release(held)
            self.assertEqual(terminal.wait_line("SUCCEEDED", "7,000 sat", "fee 6.042 sat", " ==x "), row)
            self.assertEqual(terminal.colours(row), {"", "32", "31"})
            node.pay(2_000_001, "incorrect_or_unknown_payment_details", by="pay")
            self.assertEqual(terminal.wait_line("FAILED", "2,000.001 sat", "incorrect pa"), row, "the newest is first")
            self.assertEqual(terminal.wait_line("SUCCEEDED"), row + 1)
            self.assertEqual((terminal.overflow, [line for line in terminal.lines() if " sat" in line][2:]), ([], []))
            terminal.press("q")
            self.assert_ended_cleanly(terminal)

    def test_every_exit_restores_the_terminal(self) -> None:
        ways = {"^C": lambda t: t.press("\x03"), "Q": lambda t: t.press("Q"), "TERM": lambda t: t.kill(signal.SIGTERM),
                "HUP": lambda t: t.kill(signal.SIGHUP)}
        for name, way in ways.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as empty, Terminal([WATCH, empty + "/lightning-rpc"]) as terminal:
                terminal.wait_line("No such file or directory; trying again")
                way(terminal)
                self.assert_ended_cleanly(terminal)

    def test_a_stopped_program_gives_the_terminal_to_the_shell(self) -> None:
        with tempfile.TemporaryDirectory() as empty, Terminal([WATCH, empty + "/lightning-rpc"]) as terminal:
            terminal.wait_line("trying again")
            terminal.kill(signal.SIGTSTP)
            os.waitpid(terminal.process.pid, os.WUNTRACED)
            terminal.read()
            self.assertEqual((terminal.other_screen, terminal.mode()), (False, terminal.mode_before))
            terminal.kill(signal.SIGCONT)
            terminal.wait_line("trying again")
            self.assertTrue(terminal.other_screen)
            terminal.press("q")
            self.assert_ended_cleanly(terminal)

    def test_a_narrow_window_shows_less_and_a_wide_one_more(self) -> None:
        with Node() as node, Terminal([WATCH, str(node.socket_path)], width=20, height=5) as terminal:
            terminal.wait_line("q quits")
            for n in range(1, 5):
                node.wait_rows(node.pay(n * 1_000_000), "complete")
            row = terminal.wait_line("paid      4,000 =")
            self.assertEqual([line[:15] for line in terminal.lines()[1:4]],
                             ["paid      4,000", "paid      3,000", "paid      2,000"])
            self.assertEqual(terminal.overflow, [])
            terminal.resize(120, 8)
            self.assertEqual(terminal.wait_line("SUCCEEDED", "4,000 sat", "2 hops"), row)
            terminal.wait_line("SUCCEEDED", "1,000 sat")
            terminal.resize(1, 1)
            terminal.read()
            terminal.overflow.clear()
            wait_until(lambda: [line for line in terminal.lines() if line] == ["…"], "one sign")
            terminal.resize(40, 3)
            terminal.wait_line("paid         4,000 =")
            terminal.press("q")
            self.assert_ended_cleanly(terminal)

    def test_no_color_is_respected(self) -> None:
        with Node() as node, Terminal([WATCH, str(node.socket_path)], environment={"NO_COLOR": "1"}) as terminal:
            terminal.wait_line("q quits")
            node.pay(1_000_000)
            self.assertEqual(terminal.colours(terminal.wait_line("SUCCEEDED")), {""})
            terminal.press("q")
            self.assert_ended_cleanly(terminal)

    def test_the_end_of_a_payment_is_shown_after_a_restart_of_plugin_and_node(self) -> None:
        with Node() as node, Terminal([WATCH, str(node.socket_path)]) as terminal:
            first, second, third = (node.pay(n * 1_000_000, "hold") for n in (1, 2, 3))
            for n in (1, 2, 3):  # each newer one moves the others
                terminal.wait_line("IN FLIGHT", f" {n},000 sat")
            rows = [terminal.wait_line("IN FLIGHT", f" {n},000 sat") for n in (1, 2, 3)]
            # The first one ends while the plugin is stopped.
            node.stop_plugin(PLUGIN)
            terminal.wait_line("; trying again")
            node.release(first)
            node.wait_rows(first, "complete")
            node.start_plugin(PLUGIN)
            self.assertEqual(terminal.wait_line("SUCCEEDED", " 1,000 sat"), rows[0])
            terminal.wait_line("q quits")
            # The program sleeps while the node is killed and restarted, and the second and third one end.
            terminal.kill(signal.SIGSTOP)
            node.restart(crash=True)
            node.release(second)
            node.release(third, "fail")
            node.wait_rows(second, "complete")
            node.wait_rows(third, "failed")
            node.wait_rows(node.pay(4_000_000), "complete")
            terminal.kill(signal.SIGCONT)
            self.assertEqual(terminal.wait_line("SUCCEEDED", " 4,000 sat"), rows[2], "it is the newest, and began and ended unseen")
            self.assertEqual(terminal.wait_line("FAILED", " 3,000 sat"), rows[2] + 1)
            self.assertEqual(terminal.wait_line("SUCCEEDED", " 2,000 sat"), rows[1] + 1)
            # A stopped node is reported.
            node.kill()
            terminal.wait_line("; trying again")
            node.start()
            terminal.wait_line("q quits")
            terminal.press("q")
            self.assert_ended_cleanly(terminal)


class InAPipe(unittest.TestCase):
    def test_each_change_is_one_plain_line(self) -> None:
        with Node() as node, Piped(WATCH, "--lightning-dir", str(node.directory), "--regtest") as piped:
            held = node.pay(7_000_000, parts=TWO_PARTS)
            wait_until(lambda: any(" x>> " in line for line in piped.lines()), "both parts")
            node.release(held)
            wait_until(lambda: any("SUCCEEDED" in line for line in piped.lines()), "the end")
            lines = piped.lines()
            self.assertNotIn("\033", piped.out)
            for line in lines:
                self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d (IN FLIGHT|SUCCEEDED) " + held[:8] + " +7,000 sat ")
            # Without time and age: no line is printed twice.
            bare = [re.sub(r" +\d+s\b", "", line[20:]) for line in lines]
            self.assertEqual(len(set(bare)), len(bare), bare)
            self.assertRegex(lines[-1], r"SUCCEEDED .* fee 6\.042 sat +==x +2 hops")
            self.assertEqual(piped.errors, "")

    def test_a_closed_pipe_ends_it_without_a_message(self) -> None:
        with Node() as node, Piped(WATCH, str(node.socket_path)) as piped:
            node.pay(1_000_000, "hold")
            wait_until(piped.lines, "a line")
            piped.process.stdout.close()
            for _ in range(20):  # until it writes to the closed pipe
                if piped.process.poll() is not None:
                    break
                node.wait_rows(node.pay(1_000_000), "complete")
            self.assertEqual(piped.process.wait(BOUND), 0)
            self.assertEqual(piped.process.stderr.read(), b"")

    def test_a_missing_node_is_reported_once_and_awaited(self) -> None:
        with tempfile.TemporaryDirectory() as directory, Piped(WATCH, directory + "/lightning-rpc") as piped:
            wait_until(lambda: piped.lines() or piped.errors, "the complaint")
            with Node() as node:
                os.symlink(node.socket_path, directory + "/lightning-rpc")
                node.pay(1_000_000, "hold")
                wait_until(lambda: any("IN FLIGHT" in line for line in piped.lines()), "the payment")
                piped.wait_error("watch: back to normal")
            # A reset, if the node ended with an unread request of ours.
            wait_until(lambda: piped.lines() and re.search("closed the connection|connection lost", piped.errors), "the loss")
            complaints = piped.errors.splitlines()
            self.assertRegex(complaints[0], "No such file or directory; trying again$")
            self.assertEqual(complaints[1], "watch: back to normal")


class WithoutAPlugin(unittest.TestCase):
    def test_requests_come_in_the_documented_order_and_text_is_escaped(self) -> None:
        one = payment("IN_FLIGHT", attempt(1, "IN_FLIGHT"))
        evil = payment("FAILED", attempt(1, "FAILED", failure=("\033[2J\u202e", 1)), reason="ERROR")
        with tempfile.TemporaryDirectory() as directory, FakeNode(directory) as fake, Piped(WATCH, fake.path) as piped:
            def wait_text(text: str) -> None:
                wait_until(lambda: any(text in line for line in [*piped.lines(), *piped.errors.splitlines()]), text)

            enable = fake.expect("notifications", {"enable": True})
            request = fake.expect("trackpayments", {})
            fake.send(id=enable, result={})
            fake.send(id=request, result={"payments": [one], "cursor": "c1"})
            wait_text("IN FLIGHT abababab        7,000 sat")
            # Notifications during the open request are shown before the answer.
            request = fake.expect("trackpayments", {"since": "c1", "timeout": 60})
            fake.send(method="message", params={"id": request, "level": "info", "message": json.dumps(evil)})
            wait_text("error (\\x1b[2j\\u202e at hop 1)")
            fake.send(id=request, result={"payments": [evil], "cursor": "c2", "more": True})
            request = fake.expect("trackpayments", {"since": "c2", "timeout": 60})
            fake.send(id=request, error={"code": -4, "message": "Plugin\033[2J terminated"})
            wait_text("watch: Plugin\\x1b[2J terminated; trying again")
            fake.expect("trackpayments", {"since": "c2", "timeout": 0})
            fake.drop_clients()
            fake.expect("notifications", {"enable": True})
            request = fake.expect("trackpayments", {"since": "c2", "timeout": 0})
            fake.send(id=request, result={"payments": [], "cursor": "c2"})
            fake.expect("trackpayments", {"since": "c2", "timeout": 60})
            self.assertEqual(len(piped.lines()), 2)
            self.assertNotIn("\033", piped.out + piped.errors)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
