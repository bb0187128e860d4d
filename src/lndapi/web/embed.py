"""Writes the files of the page as C++, so that the program needs no file at run time.

    embed.py OUTPUT.cpp FILE...     defines `std::string_view lndapi::web::FILE_EXT()` for each FILE.EXT
"""
import re
import sys
from pathlib import Path

FUNCTION = """std::string_view {name}() {{
    static constexpr unsigned char bytes[] = {{{bytes}}};
    return {{reinterpret_cast<const char*>(bytes), sizeof bytes}};
}}
"""


def function(file: Path) -> str:
    # Numbers, because compilers limit the length of a string.
    return FUNCTION.format(name=re.sub(r"\W", "_", file.name), bytes=",".join(map(str, file.read_bytes())))


def main() -> None:
    output, *files = map(Path, sys.argv[1:])
    functions = "\n".join(map(function, files))
    output.write_text(f'#include "lndapi/web_content.hpp"\n\nnamespace lndapi::web {{\n\n{functions}\n}} // namespace lndapi::web\n')


main()
