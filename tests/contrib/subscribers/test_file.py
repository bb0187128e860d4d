"""contrib/subscribers/trackpayments.sh writes each snapshot byte for byte, and misses none after any outage."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
for room in ("e2e", "pylib"):
    sys.path.append(str(HERE.parents[1] / room))

import strict_json  # noqa: E402
from payment_shape import check_payment  # noqa: E402
from piped import Piped  # noqa: E402
from support import PLUGIN, Stage, StandIn, die_on_sigterm, wait_until  # noqa: E402

SCRIPT = HERE.parents[2] / "contrib" / "subscribers" / "trackpayments.sh"
CLI = str(HERE.parent / "lightning-cli")
ENDS = {"complete": "SUCCEEDED", "failed": "FAILED"}

# Numbers that a double cannot hold. A Payment has no bare one like the last; it shows that nothing is rewritten.
WIDE = '{"payment_hash":"%s","value_msat":"18446744073709551615","htlcs":[{"expiry":4294967295,"bare":9007199254740993}]}'


def written(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def cursor_of(file: Path) -> str:
    path = Path(f"{file}.cursor")
    return path.read_text().strip() if path.exists() else ""


def started(name: str, methods: list[str]) -> str:
    return json.dumps({"plugin_started": {"plugin_name": name, "plugin_path": f"/plugins/{name}", "methods": methods}})


class Piecewise(unittest.TestCase):
    """The script alone; the test makes the answers."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file = self.directory / "payments.ndjson"
        self.cli = self.directory / "cli"
        # Answers with the file that is named after the cursor, and records its arguments.
        self.cli.write_text('#!/bin/sh\nfor argument; do case "$argument" in since=*) since=${argument#since=} ;; esac; done\n'
                            'since=${since#\\"} since=${since%\\"}\n'
                            f'echo "$@" >>"{self.directory}/asked"\n'
                            f'cat "{self.directory}/answer-${{since:-none}}" && exit 0\n'
                            f'cat "{self.directory}/error-${{since:-none}}"; exit 1\n')
        self.cli.chmod(0o755)

    def plugin(self, old: bool = False) -> Piped:
        return Piped(SCRIPT, self.directory, old, TRACKPAYMENTS_FILE=str(self.file), LIGHTNING_CLI=str(self.cli))

    def answer(self, since: str, text: str) -> None:
        """Replaces the answer atomically: the script may be reading it."""
        draft = self.directory / "draft"
        draft.write_text(text)
        draft.rename(self.directory / f"answer-{since}")

    def wait_lines(self, count: int) -> list[str]:
        return wait_until(lambda: (lines := written(self.file)) and len(lines) >= count and lines, f"{count} lines")

    def wait_cursor(self, cursor: str) -> None:
        wait_until(lambda: cursor_of(self.file) == cursor, f"the cursor {cursor}")

    def test_snapshots_are_written_byte_for_byte_from_both_wrappings(self) -> None:
        self.answer("none", '{"payments":[],"cursor":"02a7aec5.aaaaaaaa.0.0"}')
        for old in (True, False):
            self.file.unlink(missing_ok=True)
            with self.subTest(old=old), self.plugin(old) as plugin:
                self.assertEqual(plugin.manifest["subscriptions"], ["trackpayments", "plugin_started"])
                self.assertIs(plugin.manifest["dynamic"], True)
                sent = [WIDE % (f"{n:02x}" * 32) for n in range(3)]
                for n, text in enumerate(sent):
                    plugin.notify("trackpayments", f'{{"trackpayments":{text},"cursor":"02a7aec5.aaaaaaaa.{n}.18446744073709551615"}}')
                self.assertEqual(plugin.end(), [])
                self.assertEqual(written(self.file), sent)
                self.assertEqual(cursor_of(self.file), "02a7aec5.aaaaaaaa.2.18446744073709551615")
            Path(f"{self.file}.cursor").unlink()

    def test_a_long_payment_is_written_whole(self) -> None:
        self.answer("none", '{"payments":[],"cursor":"02a7aec5.aaaaaaaa.0.0"}')
        attempt = '{"attempt_id":"7","route":{"hops":[%s]}}' % ",".join(['{"chan_id":"113249697726464"}'] * 20)
        long = '{"payment_hash":"aa","htlcs":[%s]}' % ",".join([attempt] * 600)
        self.assertGreater(len(long), 300_000)
        with self.plugin() as plugin:
            plugin.notify("trackpayments", f'{{"trackpayments":{long},"cursor":"02a7aec5.aaaaaaaa.1.0"}}')
            self.assertEqual(plugin.end(), [])
        self.assertEqual(written(self.file), [long])

    def test_it_fetches_page_by_page_and_keeps_every_digit(self) -> None:
        Path(f"{self.file}.cursor").write_text("02a7aec5.aaaaaaaa.1.1\n")
        pages = [[{"payment_hash": f"{page}{n}", "value_msat": "9223372036854775807", "expiry": 4294967295} for n in range(3)]
                 for page in range(2)]
        self.answer("02a7aec5.aaaaaaaa.1.1", json.dumps({"payments": pages[0], "cursor": "02a7aec5.bbbbbbbb.4.1", "more": True}, indent=3))
        self.answer("02a7aec5.bbbbbbbb.4.1", json.dumps({"payments": pages[1], "cursor": "02a7aec5.bbbbbbbb.9.9"}))
        with self.plugin() as plugin:
            self.wait_cursor("02a7aec5.bbbbbbbb.9.9")
            self.assertEqual(plugin.end(), [])
        self.assertEqual([strict_json.loads(line) for line in written(self.file)], pages[0] + pages[1])
        self.assertEqual((self.directory / "asked").read_text().splitlines(), [
            f"--lightning-dir={self.directory.parent} --network={self.directory.name} --rpc-file=lightning-rpc --notifications=none "
            f'-k trackpayments since="{cursor}"' for cursor in ("02a7aec5.aaaaaaaa.1.1", "02a7aec5.bbbbbbbb.4.1")])

    def test_it_catches_up_when_the_run_is_new(self) -> None:
        self.answer("none", '{"payments":[],"cursor":"02a7aec5.aaaaaaaa.1.1"}')
        missed = '{"payment_hash":"missed"}'
        self.answer("02a7aec5.aaaaaaaa.2.2", f'{{"payments":[{missed}],"cursor":"02a7aec5.bbbbbbbb.3.3"}}')
        with self.plugin() as plugin:
            plugin.notify("trackpayments", '{"trackpayments":{"n":1},"cursor":"02a7aec5.aaaaaaaa.2.2"}')
            plugin.notify("trackpayments", '{"trackpayments":{"n":2},"cursor":"02a7aec5.bbbbbbbb.4.4"}')
            plugin.notify("trackpayments", '{"trackpayments":{"n":3},"cursor":"02a7aec5.bbbbbbbb.5.5"}')
            self.assertEqual(plugin.end(), [])
        self.assertEqual(written(self.file), ['{"n":1}', missed, '{"n":2}', '{"n":3}'])
        self.assertEqual(len((self.directory / "asked").read_text().splitlines()), 2)
        self.assertEqual(cursor_of(self.file), "02a7aec5.bbbbbbbb.5.5")

    def test_it_catches_up_when_the_plugin_has_started(self) -> None:
        self.answer("none", '{"payments":[],"cursor":"02a7aec5.aaaaaaaa.1.1"}')
        self.answer("02a7aec5.aaaaaaaa.1.1", '{"payments":[{"n":0}],"cursor":"02a7aec5.bbbbbbbb.2.2"}')
        with self.plugin() as plugin:
            self.wait_cursor("02a7aec5.aaaaaaaa.1.1")
            plugin.notify("plugin_started", started("trackpayments-prometheus", ["trackpayments-counts"]))
            plugin.notify("plugin_started", started("trackpayments.sh", []))
            plugin.notify("plugin_started", started("another-name", ["delpay", "trackpayments"]))
            self.wait_cursor("02a7aec5.bbbbbbbb.2.2")
            self.assertEqual(plugin.end(), [])
        self.assertEqual(written(self.file), ['{"n":0}'])
        self.assertEqual(len((self.directory / "asked").read_text().splitlines()), 2, "other plugins do not matter")

    def test_without_an_answer_the_cursor_stays_and_it_asks_again(self) -> None:
        Path(f"{self.file}.cursor").write_text("02a7aec5.aaaaaaaa.1.1\n")
        with self.plugin() as plugin:
            plugin.notify("trackpayments", '{"trackpayments":{"n":1},"cursor":"02a7aec5.bbbbbbbb.4.4"}')
            self.wait_lines(1)
            self.assertEqual(cursor_of(self.file), "02a7aec5.aaaaaaaa.1.1")
            self.answer("02a7aec5.aaaaaaaa.1.1", '{"payments":[{"n":0}],"cursor":"02a7aec5.bbbbbbbb.4.4"}')
            self.wait_cursor("02a7aec5.bbbbbbbb.4.4")
            self.assertEqual(plugin.end(), [f"trackpayments does not answer, will ask again: {self.cli} does not reach lightningd"])
        self.assertEqual(written(self.file), ['{"n":1}', '{"n":0}'])

    def test_a_refused_cursor_is_set_aside_and_logged(self) -> None:
        Path(f"{self.file}.cursor").write_text("135fdd0c.aaaaaaaa.1.1\n")
        (self.directory / "error-135fdd0c.aaaaaaaa.1.1").write_text('{"code":-32602,"message":"since: the cursor belongs to another node"}')
        self.answer("none", '{"payments":[{"n":0}],"cursor":"02a7aec5.bbbbbbbb.4.4"}')
        with self.plugin() as plugin:
            self.wait_cursor("02a7aec5.bbbbbbbb.4.4")
            self.assertEqual(plugin.end(), ["cursor 135fdd0c.aaaaaaaa.1.1 was refused, starting again without it: since: the cursor "
                                            "belongs to another node"])
        self.assertEqual(Path(f"{self.file}.cursor.refused").read_text(), "135fdd0c.aaaaaaaa.1.1\n")
        self.assertEqual(written(self.file), ['{"n":0}'])

    def test_after_another_error_the_cursor_stays(self) -> None:
        Path(f"{self.file}.cursor").write_text("02a7aec5.aaaaaaaa.1.1\n")
        (self.directory / "error-02a7aec5.aaaaaaaa.1.1").write_text('{"code":-1,"message":"ask again later"}')
        self.answer("none", '{"payments":[{"n":0}],"cursor":"02a7aec5.bbbbbbbb.4.4"}')
        asked = self.directory / "asked"
        with self.plugin() as plugin:
            wait_until(lambda: asked.exists() and len(asked.read_text().splitlines()) >= 3, "that it asks again")
            self.assertEqual(plugin.end(), ["trackpayments does not answer, will ask again: ask again later"], "logged once")
        self.assertEqual((cursor_of(self.file), written(self.file)), ("02a7aec5.aaaaaaaa.1.1", []))

    def test_a_missing_lightning_cli_is_logged_once_and_snapshots_are_written(self) -> None:
        with Piped(SCRIPT, self.directory, TRACKPAYMENTS_FILE=str(self.file), LIGHTNING_CLI="no-such-cli") as plugin:
            plugin.notify("trackpayments", '{"trackpayments":{"n":1},"cursor":"02a7aec5.aaaaaaaa.1.1"}')
            plugin.notify("trackpayments", '{"trackpayments":{"n":2},"cursor":"02a7aec5.aaaaaaaa.2.2"}')
            self.assertEqual(plugin.end(), ["no-such-cli is not on PATH: missed updates cannot be fetched"])
        self.assertEqual((written(self.file), cursor_of(self.file)), (['{"n":1}', '{"n":2}'], "02a7aec5.aaaaaaaa.1.1"))

    def test_a_line_cut_short_by_a_kill_is_dropped(self) -> None:
        self.file.write_text('{"n":1}\n{"n":2,"half')
        Path(f"{self.file}.cursor").write_text("02a7aec5.aaaaaaaa.1.1\n")
        self.answer("02a7aec5.aaaaaaaa.1.1", '{"payments":[{"n":2}],"cursor":"02a7aec5.aaaaaaaa.2.2"}')
        with self.plugin() as plugin:
            self.wait_cursor("02a7aec5.aaaaaaaa.2.2")
            self.assertEqual(plugin.end(), [])
        self.assertEqual(written(self.file), ['{"n":1}', '{"n":2}'])


class WithTheNode(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name) / "payments.ndjson"
        self.environment = {"TRACKPAYMENTS_FILE": str(self.file), "LIGHTNING_CLI": CLI, "PYTHONDONTWRITEBYTECODE": "1"}

    def node(self) -> StandIn:
        """A node with the script, which keeps its rows over a restart."""
        node = StandIn(plugins=[str(SCRIPT), PLUGIN],
                       options=["--trackpayments-failed-after=0", "--db", str(self.file.parent / "rows")],
                       directory=self.file.parent / "node", environment=self.environment)
        self.addCleanup(node.close)
        node.start()
        wait_until(lambda: cursor_of(self.file), "the first cursor: only later payments are guaranteed")
        return node

    def pay(self, node: StandIn, count: int, *attempts: str) -> None:
        """All over when it returns."""
        for _ in range(count):
            self.paid = getattr(self, "paid", 0) + 1
            invoice = node.invoice(1_000_000 + self.paid, f"invoice {self.paid}", {"attempts": list(attempts)})
            node.rpc.reply(node.rpc.send("pay", {"bolt11": invoice["bolt11"]}))

    def states(self) -> dict[str, dict[str, str]]:
        """By payment hash: the attempts of its last line, and the payment's own status under ''."""
        newest: dict[str, dict[str, str]] = {}
        for text in written(self.file):
            try:
                payment = strict_json.loads(text)
            except ValueError:
                continue  # being written; wait_complete() judges the whole
            newest[payment["payment_hash"]] = {"": payment["status"], **{h["attempt_id"]: h["status"] for h in payment["htlcs"]}}
        return newest

    def wait_complete(self, node: StandIn) -> None:
        """The last line of every payment has the state of its rows, and every line is a Payment."""
        wanted: dict[str, dict[str, str]] = {}
        for row in node.rows():
            self.assertNotEqual(row["status"], "pending")
            wanted.setdefault(row["payment_hash"], {})[str(row["created_index"])] = ENDS[row["status"]]
        for attempts in wanted.values():
            attempts[""] = "SUCCEEDED" if "SUCCEEDED" in attempts.values() else "FAILED"
        self.assertEqual(len(wanted), self.paid)
        try:
            wait_until(lambda: self.states() == wanted, "every final state")
        except TimeoutError:
            states = self.states()
            missing = [(wanted[h], states.get(h)) for h in wanted if states.get(h) != wanted[h]]
            self.fail(f"{len(missing)} of {len(wanted)} are missing or old, as {missing[:3]}; {node.log()[-1000:]}")
        for text in written(self.file):
            self.assertEqual(check_payment(strict_json.loads(text)), [])

    def test_its_lines_are_the_snapshots_of_another_subscriber(self) -> None:
        stage = Stage(["--trackpayments-failed-after=0"], environment=self.environment)
        stage.node.plugins.append(str(SCRIPT))
        with stage:
            wait_until(lambda: cursor_of(self.file), "the first cursor")
            for n in range(5):
                stage.wait_status(stage.pay(1_000_000 + n, "temporary_channel_failure", "settle"), "SUCCEEDED", parts=2)
            stage.barrier()
            snapshots = stage.snapshots()
            wait_until(lambda: len(written(self.file)) >= len(snapshots), "as many lines")
            self.assertEqual([strict_json.loads(line) for line in written(self.file)], snapshots)
            wait_until(lambda: cursor_of(self.file) == stage.messages()[-1]["cursor"], "the last cursor")

    def test_it_misses_nothing_after_a_restart(self) -> None:
        node = self.node()
        self.pay(node, 3, "settle")
        self.wait_complete(node)
        node.stop_plugin(SCRIPT)
        self.pay(node, 2, "settle")
        self.pay(node, 2, "incorrect_or_unknown_payment_details")
        node.start_plugin(SCRIPT)
        self.wait_complete(node)

    def test_it_fetches_more_than_one_missed_page(self) -> None:
        node = self.node()
        self.pay(node, 1, "settle")
        self.wait_complete(node)
        node.stop_plugin(SCRIPT)
        node.call("load", {"total": 250, "in_flight": 20})
        self.paid += 250
        node.start_plugin(SCRIPT)
        self.wait_complete(node)

    def test_it_misses_nothing_after_a_restart_of_the_plugin(self) -> None:
        node = self.node()
        self.pay(node, 2, "settle")
        self.wait_complete(node)
        node.stop_plugin(PLUGIN)
        self.pay(node, 2, "settle")
        self.pay(node, 1, "incorrect_or_unknown_payment_details")
        node.start_plugin(PLUGIN)
        self.pay(node, 1, "settle")  # its first message is of a new run
        self.wait_complete(node)

    def test_it_fetches_the_missed_ends_when_the_plugin_starts(self) -> None:
        node = self.node()
        self.pay(node, 1, "settle")
        self.wait_complete(node)
        node.stop_plugin(PLUGIN)  # by SIGKILL
        self.pay(node, 2, "settle")
        node.start_plugin(PLUGIN)
        self.wait_complete(node)  # without another message

    def test_it_misses_nothing_after_a_crash_of_the_node(self) -> None:
        node = self.node()
        self.pay(node, 2, "settle")
        self.wait_complete(node)
        held = []
        for n in range(3):
            held.append(node.invoice(2_000_000 + n, f"held {n}", {"attempts": ["hold"]}))
            node.rpc.send("pay", {"bolt11": held[-1]["bolt11"]})
        wait_until(lambda: sum(row["status"] == "pending" for row in node.rows()) == 3, "three in flight")
        self.paid += 3
        node.restart(crash=True)
        node.stop_plugin(SCRIPT)
        for invoice, outcome in zip(held, ("settle", "fail", "settle")):
            node.call("release", {"payment_hash": invoice["payment_hash"], "outcome": outcome})
        wait_until(lambda: not any(row["status"] == "pending" for row in node.rows()), "their ends")
        node.start_plugin(SCRIPT)
        self.wait_complete(node)

    def test_it_misses_nothing_after_a_kill_at_any_moment(self) -> None:
        node = self.node()
        self.pay(node, 1, "settle")
        for round_ in range(6):
            load = node.rpc.send("load", {"total": 40, "in_flight": 10})
            self.paid += 40
            lines = len(written(self.file))
            wait_until(lambda: len(written(self.file)) > lines + 3 * round_, "some lines")
            with node.new_client() as client:
                client.call("plugin", {"subcommand": "stop", "plugin": str(SCRIPT)})  # by SIGKILL
                node.rpc.result(load)
                client.call("plugin", {"subcommand": "start", "plugin": str(SCRIPT)})
        self.wait_complete(node)


if __name__ == "__main__":
    die_on_sigterm()
    if not shutil.which("jq"):
        print("jq is not on PATH")
        sys.exit(77)
    unittest.main()
