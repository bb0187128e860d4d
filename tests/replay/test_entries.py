"""Every recording is an entry of meson.build, every entry is a recording, and every golden belongs to one."""
import re
import unittest
from pathlib import Path

import paths  # noqa: F401
from transcript import names

HERE = Path(__file__).resolve().parent


class Entries(unittest.TestCase):
    def test_each_recording_is_listed_once_and_nothing_else_is(self):
        text = (HERE / "meson.build").read_text(encoding="utf-8")
        listed = re.search(r"replay_transcripts = \[(.*?)\]", text, re.DOTALL)
        self.assertIsNotNone(listed)
        self.assertEqual(re.findall(r"'([^']+)'", listed[1]), names())

    def test_each_golden_belongs_to_a_recording_and_each_recording_has_one(self):
        self.assertEqual(sorted(path.stem for path in (HERE / "golden").glob("*.jsonl")), names())


if __name__ == "__main__":
    unittest.main()
