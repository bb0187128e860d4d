"""english.py finds each kind of breach in texts of operators, and banned words in all other text of ours."""
import tempfile
import unittest
from pathlib import Path

import english


class English(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        self.put("README.md", "# Publishes payments\n\nWhat does it cost? Little.\n")
        self.put("man/page.7.md", "# NAME\n")
        self.put("contrib/watch", "echo 'following'\n")
        self.put("src/rpc/client.cpp", '    log("RPC socket: reconnecting"); // What is lost is asked again.\n/// A call\n')
        self.put("plugin/x/options.hpp", '    .description = "Seconds",\n')

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def breach(self, text: str) -> None:
        found = english.check(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def test_plain_texts_have_no_breach(self) -> None:
        self.assertEqual(english.check(self.root), [])

    def test_every_banned_word_is_found_in_every_place(self) -> None:
        for name, text in (("README.md", "It {} x.\n"), ("contrib/README.md", "({})\n"), ("man/page.7.md", "x\n**{}**\n"),
                           ("man/schema/x.json", '{{"description": "a {} x"}}\n'), ("contrib/watch_x.py", "print('{}')\n"),
                           ("src/rpc/client.cpp", '    return "too many {}";\n'), ("src/mirror/x.hpp", 'f(R"({{"a": "{}"}})");\n'),
                           ("plugin/x/options.hpp", '    "quoted \\"{}\\" text"\n'), ("src/base/x.hpp", "/// of a {}\n"),
                           ("tests/e2e/test_x.py", "# a {} here\n"), ("tests/unit/x_test.cpp", 'TEST_CASE("a {}") {{\n'), ("meson_options.txt", "description: '{}'\n"),
                           ("src/x/web/x.html", "<p>{}</p>\n"), ("src/x/web/x.js", "// a {}\n"), ("src/x/web/x.css", "/* a {} */\n")):
            path = self.root / name
            before = path.read_text(encoding="utf-8") if path.exists() else None
            for word in english.BANNED:
                for written in (word, word.upper()):
                    with self.subTest(name=name, word=written):
                        self.put(name, text.format(written))
                        self.breach(f"'{written}' is no plain English")
            path.unlink() if before is None else self.put(name, before)

    def test_it_is_the_whole_word(self) -> None:
        self.put("README.md", "Lifetime, password, outdoors, intelligence: no breach.\n")
        self.assertEqual(english.check(self.root), [])

    def test_a_what_clause_as_subject_is_found(self) -> None:
        for text in ("What is malformed is skipped.", "One thing. What follows is another", "x: What comes next waits;"):
            with self.subTest(text=text):
                self.put("man/page.7.md", text + "\n")
                self.breach("\"what\" clause")

    def test_the_line_is_named(self) -> None:
        self.put("src/rpc/client.cpp", '\n\n    log("a stranger");\n')
        self.breach("src/rpc/client.cpp:3: ")

    def test_recordings_and_builds_are_not_read(self) -> None:
        for name in ("tests/transcripts/README.md", "tests/schemas/x.md", "tests/fuzz/corpus/x/seed-1", "build/README.md"):
            self.put(name, "as told\n")
        self.assertEqual(english.check(self.root), [])

    def test_a_what_clause_in_a_log_line_is_found(self) -> None:
        self.put("src/rpc/client.cpp", '    log("What is malformed is skipped");\n')
        self.breach("src/rpc/client.cpp:1: a sentence with a \"what\" clause")

    def test_a_long_readme_is_found(self) -> None:
        self.put("README.md", "x " * english.README_WORDS)
        self.assertEqual(english.check(self.root), [])
        self.put("README.md", "x " * (english.README_WORDS + 1))
        self.breach(f"{english.README_WORDS + 1} words")


if __name__ == "__main__":
    unittest.main()
