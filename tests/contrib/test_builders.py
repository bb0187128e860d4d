"""The scripts of contrib that build (bench, check, fuzz, package), called wrongly or without permission to write: one line, before they build.

A copy of contrib/ runs in a checkout of its own, with fake build tools."""

from __future__ import annotations

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from node import CONTRIB, TOP, die_on_sigterm, wait_until
from program import Piped, bound_by_permissions, run

# By script: arguments with which it would build, and in which folder.
BUILDS = {"bench": [([], "build-release"), (["--profile"], "build-release-profile")],
          "check": [(["--quick"], "build-check-gcc"), ([], "build-check-clang"), (["--coverage"], "build-check-coverage"),
                    (["--long"], "build-check-release")],
          "fuzz": [(["framer", "1"], "build-fuzz")],
         "package": [([], "build-package"), (["arm64"], "build-package")]}
BUILDERS = {"dpkg-query": "echo install ok installed", "meson": "touch built", "ninja": "touch built", "perf": "exit 0", "node": "exit 0",
            "npm": "exit 0"}


class Builders(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name).resolve()
        self.checkout = self.directory / "checkout"
        shutil.copytree(CONTRIB, self.checkout / "contrib")
        self.corpus = self.checkout / "tests" / "fuzz" / "corpus" / "framer"
        self.corpus.mkdir(parents=True)
        shutil.copy(TOP / "tests" / "fuzz" / "meson.build", self.checkout / "tests" / "fuzz")
        self.tools = self.directory / "tools"
        self.tools.mkdir()
        for name, text in BUILDERS.items():
            self.tool(name, text)
        self.path = {"PATH": f"{self.tools}:{os.environ['PATH']}", "BUILD": ""}

    def tool(self, name: str, text: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.tools / name).chmod(0o755)

    def assert_gives_up(self, error: str, script: str, *arguments: str, code: int = 1, before: list[str] | None = None) -> None:
        code_found, out, errors = run(*(before or []), str(self.checkout / "contrib" / script), *arguments, environment=self.path, cwd=self.checkout)
        self.assertEqual((code_found, len(errors.splitlines())), (code, 3 if error.startswith("  ") else 1), out + errors)
        self.assertRegex(errors, error)
        self.assertFalse((self.checkout / "built").exists())

    def test_wrong_arguments_print_the_usage(self) -> None:
        for script, argument in (("bench", "--fast"), ("bench", "round"), ("bench", ""), ("check", "--fast"), ("check", ""), ("package", "i386"), ("package", "")):
            self.assert_gives_up(f"^usage: contrib/{script} ", script, argument, code=2)
        for arguments in (["framer"], ["--help"], ["1", "2", "3"], ["--twice", "x", "3", "framer"], ["--once", "x", "soon", "framer"]):
            self.assert_gives_up("  contrib/fuzz TARGET MINUTES", "fuzz", *arguments, code=2)
        for minutes in ("0", "-1", "1.5", "soon", ""):
            self.assert_gives_up("^fuzz: MINUTES should be a whole number from 1", "fuzz", "framer", minutes, code=2)
        self.assert_gives_up("^fuzz: no target frame; the targets are .*framer", "fuzz", "frame", "1", code=2)
        self.assert_gives_up("^fuzz: no fuzz targets are built in /nowhere$", "fuzz", "--once", "/nowhere", "3", "framer")

    def test_a_file_in_place_of_the_build_directory_is_reported(self) -> None:
        for script, ways in BUILDS.items():
            for arguments, folder in ways:
                with self.subTest(script, arguments=arguments):
                    (self.checkout / folder).touch()
                    self.assert_gives_up(f"^Cannot build in {self.checkout}/{folder}: File exists$", script, *arguments)
                    (self.checkout / folder).unlink()

    def test_a_build_directory_without_permission_is_reported(self) -> None:
        if (before := bound_by_permissions()) is None:
            self.skipTest("root cannot give up its privileges here")
        for script, ways in BUILDS.items():
            for arguments, folder in ways:
                with self.subTest(script, arguments=arguments):
                    (self.checkout / folder).mkdir(exist_ok=True)
                    (self.checkout / folder).chmod(0o500)
                    self.assert_gives_up(f"^Cannot build in {self.checkout}/{folder}: Permission denied$", script, *arguments, before=before)
                    (self.checkout / folder).chmod(0o700)
        self.corpus.chmod(0o500)
        self.assert_gives_up("^fuzz: cannot keep finds in .*/framer: no permission", "fuzz", "framer", "1", before=before)

    def test_a_build_shows_its_progress(self) -> None:
        half = self.directory / "half"
        steps = "for i in 1 2 3 4 5 6 7 8 9 10; do echo \"[$i/20] Compiling\"; done"
        half.touch()
        self.tool("ninja", f'{steps}; echo "a.cpp:1: error"; while [ -e {half} ]; do sleep 0.1; done; echo "[20/20] Linking"; exit 3')
        with Piped(str(self.checkout / "contrib" / "demo"), environment=self.path) as demo:
            wait_until(lambda: "a.cpp:1: error" in demo.lines(), "the compiler's output, and the steps before it")
            self.assertEqual([line for line in demo.lines() if line.startswith("built")], [f"built {n} of 20" for n in (2, 4, 6, 8, 10)])
            half.unlink()
            code, out, _ = demo.wait_end()
        self.assertEqual((code, out.splitlines()[-1]), (3, "built 20 of 20"))

    def setups(self, *arguments: str) -> list[str]:
        """How contrib/check calls meson setup. The compiler fails, so it goes no further."""
        calls = self.directory / "calls"
        calls.write_text("")
        self.tool("meson", f'echo "$*" >>{calls}; for i in "$@"; do [ ! -d "$i" ] || touch "$i/build.ninja"; done')
        self.tool("ninja", "exit 3")
        code, out, errors = run(str(self.checkout / "contrib" / "check"), *arguments, environment=self.path, cwd=self.checkout)
        self.assertEqual((code, errors), (3, ""), out)
        return calls.read_text().splitlines()

    def test_check_configures_a_build_of_another_form_anew(self) -> None:
        first, = self.setups()
        self.assertRegex(first, "^setup build-check-gcc .*-Dunit=false")
        self.assertEqual(self.setups(), [])
        other, = self.setups("--quick")
        self.assertRegex(other, "^setup --reconfigure build-check-gcc .*-Dunit=true")
        self.assertEqual(self.setups("--long"), [])
        (self.checkout / "build-check-gcc" / "options").unlink()  # made by an older contrib/check
        again, = self.setups("--quick")
        self.assertEqual(again, other)

    def test_check_waits_for_the_browser_before_it_tests(self) -> None:
        self.tool("dpkg-query", '[ "$3" = chromium ] || echo install ok installed')
        self.tool("id", "echo 0")
        self.tool("meson", 'case $1 in test) touch tested ;; esac')
        self.tool("apt-get", f"[ $1 = update ] || {{ while [ ! -e {self.directory}/built ]; do sleep 0.1; done; echo no chromium >&2; exit 100; }}")
        self.tool("ninja", f"touch {self.directory}/built")  # while apt-get works
        code, out, errors = run(str(self.checkout / "contrib" / "check"), environment=self.path, cwd=self.checkout)
        self.assertEqual((code, errors), (100, "no chromium\n"))
        self.assertIn("Installing from Debian: chromium\n", out)
        self.assertFalse((self.checkout / "tested").exists())

    def test_missing_packages_that_only_root_can_install_are_named(self) -> None:
        (self.tools / "dpkg-query").unlink()
        for name in ("bash", "env", "dirname", "realpath", "sed", "cut", "grep", "apt-get"):
            (self.tools / name).symlink_to(shutil.which(name) or "/usr/bin/true")
        self.tool("dpkg-query", "exit 1")
        self.tool("id", "echo 1000")
        self.path["PATH"] = str(self.tools)
        for script, arguments in (("bench", []), ("check", []), ("fuzz", ["framer", "1"]), ("demo", [])):
            self.assert_gives_up("^These packages are missing, and only root can install them: apt-get install g.. meson ", script, *arguments)
        (self.tools / "apt-get").unlink()
        self.assert_gives_up("^No apt-get here: please install these .Debian's names.: g.. meson ", "demo")


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
