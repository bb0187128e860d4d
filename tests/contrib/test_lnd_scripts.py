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


def indented(page: Path, beginning: str) -> str:
    """The indented block that begins with this line."""
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

    def lightning_dir(self, where: object) -> None:
        """For every lightning-cli from now on; the pages' lines name none."""
        script = self.directory / "lightning-cli"
        script.write_text(f'#!/bin/sh\nexec {HERE}/lightning-cli --lightning-dir={where} --network=regtest "$@"\n')
        script.chmod(0o755)

    def pipelines(self) -> list[str]:
        """Every one, of every page."""
        return [indented(page, beginning) for page in PAGES for beginning in ("set -o pipefail", "cursor=")]

    def assert_refused(self, words: str, code: int, before: list[str] | None = None) -> None:
        for text in self.pipelines():
            with self.subTest(text):
                ended, out, told = run(*(before or []), "bash", "-c", text, environment=self.environment)
                self.assertEqual((ended, out, len(told.splitlines())), (code if "pipefail" in text else 1, "", 1), told)
                self.assertRegex(told, words)

    def test_both_pages_say_the_same(self) -> None:
        stream, loop, stream_of_man, loop_of_man = self.pipelines()
        self.assertEqual(stream, stream_of_man)
        self.assertEqual([line.partition(" #")[0].rstrip() for line in loop.splitlines()], loop_of_man.splitlines())

    def test_they_print_one_payment_a_line_and_say_when_the_plugin_goes(self) -> None:
        for text in self.pipelines():
            with self.subTest(text), Node() as node:
                self.lightning_dir(node.directory)
                with Piped("bash", "-c", text, environment=self.environment) as piped:
                    # The first payments may have ended before it listened.
                    wait_until(lambda: (node.pay(1_000_000), '"SUCCEEDED"' in "".join(piped.lines()))[1], "a payment")
                    self.assertEqual(json.loads(piped.out.splitlines()[0])["value_msat"], "1000000")
                    node.stop_plugin(PLUGIN)
                    code, _, told = piped.wait_end()
                    self.assertEqual((code, len(told.splitlines())), (1, 1), told)
                    self.assertRegex(told, "^refused: .*(Plugin terminated|Unknown command)")

    def test_they_say_when_the_node_goes(self) -> None:
        for text in self.pipelines():
            with self.subTest(text), Node() as node:
                self.lightning_dir(node.directory)
                with Piped("bash", "-c", text, environment=self.environment) as piped:
                    wait_until(lambda: (node.pay(1_000_000), '"SUCCEEDED"' in "".join(piped.lines()))[1], "a payment")
                    node.kill()
                    code, _, told = piped.wait_end()
                    self.assertNotEqual(code, 0)
                    self.assertRegex(told, "^lightning-cli: ")

    def test_a_command_that_is_not_there_is_said(self) -> None:
        with Node() as node:
            node.stop_plugin(PLUGIN)
            self.lightning_dir(node.directory)
            self.assert_refused("^refused: .*Unknown command", 1)

    def test_what_the_node_answers_is_said(self) -> None:
        for message in ("too many waiting callers (limit 200)", "since: needs lightningd v23.11 or later", "no such cursor"):
            answer = json.dumps({"code": -1, "message": message}, indent=3)
            (self.directory / "lightning-cli").write_text(f"#!/bin/sh\necho '{answer}'\nexit 1\n")
            self.assert_refused(f"^refused: .*{re.escape(message)}", 1)

    def test_a_wrong_directory_is_said(self) -> None:
        self.assert_refused("^lightning-cli: No such file or directory$", 2)

    def test_a_socket_one_may_not_open_is_said(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        with Node() as node:
            node.socket_path.chmod(0)
            self.lightning_dir(node.directory)
            self.assert_refused("^lightning-cli: Permission denied$", 2, before)

    def test_the_stream_ends_well_when_its_time_is_over(self) -> None:
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
