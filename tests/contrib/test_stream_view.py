"""contrib/stream_view.py and contrib/tour.py alone: each error is one line and an exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, PLUGIN, attempt, die_on_sigterm, payment, wait_until
from program import Piped, bound_by_permissions, run

VIEW = str(CONTRIB / "stream_view.py")
TOUR = str(CONTRIB / "tour.py")
LND = os.environ.get("LND", "")  # empty: not built
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

    def test_wrong_arguments_print_the_usage(self) -> None:
        for arguments in ([], ["--help"], ["x", "--"], ["x", "plugin"], ["--", "cli"]):
            code, out, errors = run(sys.executable, VIEW, *arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn("stream_view.py FILE NAME… -- CLI…", errors)
        code, out, errors = run(sys.executable, TOUR)
        self.assertEqual((code, out, errors), (2, "", "usage: tour.py PLUGIN LND_PLUGIN STANDIN (contrib/demo builds them and runs this)\n"))

    def test_an_unreadable_file_is_reported(self) -> None:
        self.assertEqual(run(sys.executable, VIEW, "/nowhere/x"), (1, "", "stream_view: no such directory: /nowhere\n"))
        self.assertEqual(run(sys.executable, VIEW, str(self.directory)), (1, "", f"stream_view: {self.directory}: Is a directory\n"))
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        self.file.touch(0)
        self.assertEqual(run(*before, sys.executable, VIEW, str(self.file)), (1, "", f"stream_view: {self.file}: Permission denied\n"))

    def test_a_line_that_is_not_a_message_is_reported_and_skipped(self) -> None:
        self.file.write_text("half\n[]\n{}\n" + '{"topic": "trackpayments"}\n' + LINE)
        with Piped(sys.executable, VIEW, "trackpayments.jsonl", cwd=self.directory) as piped:
            wait_until(lambda: any("SUCCEEDED" in line for line in piped.lines()), "the payment")
            self.assertEqual(piped.errors, "stream_view: skipping a line that is not a message of the recorder\n" * 4)

    def test_a_full_disk_is_reported(self) -> None:
        self.file.write_text(LINE)
        code, _, errors = run("sh", "-c", 'exec "$@" >/dev/full', "sh", sys.executable, VIEW, str(self.file))
        self.assertEqual((code, errors), (1, "stream_view: cannot write: No space left on device\n"))

    def test_a_closed_pipe_ends_it_without_a_message(self) -> None:
        self.file.write_text(LINE * 20000)
        code, _, errors = run("bash", "-c", 'set -o pipefail; "$@" | head -n 1', "bash", sys.executable, VIEW, str(self.file))
        self.assertEqual((code, errors), (0, ""))

    def test_it_ends_with_a_plugin_or_the_node_after_the_last_line(self) -> None:
        self.file.write_text(LINE)
        listing = '{"plugins": [{"name": "/x/recorder"}]}'
        for names, answer, code, reason in (
                (["/x/trackpayments", "/x/recorder"], listing, 0, "/x/trackpayments has stopped; see lightningd's log"),
                (["/x/recorder"], "", 2, "lightningd no longer answers: "),
                (["/x/recorder"], '{"code": 1, "message": "no"}', 1, 'lightningd no longer answers: {"code": 1, "message": "no"}')):
            code_found, out, errors = run(sys.executable, VIEW, str(self.file), *names, "--", self.lightning_cli(answer, code))
            self.assertEqual((code_found, errors), (1, f"\n{reason}\n"))
            self.assertIn("SUCCEEDED", out)

    def test_a_tour_that_cannot_start_reports_it(self) -> None:
        code, _, errors = run(sys.executable, TOUR, PLUGIN, PLUGIN, "/nowhere/lightningd")
        self.assertEqual(code, 1)
        self.assertRegex(errors, "^The tour failed: .*No such file or directory: '/nowhere/lightningd'\n$")
        code, _, errors = run(sys.executable, TOUR, "/nowhere/trackpayments", PLUGIN, os.environ["STANDIN"])
        self.assertEqual(code, 1)
        self.assertRegex(errors, "^The tour failed: the stand-in exited with 1: .*/nowhere/trackpayments.*\n$")

    @unittest.skipUnless(LND, "trackpayments-lnd is not built")
    def test_an_ended_tour_leaves_no_files(self) -> None:
        for number, expected in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with Piped(sys.executable, TOUR, PLUGIN, LND, os.environ["STANDIN"],
                       environment={"TMPDIR": str(self.directory)}) as piped:
                wait_until(lambda: any("IN_FLIGHT" in line for line in piped.lines()), "the first payment")
                piped.process.send_signal(number)
                code, _, errors = piped.wait_end()
            self.assertEqual((code, errors, os.listdir(self.directory)), (expected, "", []))


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
