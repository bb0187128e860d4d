"""Checks the English of everything an operator reads: README, man pages, recipes, scripts, options, log lines and error texts. No word
with a private meaning, no sentence that begins with "What" and is no question, and a README that is short.

    english.py ROOT      prints every breach as `file:line: text`, exit code 1 if there is one
"""
import re
import sys
from pathlib import Path
from typing import Iterator

# They once stood for things of ours: "tell" for publish, "life" for a run, "witness" for what the plugin saw.
BANNED = ("witness", "witnesses", "life", "lives", "giant", "giants", "stranger", "strangers", "door", "doors", "grave", "graves", "word", "words",
          "told", "tell", "tells", "telling", "verdict", "verdicts")
README_WORDS = 1000

BANNED_WORD = re.compile(r"\b(?:" + "|".join(BANNED) + r")\b", re.IGNORECASE)
WHAT_SENTENCE = re.compile(r"(?:^|[.:;] )(What\b[^.?!]*)(?=[.!]|$)")
# A literal of C++ on one line, raw or not; comments are read by others.
LITERAL = re.compile(r'R"\((?P<raw>.*?)\)"|"(?P<text>(?:[^"\\]|\\.)*)"')
COMMENT = re.compile(r"(?:^|\s)//.*$")
PAGES = ("README.md", "contrib/README.md", "meson_options.txt")


def pages(root: Path) -> Iterator[Path]:
    """Read whole."""
    yield from (root / name for name in PAGES if (root / name).is_file())
    yield from sorted((root / "man").rglob("*.md"))
    yield from sorted((root / "man").rglob("*.json"))
    yield from (path for path in sorted((root / "contrib").rglob("*")) if path.is_file() and path.suffix not in {".cpp", ".pyc", ".md"})


def sources(root: Path) -> Iterator[Path]:
    """Only their literals reach an operator."""
    for folder in ("src", "plugin", "contrib"):
        yield from (path for path in sorted((root / folder).rglob("*")) if path.suffix in {".hpp", ".cpp", ".in"})


def literals(line: str) -> str:
    """The texts in a line of C++, joined."""
    return " | ".join(match["raw"] or match["text"] or "" for match in LITERAL.finditer(line if '"' in line else ""))


def check_lines(where: str, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for number, text in lines:
        for match in BANNED_WORD.finditer(text):
            yield f"{where}:{number}: {match[0]!r} is no plain English here"
        if match := WHAT_SENTENCE.search(text):
            yield f"{where}:{number}: a sentence with a \"what\" clause as its subject: {match[1]!r}"


def check(root: Path) -> list[str]:
    breaches: list[str] = []
    for path in pages(root):
        text = path.read_text(encoding="utf-8")
        breaches += check_lines(path.relative_to(root).as_posix(), enumerate(text.splitlines(), 1))
    for path in sources(root):
        lines = ((number, literals(line)) for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
                 if not COMMENT.match(line))
        breaches += check_lines(path.relative_to(root).as_posix(), lines)
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
