#!/usr/bin/env python3
"""Breaks the code in places chosen by seed, one at a time, and shows whether the unit and replay tests notice.

    run.py --seed SEED [--work DIR] [--each 8] [--jobs 2] [ROOM | ROOM-NUMBER]...

A mutant is named by its room and its number in the order of the seed: `mirror-3`. Without names, each room gets so many mutants that
compile. Works on a copy of the tree in DIR; with the same DIR the next run need not build anew. Prints rows for RUNS.md.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Sequence

from places import Place, drawn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from floors import ROOMS  # noqa: E402

MUTATED = ("payments", "publish", "mirror", "lnrpc", "lndapi")
# One file that changed is soon compiled and linked again. Warnings are no tests.
OPTIONS = ("-Dbench=false", "-Dfuzz=no", "-Dnats=disabled", "-Dman=disabled", "-Doptimization=0", "-Ddebug=false", "-Dunity=on",
           "-Dunity_size=4", "-Dwerror=false", "-Dwarning_level=0")
UNIT_LIMIT = 120  # seconds; a mutant that hangs is noticed
REPLAY_LIMIT = "0.3"  # of the limit of tests/replay/meson.build


class Trouble(Exception):
    """The tests cannot judge."""


class Copy:
    """A copy of the tree, and its build."""

    def __init__(self, work: Path, jobs: int) -> None:
        self.tree, self.build, self.jobs = work / "tree", work / "build", jobs
        self.environment = os.environ | {"CCACHE_BASEDIR": str(work), "PYTHONDONTWRITEBYTECODE": "1"}
        if shutil.which("ccache") and "CXX" not in os.environ:
            self.environment |= {"CC": "ccache gcc", "CXX": "ccache g++"}
        self.renew()
        if not (self.build / "build.ninja").exists():
            self.call("meson", "setup", str(self.build), str(self.tree), *OPTIONS)
        else:
            self.call("meson", "setup", "--reconfigure", str(self.build), str(self.tree))

    def renew(self) -> None:
        """Copies what differs, so that only that is built again."""
        names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                               capture_output=True, text=True).stdout.split("\0")
        for name in filter(None, names):
            source, target = ROOT / name, self.tree / name
            if not source.exists():
                target.unlink(missing_ok=True)
            elif not target.exists() or source.read_bytes() != target.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                shutil.copymode(source, target)

    def call(self, *command: str) -> None:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

    def make(self, *targets: str) -> None:
        self.call("ninja", "-C", str(self.build), f"-j{self.jobs}", *targets)

    def failing_unit(self, name: str) -> str | None:
        """The test case of the unit test `name` that fails, or None."""
        folder, _, program = name.partition("/")
        path = f"tests/unit/{folder}/unit-{program or folder}"
        self.make(path)
        process = subprocess.Popen([str(self.build / path), "--abort-after=1", "--no-colors"], env=self.environment, start_new_session=True,
                                   cwd=self.build, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", text=True)
        try:
            output, _ = process.communicate(timeout=UNIT_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"unit {name}: hangs"
        if process.returncode == 0:
            return None
        cases = re.findall(r"^TEST CASE:  (.+)$", output, re.MULTILINE)
        return f"unit {name}: {cases[-1] if cases else 'crash'}"

    def failing_replay(self) -> str | None:
        self.make("plugin/trackpayments", "tests/replay/ahead.so")
        command = ["meson", "test", "-C", str(self.build), "--no-rebuild", "--suite", "replay", "--maxfail", "1",
                   "--num-processes", str(self.jobs * 2), "--timeout-multiplier", REPLAY_LIMIT]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode == 0:
            return None
        log = (self.build / "meson-logs" / "testlog.json").read_text(encoding="utf-8").splitlines()
        failed = [test["name"] for test in map(json.loads, log) if test["result"] in ("FAIL", "TIMEOUT", "ERROR")]
        if not failed:
            raise Trouble(done.stdout + done.stderr)
        return failed[0].split(" / ")[-1]

    def failing(self, room: str) -> str | None:
        """The first test that fails, the nearest first. Of the unit tests those that link the room."""
        above = [other for other, below in ROOMS.items() if room in below and other != room]
        programs = ["plugin/plugin-lnd"] if room == "lndapi" else ["examples", "plugin"]
        for name in (room, *above, *programs):
            if failed := self.failing_unit(name):
                return failed
        return None if room == "lndapi" else self.failing_replay()  # they play to the tracker alone

    def end_of(self, room: str, place: Place) -> str | None:
        """How the mutant ends, None if it does not compile."""
        path = self.tree / "src" / place.file
        text = path.read_text(encoding="utf-8")
        path.write_text(place.change(text), encoding="utf-8")
        try:
            try:
                self.make(f"src/{room}/lib{room}.a", f"tests/unit/{room}/unit-{room}")
            except Trouble:
                return None
            return self.failing(room) or "SURVIVED"
        finally:
            path.write_text(text, encoding="utf-8")


def row(name: str, place: Place, end: str) -> str:
    cells = (name, f"{place.file}:{place.line}", f"`{place.shown}`", end)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def run(copy: Copy, seed: int, names: Sequence[str], each: int) -> None:
    for room in MUTATED:
        wanted = {int(name.rpartition("-")[2]) for name in names if name.rpartition("-")[0] == room}
        if names and room not in names and not wanted:
            continue
        alive = 0
        for number, place in enumerate(drawn(copy.tree, room, seed), 1):
            if alive == (len(wanted) or each):
                break
            if wanted and number not in wanted:
                continue
            end = copy.end_of(room, place)
            alive += end is not None or bool(wanted)
            print(row(f"{room}-{number}", place, end or "does not compile"), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Breaks the code in places chosen by seed (tests/mutation/RUNS.md).")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--work", type=Path, help="where to copy and build; a temporary directory by default")
    parser.add_argument("--each", type=int, default=8, help="mutants of a room")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("names", nargs="*", help=f"rooms ({' '.join(MUTATED)}) or mutants (mirror-3); all rooms by default")
    arguments = parser.parse_args()
    os.nice(10)
    with tempfile.TemporaryDirectory() as temporary:
        copy = Copy((arguments.work or Path(temporary)).resolve(), arguments.jobs)
        for room in ("payments", "lndapi"):  # every test that a mutant can meet
            if failed := copy.failing(room):
                raise Trouble(f"fails without a mutation: {failed}")
        run(copy, arguments.seed, arguments.names, arguments.each)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(str(trouble))
