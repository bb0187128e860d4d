"""The two pipelines of contrib/README.md and of the man page for LND scripts, pasted into bash as printed there: they print payments, and
report a refused command or a stopped node on stderr and by their exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

from node import PLUGIN, TOP, Node, die_on_sigterm, wait_until
from program import Piped, bound_by_permissions, run

HERE = Path(__file__).resolve().parent
PAGES = (TOP / "contrib" / "README.md", TOP / "man" / "lightning-trackpayments.7.md")

BEGINNINGS = ("set -o pipefail", "touch trackpayments.cursor")


def indented(page: Path, beginning: str) -> str:
    """The indented block that starts with this line."""
    lines = page.read_text(encoding="utf-8").splitlines()
    block = []
    for line in lines[lines.index("    " + beginning):]:
        if not line.startswith("    "):
            break
        block.append(line[4:])
    return "\n".join(block) + "\n"


class Pipelines(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.environment = {"PATH": f"{self.directory}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
        self.lightning_dir("/nowhere")
        self.here = self.directory / "here"  # where the loop keeps its cursor
        self.here.mkdir()

    def lightning_dir(self, where: object) -> None:
        """For every lightning-cli from now on; the pages' lines name none."""
        script = self.directory / "lightning-cli"
        script.write_text(f'#!/bin/sh\nexec {HERE}/lightning-cli --lightning-dir={where} --network=regtest "$@"\n')
        script.chmod(0o755)

    def pipelines(self) -> list[str]:
        """Every one, of every page."""
        return [indented(page, beginning) for page in PAGES for beginning in BEGINNINGS]

    def piped(self, text: str) -> Piped:
        return Piped("bash", "-c", text, cwd=self.here, environment=self.environment)

    def forget(self) -> None:
        (self.here / "trackpayments.cursor").unlink(missing_ok=True)

    def assert_refused(self, error: str, code: int, before: list[str] | None = None) -> None:
        for text in self.pipelines():
            with self.subTest(text):
                code_found, out, errors = run(*(before or []), "bash", "-c", text, cwd=self.here, environment=self.environment)
                self.assertEqual((code_found, out, len(errors.splitlines())), (code if "pipefail" in text else 1, "", 1), errors)
                self.assertRegex(errors, error)

    def test_both_pages_have_the_same_lines(self) -> None:
        stream, loop, stream_of_man, loop_of_man = self.pipelines()
        self.assertEqual(stream, stream_of_man)
        self.assertEqual([line.partition("  #")[0].rstrip() for line in loop.splitlines()], loop_of_man.splitlines())

    def test_they_print_one_payment_a_line_and_report_a_stopped_plugin(self) -> None:
        for text in self.pipelines():
            with self.subTest(text), Node() as node:
                self.lightning_dir(node.directory)
                self.forget()
                with self.piped(text) as piped:
                    # The first payments may have ended before it listens.
                    wait_until(lambda: (node.pay(1_000_000), '"SUCCEEDED"' in "".join(piped.lines()))[1], "a payment")
                    self.assertEqual(json.loads(piped.out.splitlines()[0])["value_msat"], "1000000")
                    node.stop_plugin(PLUGIN)
                    code, _, errors = piped.wait_end()
                    self.assertEqual((code, len(errors.splitlines())), (1, 1), errors)
                    self.assertRegex(errors, "^error: .*(Plugin terminated|Unknown command)")

    def test_the_loop_started_again_continues(self) -> None:
        cursor = self.here / "trackpayments.cursor"
        for page in PAGES:
            text = indented(page, BEGINNINGS[1])
            with self.subTest(page), Node() as node:
                self.lightning_dir(node.directory)
                self.forget()
                with self.piped(text) as piped:
                    wait_until(lambda: cursor.exists() and cursor.read_text(), "the first cursor")
                    node.pay(1_000_000)
                    wait_until(piped.lines, "the first payment")
                    node.stop_plugin(PLUGIN)
                    self.assertEqual(piped.wait_end()[0], 1)
                node.wait_rows(node.pay(2_000_000), "complete")
                node.start_plugin(PLUGIN)
                with self.piped(text) as again:
                    wait_until(lambda: '"value_msat":"2000000"' in "".join(again.lines()), "the second payment")
                    node.stop_plugin(PLUGIN)
                    again.wait_end()
                values = [json.loads(line)["value_msat"] for line in (piped.out + again.out).splitlines()]
                self.assertEqual(list(dict.fromkeys(values)), ["1000000", "2000000"], "in order; a new run may repeat an end")

    def test_the_loop_ends_when_it_cannot_keep_the_cursor(self) -> None:
        for page in PAGES:
            with self.subTest(page), Node() as node:
                self.lightning_dir(node.directory)
                self.forget()
                (self.here / "trackpayments.cursor.new").mkdir(exist_ok=True)
                code, out, errors = run("bash", "-c", indented(page, BEGINNINGS[1]), cwd=self.here, environment=self.environment)
                self.assertEqual((code, out, errors.splitlines()[1:]), (1, "", ["error: cannot write"]), errors)

    def test_they_report_a_stopped_node(self) -> None:
        for text in self.pipelines():
            with self.subTest(text), Node() as node:
                self.lightning_dir(node.directory)
                self.forget()
                with self.piped(text) as piped:
                    wait_until(lambda: (node.pay(1_000_000), '"SUCCEEDED"' in "".join(piped.lines()))[1], "a payment")
                    node.kill()
                    code, _, errors = piped.wait_end()
                    self.assertNotEqual(code, 0)
                    self.assertRegex(errors, "^lightning-cli: ")

    def test_a_missing_command_is_reported(self) -> None:
        with Node() as node:
            node.stop_plugin(PLUGIN)
            self.lightning_dir(node.directory)
            self.assert_refused("^error: .*Unknown command", 1)

    def test_an_error_of_the_node_is_reported(self) -> None:
        for message in ("too many waiting callers (limit 200)", "since: needs lightningd v23.11 or later", "no such cursor"):
            answer = json.dumps({"code": -1, "message": message}, indent=3)
            (self.directory / "lightning-cli").write_text(f"#!/bin/sh\necho '{answer}'\nexit 1\n")
            self.assert_refused(f"^error: .*{re.escape(message)}", 1)

    def test_a_wrong_directory_is_reported(self) -> None:
        self.assert_refused("^lightning-cli: No such file or directory$", 2)

    def test_a_socket_without_permission_is_reported(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        with Node() as node:
            node.socket_path.chmod(0)
            self.lightning_dir(node.directory)
            self.assert_refused("^lightning-cli: Permission denied$", 2, before)

    def test_the_stream_ends_with_0_after_its_timeout(self) -> None:
        with Node() as node:
            self.lightning_dir(node.directory)
            text = indented(PAGES[0], "set -o pipefail").replace("timeout=3600", "timeout=1")
            self.assertEqual(run("bash", "-c", text, environment=self.environment), (0, "", ""))


if __name__ == "__main__":
    die_on_sigterm()
    if not shutil.which("jq"):
        print("jq is not on PATH")
        sys.exit(77)
    unittest.main()
