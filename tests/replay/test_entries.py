"""Every recording is listed in meson.build, every entry there is a recording, and every golden belongs to one."""
import re
import unittest
from pathlib import Path

import paths  # noqa: F401
from transcript import names, older_names

HERE = Path(__file__).resolve().parent


class Entries(unittest.TestCase):
    def test_each_recording_is_listed_once_and_nothing_else_is(self):
        text = (HERE / "meson.build").read_text(encoding="utf-8")
        for variable, recordings in (("replay_transcripts", names()), ("replay_older", older_names())):
            listed = re.search(rf"{variable} = \[(.*?)\]", text, re.DOTALL)
            self.assertIsNotNone(listed)
            self.assertEqual(re.findall(r"'([^']+)'", listed[1]), recordings)

    def test_each_golden_belongs_to_a_recording_and_each_recording_has_one(self):
        golden = HERE / "golden"
        self.assertEqual(sorted(str(path.relative_to(golden).with_suffix("")) for path in golden.rglob("*.jsonl")),
                         sorted(names() + older_names()))


if __name__ == "__main__":
    unittest.main()
