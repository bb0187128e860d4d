"""Finds the places of C++ code that a mutation can change: operators, constants, statements that are one call. Comments, texts,
preprocessor lines and templates are left alone, and so are calls that only log or only make things faster."""
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

# A line of clang-format has blanks around a binary operator, and none around the brackets of a template.
OPERATORS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "/",
             "/": "*", "%": "*", "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="}
BINARY = re.compile(r"(?<= )(?:" + "|".join(re.escape(one) for one in sorted(OPERATORS, key=len, reverse=True)) + r")(?=\s)")
STEP = re.compile(r"\+\+|--")
NOT = re.compile(r"(?<![\w)\]])!(?=[\w(])")
NUMBER = re.compile(r"(?<![\w.'])(?:0x[0-9A-Fa-f]+|\d[\d']*)(?![\w.'])")
TRUTH = re.compile(r"\b(?:true|false)\b")
CALL = re.compile(r"(?<=[;{})])\s*\n +(?P<call>(?:\w+(?:\(\))?(?:\.|->|::))*(?P<name>[a-z]\w*))\(")
NO_CALLS = {"if", "for", "while", "switch", "return", "catch", "static_assert", "sizeof"}
UNSEEN = re.compile(r"\b(?:log_|reserve|prefetch|shrink_to_fit)\(")
NO_CODE = re.compile(r'R"\((?:.|\n)*?\)"|"(?:[^"\\\n]|\\.)*"|(?<!\w)\'(?:[^\'\\\n]|\\.)+\'|//[^\n]*|/\*(?:.|\n)*?\*/|^[ ]*#[^\n]*',
                     re.MULTILINE)


@dataclass(frozen=True)
class Place:
    file: str  # below src/
    line: int
    start: int
    old: str
    new: str
    shown: str  # the code around it, with the change in brackets

    def change(self, text: str) -> str:
        return text[:self.start] + self.new + text[self.start + len(self.old):]


def blank(text: str) -> str:
    """The same text with blanks for characters, but not for line ends."""
    return re.sub(r"[^\n]", " ", text)


def closing(code: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    depth = 0
    for at in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code)


def code_of(text: str) -> str:
    """The code that tests could judge, everything else blank."""
    code = NO_CODE.sub(lambda match: blank(match[0]), text)
    for match in UNSEEN.finditer(code):
        end = closing(code, match.end() - 1)
        code = code[:match.start()] + blank(code[match.start():end]) + code[end:]
    return code


def changes(code: str) -> Iterator[tuple[int, str, str]]:
    """(start, old, new) of every mutation."""
    for match in BINARY.finditer(code):
        yield match.start(), match[0], OPERATORS[match[0]]
    for match in STEP.finditer(code):
        yield match.start(), match[0], "--" if match[0] == "++" else "++"
    for match in NOT.finditer(code):
        yield match.start(), "!", ""
    for match in NUMBER.finditer(code):
        yield match.start(), match[0], str(int(match[0].replace("'", ""), 0) + 1)
    for match in TRUTH.finditer(code):
        yield match.start(), match[0], "false" if match[0] == "true" else "true"
    for match in CALL.finditer(code):
        end = closing(code, match.end() - 1)
        if match["name"] not in NO_CALLS and code[end:end + 2] == ");":
            yield match.start("call"), code[match.start("call"):end + 1], ""


def shown(text: str, start: int, old: str, new: str) -> str:
    before = text[text.rfind("\n", 0, start) + 1:start].lstrip()
    end = start + len(old)
    after = text[end:text.find("\n", end)]
    changed = " ".join(old.split())
    if len(changed) > 80:
        changed = changed[:77] + "..."
    return f"{before[-40:]}[{changed} → {new or 'nothing'}]{after[:40]}"


def places(file: str, text: str) -> list[Place]:
    found = []
    for start, old, new in changes(code_of(text)):
        old = text[start:start + len(old)]  # with its literals
        found.append(Place(file, text.count("\n", 0, start) + 1, start, old, new, shown(text, start, old, new)))
    return sorted(found, key=lambda place: place.start)


def drawn(root: Path, room: str, seed: int) -> list[Place]:
    """All places of the room, in the random order of this seed."""
    found = [place for path in sorted((root / "src" / room).glob("*.?pp"))
             for place in places(f"{room}/{path.name}", path.read_text(encoding="utf-8"))]
    random.Random(f"{seed} {room}").shuffle(found)
    return found
