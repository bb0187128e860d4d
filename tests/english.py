"""Checks our English. In everything an operator reads (README, man pages, recipes, scripts, options, log lines and error texts): no word
with a private meaning, no sentence that begins with "What" and is no question, and a README that is short. In all other text of ours, comments
and tests too: no such word.

    english.py ROOT      prints every breach as `file:line: text`, exit code 1 if there is one
"""
import re
import sys
from pathlib import Path
from typing import Iterator

# They once stood for things of ours: "tell" for publish, "life" for a run, "witness" for what the plugin saw.
BANNED = ("witness", "witnesses", "life", "lives", "giant", "giants", "stranger", "strangers", "door", "doors", "grave", "graves", "word", "words",
          "told", "tell", "tells", "telling", "verdict", "verdicts")
README_WORDS = 1300

BANNED_WORD = re.compile(r"\b(?:" + "|".join(BANNED) + r")\b", re.IGNORECASE)
WHAT_SENTENCE = re.compile(r"(?:^|[.:;] )(What\b[^.?!]*)(?=[.!]|$)")
# A literal of C++ on one line, raw or not; comments are read by others.
LITERAL = re.compile(r'R"\((?P<raw>.*?)\)"|"(?P<text>(?:[^"\\]|\\.)*)"')
COMMENT = re.compile(r"(?:^|\s)//.*$")
TEXT = {".hpp", ".cpp", ".h", ".in", ".py", ".js", ".mjs", ".css", ".md", ".build", ".sh"}
NOT_OURS = ("tests/transcripts/", "tests/schemas/", "tests/proto/npm/")
PAGES = ("README.md", "contrib/README.md", "meson_options.txt")


def pages(root: Path) -> Iterator[Path]:
    """Read whole."""
    yield from (root / name for name in PAGES if (root / name).is_file())
    yield from sorted((root / "man").rglob("*.md"))
    yield from sorted((root / "man").rglob("*.json"))
    yield from sorted((root / "src").rglob("*.html"))
    yield from (path for path in sorted((root / "contrib").rglob("*")) if path.is_file() and path.suffix not in {".pyc", ".md"})


def sources(root: Path) -> Iterator[Path]:
    """Only their literals reach an operator."""
    for folder in ("src", "plugin"):
        yield from (path for path in sorted((root / folder).rglob("*")) if path.suffix in {".hpp", ".cpp", ".in"})


def others(root: Path) -> Iterator[Path]:
    """Engineers read these. Recordings and copied schemas are not our text, and this check names the words."""
    for folder in ("src", "plugin", "tests"):
        for path in sorted((root / folder).rglob("*")):
            where = path.relative_to(root).as_posix()
            if path.suffix in TEXT and path.is_file() and not where.startswith(NOT_OURS) and path.name not in ("english.py", "test_english.py"):
                yield path


def lines(root: Path, path: Path) -> Iterator[tuple[str, str]]:
    """(file:line, text)"""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield f"{path.relative_to(root).as_posix()}:{number}", line


def literals(line: str) -> str:
    """The texts in a line of C++, joined."""
    return " | ".join(match["raw"] or match["text"] or "" for match in LITERAL.finditer(line if '"' in line else ""))


def check(root: Path) -> list[str]:
    breaches: list[str] = []

    def no_banned_word(where: str, line: str) -> None:
        breaches.extend(f"{where}: {match[0]!r} is no plain English here" for match in BANNED_WORD.finditer(line))

    def no_what_sentence(where: str, line: str) -> None:
        if match := WHAT_SENTENCE.search(line):
            breaches.append(f"{where}: a sentence with a \"what\" clause as its subject: {match[1]!r}")

    for path in pages(root):
        for where, line in lines(root, path):
            no_banned_word(where, line)
            no_what_sentence(where, line)
    for path in sources(root):
        for where, line in lines(root, path):
            if not COMMENT.match(line):
                no_what_sentence(where, literals(line))
    for path in others(root):
        for where, line in lines(root, path):
            no_banned_word(where, line)
    count = len((root / "README.md").read_text(encoding="utf-8").split())
    if count > README_WORDS:
        breaches.append(f"README.md:1: {count} words, at most {README_WORDS}")
    return breaches


def main() -> int:
    breaches = check(Path(sys.argv[1]))
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
