#!/usr/bin/env python3
"""The plugin is built hardened, as meson.build promises: `hardened.py PLUGIN BUILD_DIRECTORY`. Position independent, relocations read-only
and bound at the start, stacks guarded, compiled with the library's assertions; fortified if it is optimised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def faults_of(headers: str, commands: list[str]) -> list[str]:
    """`headers`: the output of `readelf -hldsW` for the binary; `commands`: the compile commands of its sources."""
    faults = [f"no {mark}" for mark in ("DYN (Position-Independent Executable", "GNU_RELRO", "BIND_NOW", "__stack_chk_fail") if mark not in headers]
    for command in commands:
        arguments = command.split()
        optimised = next((argument != "-O0" for argument in reversed(arguments) if argument.startswith("-O")), False)
        wanted = ["-fstack-protector-strong", "-D_GLIBCXX_ASSERTIONS=1"]
        if optimised and not any(argument.startswith("-fsanitize=address") for argument in arguments):
            wanted.append("-D_FORTIFY_SOURCE=2")
        faults += [f"without {flag}: {arguments[-1]}" for flag in wanted if flag not in arguments]
    return faults


def check_itself() -> None:
    good = "DYN (Position-Independent Executable file) GNU_RELRO BIND_NOW __stack_chk_fail"
    flags = "-fstack-protector-strong -D_GLIBCXX_ASSERTIONS=1"
    assert faults_of(good, [f"g++ -O0 {flags} a.cpp", f"g++ -O2 {flags} -D_FORTIFY_SOURCE=2 a.cpp"]) == []
    assert faults_of("EXEC", [f"g++ -O2 {flags} a.cpp", "g++ b.cpp"]) == [
        "no DYN (Position-Independent Executable", "no GNU_RELRO", "no BIND_NOW", "no __stack_chk_fail", "without -D_FORTIFY_SOURCE=2: a.cpp",
        "without -fstack-protector-strong: b.cpp", "without -D_GLIBCXX_ASSERTIONS=1: b.cpp"]


def main() -> int:
    check_itself()
    headers = subprocess.run(["readelf", "-hldsW", sys.argv[1]], capture_output=True, text=True, check=True).stdout
    entries = json.loads(Path(sys.argv[2], "compile_commands.json").read_text())
    commands = [entry["command"] for entry in entries if entry["output"].startswith(("src/", "plugin/"))]
    assert len(commands) >= 9, "a room or the plugin is missing"  # files of a room may be compiled together
    faults = faults_of(headers, commands)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
