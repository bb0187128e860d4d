"""The player notices a plugin that sends wrong messages, crashes or hangs. REPLAY_PLUGIN in the environment is the plugin; the
crashing ones are shell scripts."""
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import paths  # noqa: F401
from splitters import Splitter

HERE = Path(__file__).resolve().parent


LIAR = str(HERE / "liar.py")


def run(plugin: str, name: str, *more: str, lie: str = "") -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(HERE / "run.py"), "--plugin", plugin, "--transcript", name, *more],
                          env=dict(os.environ, REPLAY_LIE=lie), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Plugin(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_with(self, name: str, lie: str, order: str = "rows-first") -> tuple[int, str]:
        return run(LIAR, name, "--golden", self.folder.name, "--order", order, *(["--bless"] if order == "rows-first" else []),
                   *(["--patience", "1"] if lie else []), lie=lie)

    def test_a_correct_run_agrees_and_can_be_blessed_and_compared_in_both_orders(self):
        for name in ("xpay_mpp", "held_restart_failed", "plugin_stop_start", "xpay_mpp_part_left_behind", "autoclean"):
            code, text = self.run_with(name, "")
            self.assertEqual(code, 0, text)
            code, text = self.run_with(name, "", "messages-first")
            self.assertEqual(code, 0, text)

    def test_a_changed_golden_is_noticed(self):
        self.run_with("xpay_mpp", "")
        golden = Path(self.folder.name) / "xpay_mpp.jsonl"
        golden.write_text(golden.read_text().replace("IN_FLIGHT", "FAILED", 1))
        code, text = run(LIAR, "xpay_mpp", "--golden", self.folder.name)
        self.assertEqual(code, 1)
        self.assertIn("golden: line 1 differs: .params.trackpayments.status is 'IN_FLIGHT', expected 'FAILED'", text)

    def test_wrong_messages_are_noticed_and_never_blessed(self):
        for name, lie, expected in (("xpay_multi_hop", "wrong fee", "fee_msat"), ("xpay_multi_hop", "wrong value", "value_msat is"),
                                 ("fail_local", "always in flight", "status and attempts"),
                                 ("delpay_variants", "silent deletion", "was never published"),
                                 ("delpay_variants", "208", "expected 211"), ("xpay_multi_hop", "loud secret", "a secret"),
                                 ("sendpay_mpp", "flood", "large snapshots in"),
                                 ("xpay_mpp", "another value first", "value_msat is 1000"),
                                 ("xpay_retry_succeeds", "never succeeds", "was shown in flight and never ended"),
                                 ("xpay_retry_succeeds", "ends before it began", "before attempt_time_ns"),
                                 ("keysend_retried", "failed too soon", "there was no evidence that its payer had given up"),
                                 ("delpay_at_once", "211", "came too late and was answered"),
                                 ("v25.12/cli_bare_digits", "refuses a call that is not JSON",
                                  "a call that is not JSON, entry 3, was not continued")):
            code, text = self.run_with(name, lie)
            self.assertEqual(code, 1, f"{lie}: {text}")
            self.assertIn(expected, text)
            self.assertEqual(list(Path(self.folder.name).iterdir()), [], lie)

    def test_a_plugin_that_exits_or_does_not_write_json_ends_the_run(self):
        for body, expected in (("exit 3", "is gone"), ("echo hello; echo; cat > /dev/null", "not JSON on stdout")):
            plugin = Path(self.folder.name) / "broken"
            plugin.write_text(f"#!/bin/sh\n{body}\n")
            plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
            code, text = run(str(plugin), "xpay_mpp")
            self.assertEqual(code, 1)
            self.assertIn(expected, text)


class Splitting(unittest.TestCase):
    def test_messages_are_cut_out_at_every_split_position(self):
        whole = ['{"a":"}\\"{","b":[1,{}]}', '{\n\n"x" : "\\\\"}', '{"c":"₿"}']
        stream = "\n\n".join(whole).encode()
        for cut in range(len(stream)):
            splitter = Splitter()
            found = splitter.feed(stream[:cut]) + splitter.feed(stream[cut:])
            self.assertEqual([text.decode() for text in found], whole, cut)


if __name__ == "__main__":
    unittest.main()
