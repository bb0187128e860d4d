"""contrib/stream_view.py and contrib/tour.py by themselves, where something is wrong: one line, and an exit code."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, PLUGIN, attempt, die_on_sigterm, payment, wait_until
from program import Piped, bound_by_permissions, run

VIEW = str(CONTRIB / "stream_view.py")
TOUR = str(CONTRIB / "tour.py")
HTLC = {**attempt(1, "SUCCEEDED", hops=0), "route": {"hops": [], "total_amt_msat": "1"}}
LINE = json.dumps({"topic": "trackpayments", "trackpayments": payment("SUCCEEDED", HTLC), "cursor": "c"}) + "\n"


class StreamView(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = self.directory / "trackpayments.jsonl"

    def lightning_cli(self, answer: str, code: int = 0) -> str:
        script = self.directory / "cli"
        script.write_text(f"#!/bin/sh\necho '{answer}'\nexit {code}\n")
        script.chmod(0o755)
        return str(script)

    def test_wrong_use_is_answered_with_the_usage(self) -> None:
        for arguments in ([], ["--help"], ["x", "--"], ["x", "plugin"], ["--", "cli"]):
            code, out, told = run(sys.executable, VIEW, *arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn("stream_view.py FILE NAME… -- CLI…", told)
        code, out, told = run(sys.executable, TOUR)
        self.assertEqual((code, out, told), (2, "", "usage: tour.py PLUGIN STANDIN; contrib/demo builds both and calls it\n"))

    def test_a_file_that_cannot_be_read_is_said(self) -> None:
        self.assertEqual(run(sys.executable, VIEW, "/nowhere/x"), (1, "", "stream_view: no such directory: /nowhere\n"))
        self.assertEqual(run(sys.executable, VIEW, str(self.directory)), (1, "", f"stream_view: {self.directory}: Is a directory\n"))
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        self.file.touch(0)
        self.assertEqual(run(*before, sys.executable, VIEW, str(self.file)), (1, "", f"stream_view: {self.file}: Permission denied\n"))

    def test_a_line_that_is_no_message_is_said_and_left_out(self) -> None:
        self.file.write_text("half\n[]\n{}\n" + '{"topic": "trackpayments"}\n' + LINE)
        with Piped(sys.executable, VIEW, "trackpayments.jsonl", cwd=self.directory) as piped:
            wait_until(lambda: any("SUCCEEDED" in line for line in piped.lines()), "the payment")
            self.assertEqual(piped.told, "stream_view: a line that is no message of the recorder is left out\n" * 4)

    def test_a_full_disk_is_said(self) -> None:
        self.file.write_text(LINE)
        code, _, told = run("sh", "-c", 'exec "$@" >/dev/full', "sh", sys.executable, VIEW, str(self.file))
        self.assertEqual((code, told), (1, "stream_view: cannot write: No space left on device\n"))

    def test_a_reader_that_has_seen_enough_ends_it_quietly(self) -> None:
        self.file.write_text(LINE * 20000)
        code, _, told = run("bash", "-c", 'set -o pipefail; "$@" | head -n 1', "bash", sys.executable, VIEW, str(self.file))
        self.assertEqual((code, told), (0, ""))

    def test_the_end_of_a_plugin_or_the_node_ends_it_after_the_last_line(self) -> None:
        self.file.write_text(LINE)
        listing = '{"plugins": [{"name": "/x/recorder"}]}'
        for names, answer, code, words in (
                (["/x/trackpayments", "/x/recorder"], listing, 0, "/x/trackpayments has ended; lightningd's log says why"),
                (["/x/recorder"], "", 2, "lightningd does not answer any more: "),
                (["/x/recorder"], '{"code": 1, "message": "no"}', 1, 'lightningd does not answer any more: {"code": 1, "message": "no"}')):
            ended, out, told = run(sys.executable, VIEW, str(self.file), *names, "--", self.lightning_cli(answer, code))
            self.assertEqual((ended, told), (1, f"\n{words}\n"))
            self.assertIn("SUCCEEDED", out)

    def test_a_tour_that_cannot_begin_says_so(self) -> None:
        code, _, told = run(sys.executable, TOUR, PLUGIN, "/nowhere/lightningd")
        self.assertEqual(code, 1)
        self.assertRegex(told, "^The tour ends early: .*No such file or directory: '/nowhere/lightningd'\n$")
        code, _, told = run(sys.executable, TOUR, "/nowhere/trackpayments", os.environ["STANDIN"])
        self.assertEqual(code, 1)
        self.assertRegex(told, "^The tour ends early: the stand-in exited with 1: .*/nowhere/trackpayments.*\n$")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
