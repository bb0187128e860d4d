"""Checks that a room includes only rooms below it, that pages cited exist, and that the tree has nothing that does not belong.

    floors.py ROOT      prints every breach as `file:line: what`, exit code 1 if there is one
"""
import re
import sys
from pathlib import Path
from typing import Iterator

# Who may include whom. The plugin stands on top of everything.
ROOMS: dict[str, set[str]] = {
    "base": {"base"},
    "io": {"io", "base"},
    "bolt": {"bolt", "base"},
    "json": {"json", "base"},
    "rpc": {"rpc", "json", "io", "base"},
    "consumer": {"consumer", "rpc", "json", "io", "base"},  # knows the tracker from outside only
    "metrics": {"metrics", "consumer", "rpc", "json", "io", "base"},  # knows no HTTP
    "payments": {"payments", "bolt", "base"},
    "cln": {"cln", "payments", "rpc", "json", "io", "bolt", "base"},
    "http": {"http", "io", "base"},  # knows no Lightning, no JSON
    "wire": {"wire", "json", "base"},
    "lnrpc": {"lnrpc", "payments", "json", "bolt", "base"},
    "lndapi": {"lndapi", "http", "wire", "consumer", "cln", "rpc", "json", "io", "base"},  # knows nothing of the table
    "jetstream": {"jetstream", "io", "base"},  # knows no Lightning, no JSON
    "sink": {"sink", "jetstream", "wire", "consumer", "rpc", "json", "io", "base"},  # knows nothing of libnats
    "host": {"host", "cln", "rpc", "json", "io", "base"},  # knows nothing of payments
    "publish": {"publish", "host", "cln", "lnrpc", "payments", "rpc", "json", "io", "bolt", "base"},
    "mirror": {"mirror", "publish", "host", "cln", "payments", "rpc", "json", "io", "bolt", "base"},
    "commands": {"commands", "mirror", "publish", "host", "cln", "lnrpc", "payments", "rpc", "json", "io", "bolt", "base"},
}
PLUGIN = set(ROOMS) | {"plugin"}
# The stand-in node must not know what the plugin knows of Core Lightning: it would mirror its mistakes.
STAND_IN = {"rpc", "json", "io", "base"}

# Other people's headers a room must not see.
BANNED: dict[str, tuple[str, ...]] = {
    "base": ("uv.h", "nlohmann/", "simdjson"),
    "io": ("nlohmann/", "simdjson"),
    "bolt": ("uv.h", "nlohmann/", "simdjson"),
    "json": ("uv.h",),
    "rpc": ("nlohmann/", "simdjson"),
    "consumer": ("uv.h", "nlohmann/", "simdjson"),
    "metrics": ("uv.h", "nlohmann/", "simdjson"),
    "payments": ("uv.h", "nlohmann/", "simdjson"),
    "cln": ("simdjson",),
    "http": ("nlohmann/", "simdjson"),
    "wire": ("uv.h", "nlohmann/", "simdjson"),
    "lnrpc": ("uv.h", "nlohmann/", "simdjson"),
    "lndapi": ("uv.h", "simdjson"),
    "jetstream": ("nlohmann/", "simdjson"),
    "sink": ("uv.h", "nlohmann/", "simdjson", "nats"),
    "publish": ("uv.h", "simdjson"),
    "mirror": ("uv.h", "simdjson"),
    "commands": ("uv.h", "simdjson"),
}

LONGEST = 350  # lines of a file in src/ and plugin/

SOURCE = {".hpp", ".cpp", ".h", ".in"}
# Recorded traffic and copied schemas are other people's text.
NOT_OURS = ("tests/transcripts/", "tests/schemas/")
SKIPPED = {".git", ".cache", "__pycache__"}
MADE = "build-"  # names of what contrib/ builds or unpacks begin so

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
# /home/node is where the recorded node lived.
MACHINE_PATH = re.compile(r"(?<![\w.})])/(?:work|home(?!/node/)|root|Users)(?![\w-])")
LEFT_OVER = re.compile(r"\b" + "TO" + r"DO\b")
# `src/cln/README.md`, "Manifest": the heading is optional, and may stand in the next line of a comment
PAGE = re.compile(r"""(?P<page>(?<![\w.*{}/-])(?:\./|\.\./)*\w[\w./-]*\.md)\b`?(?:,[\s/#*]+"(?P<heading>[^"\n]+)")?""")
MANUAL = re.compile(r"\b((?:lightning-)?trackpayments[\w-]*)\(7\)")
HEADING = re.compile(r"^#+ (.+?)\s*$", re.MULTILINE)


def includes(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, bracket, header) of every include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def sources(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in SOURCE and path.is_file())


def check_room(root: Path, folder: Path, allowed: set[str], banned: tuple[str, ...], own: set[str]) -> Iterator[str]:
    """`own`: headers beside the file, named without a folder."""
    for path in sources(folder):
        where = path.relative_to(root)
        for line, bracket, header in includes(path.read_text(encoding="utf-8")):
            first = header.split("/")[0] if "/" in header else ""
            if any(header == name or (name.endswith("/") and header.startswith(name)) for name in banned):
                yield f"{where}:{line}: {header} has no place in this room"
            elif header in own:
                continue
            elif first in PLUGIN or first == "bolt":
                if first not in allowed:
                    yield f"{where}:{line}: {header} is not below this room"
            elif bracket == '"':
                yield f"{where}:{line}: {header} is no header of this house"


def check_includes(root: Path) -> Iterator[str]:
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        if folder.name not in ROOMS:
            yield f"src/{folder.name}: an unknown room: add it to floors.py"
            continue
        yield from check_room(root, folder, ROOMS[folder.name], BANNED.get(folder.name, ()), set())
    yield from check_room(root, root / "plugin", PLUGIN, (), {"version.hpp"})
    stand_in = root / "tests" / "lightningd"
    if stand_in.is_dir():
        own = {path.relative_to(stand_in).as_posix() for path in sources(stand_in)}
        own |= {f"lightningd/{name}" for name in own}
        own |= {"cln/command_params.hpp", "cln/result_filter.hpp", "cln/bare_digits.hpp", "invoice_text.hpp"}
        yield from check_room(root, stand_in, STAND_IN, (), own)


def check_lengths(root: Path) -> Iterator[str]:
    for folder in ("src", "plugin"):
        for path in sources(root / folder):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST:
                yield f"{path.relative_to(root)}:{lines}: longer than {LONGEST} lines"


def tree(folder: Path) -> Iterator[Path]:
    """Every file, without git's own and without what was built or unpacked."""
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in SKIPPED or path.name.startswith(MADE):
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and not (path / "meson-private").is_dir():
            yield from tree(path)


def check_words(root: Path) -> Iterator[str]:
    for path in tree(root):
        where = path.relative_to(root).as_posix()
        if where.startswith(NOT_OURS):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line) and path.name not in ("floors.py", "test_floors.py"):
                yield f"{where}:{number}: a path of somebody's machine"
            if LEFT_OVER.search(line):
                yield f"{where}:{number}: something left to do"


def check_pages(root: Path) -> Iterator[str]:
    """Pages that are cited, by their path from the file's own folder, the top or man/, and their headings."""
    for path in tree(root):
        where = path.relative_to(root).as_posix()
        if where.startswith(NOT_OURS) or path.name in ("test_floors.py", "test_english.py"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in PAGE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            page = next((page for page in (folder / match["page"] for folder in (path.parent, root, root / "man")) if page.is_file()), None)
            if page is None:
                yield f"{where}:{line}: {match['page']} does not exist"
            elif match["heading"] and match["heading"] not in HEADING.findall(page.read_text(encoding="utf-8")):
                yield f"{where}:{line}: {match['page']} has no heading {match['heading']!r}"
        for match in MANUAL.finditer(text):
            if not (root / "man" / f"{match[1]}.7.md").is_file():
                yield f"{where}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]} does not exist"


def check(root: Path) -> list[str]:
    return [*check_includes(root), *check_lengths(root), *check_words(root), *check_pages(root)]


def main() -> int:
    breaches = check(Path(sys.argv[1]))
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
