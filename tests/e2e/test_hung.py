"""A plugin that hangs would hold payments for ever: so its watchdog ends it, and lightningd goes on without it."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

os.environ["PLUGIN"] = HANGING = os.environ["HANGING"]  # before the stage checks it

from support import BOUND, Stage, die_on_sigterm, wait_until  # noqa: E402

WATCHDOG_LINE = "the event loop hangs while input waits"


class Hung(unittest.TestCase):
    def names(self, stage: Stage) -> list[str]:
        return [plugin["name"] for plugin in stage.node.call("plugin", {"subcommand": "list"})["plugins"]]

    def hang(self, directory: Path) -> None:
        (directory / "hang").touch()
        wait_until(lambda: (directory / "hanging").exists(), "the loop to hang")

    def test_a_payment_behind_a_hung_plugin_goes_on(self) -> None:
        with Stage().alone() as stage:
            invoice = stage.invoice(5_000_000)
            stage.wait_status(stage.pay(1_000_000, "settle"), "SUCCEEDED")
            self.hang(stage.node.network_directory)
            stage.sendpay(invoice)  # answers only when the hook was answered or its plugin ended
            stage.wait_rows(invoice, "complete")
            self.assertNotIn(HANGING, self.names(stage))
            wait_until(lambda: WATCHDOG_LINE in stage.node.stderr() + stage.node.log(), "the line of the watchdog")
            self.assertEqual(stage.stop(), [])

    def test_a_hang_is_ignored_while_no_input_waits(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LIGHTNINGD_")}
        child = subprocess.Popen([HANGING], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 env=environment | {"LIGHTNINGD_PLUGIN": "1"}, cwd=self.directory)
        self.hang(Path(self.directory))
        with self.assertRaises(subprocess.TimeoutExpired, msg="no input waits"):
            child.wait(8)  # longer than the watchdog's limit
        child.stdin.write(b"{")
        child.stdin.flush()
        self.assertEqual(child.wait(BOUND), 1)
        self.assertIn(WATCHDOG_LINE, child.stderr.read().decode())
        child.stdin.close()
        child.stderr.close()

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="e2e-")
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
