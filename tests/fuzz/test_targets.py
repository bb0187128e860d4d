"""targets.py notices each kind of gap, in copies of the tree with one thing removed or added."""
import shutil
import tempfile
import unittest
from pathlib import Path

import targets

ROOT = Path(__file__).resolve().parent.parent.parent


class Search(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for part in ("src", "plugin", "tests/fuzz"):
            shutil.copytree(ROOT / part, self.root / part)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        self.assertIn(old, text)
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")

    def gaps(self) -> list[str]:
        return targets.check(self.root)

    def test_the_tree_has_no_gap(self) -> None:
        self.assertEqual(self.gaps(), [])

    def test_a_new_decoder_needs_a_target(self) -> None:
        self.edit("src/cln/row.hpp", "struct Rows {", "int decode_something_new(int);\nstruct Rows {")
        self.assertEqual(len(self.gaps()), 1)
        self.assertIn("src/cln/row.hpp: decode_something_new", self.gaps()[0])

    def test_a_decoder_in_a_comment_does_not_count(self) -> None:
        self.edit("src/cln/row.hpp", "struct Rows {", "// decode_something_new(int)\nstruct Rows {")
        self.assertEqual(self.gaps(), [])

    def test_a_target_that_does_not_call_its_decoder_is_found(self) -> None:
        self.edit("tests/fuzz/cursor.cpp", "parse_cursor(", "somehow(")
        self.assertEqual(self.gaps(), ["tests/fuzz/cursor.cpp: does not call parse_cursor"])

    def test_a_missing_decoder_is_found(self) -> None:
        self.edit("src/publish/cursor.hpp", "parse_cursor(", "somehow(")
        self.assertEqual(self.gaps(), ["targets.py: parse_cursor is declared nowhere"])

    def test_a_target_that_is_not_built_is_found(self) -> None:
        self.edit("tests/fuzz/meson.build", "  'cursor',\n", "")
        self.assertEqual(self.gaps(), ["tests/fuzz/cursor.cpp: not in meson.build"])

    def test_a_target_without_a_corpus_is_found(self) -> None:
        shutil.rmtree(self.root / "tests/fuzz/corpus/cursor")
        self.assertEqual(self.gaps(), ["tests/fuzz/corpus/cursor: no corpus"])

    def test_an_input_that_would_be_cut_is_found(self) -> None:
        whole, cut = (self.root / "tests/fuzz/corpus/cursor" / name for name in ("whole", "too-long"))
        whole.write_bytes(bytes(8192))
        cut.write_bytes(bytes(8193))
        self.assertEqual(self.gaps(), ["tests/fuzz/corpus/cursor/too-long: longer than 8192 bytes"])

    def test_a_target_without_a_decoder_is_found(self) -> None:
        self.edit("tests/fuzz/meson.build", "  'cursor',\n", "  'cursor',\n  'nothing',\n")
        self.assertIn("targets.py: the target nothing is in none of its tables", self.gaps())


if __name__ == "__main__":
    unittest.main()
