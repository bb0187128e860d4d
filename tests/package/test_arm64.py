"""The programs in the packages for arm64, as whole processes: under qemu, by a stand-in node of this machine. They use the libraries of the
folder in which contrib/package built them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import packages

QEMU = "qemu-aarch64-static"
# They take the programs through payments and restarts. In others setconfig would be refused: lightningd knows a script's path, not the program's.
TESTS = ["e2e/test_callers.py", "e2e/test_restart.py", "lnd/test_calls.py", "nats/test_publish.py"]
NAMES = {"PLUGIN": "trackpayments", "LND": "trackpayments-lnd", "NATS": "trackpayments-nats"}


class Arm64(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        directory = tempfile.TemporaryDirectory(prefix="arm64-")
        cls.addClassCleanup(directory.cleanup)
        cls.environment = dict(os.environ)
        root = Path(os.environ["PACKAGES"], "root-arm64").resolve()
        for variable, name in NAMES.items():
            tree = Path(directory.name, f"{name}-files")
            packages.output("dpkg-deb", "--extract", packages.package(name, "arm64"), tree)
            # Under the program's own name, which lightningd shows.
            script = Path(directory.name, name)
            script.write_text(f'#!/bin/sh\nexec {shutil.which(QEMU)} -L {root} {tree}{packages.PROGRAMS[name]} "$@"\n')
            script.chmod(0o755)
            cls.environment[variable] = str(script)

    def test_each_program_prints_its_version(self) -> None:
        for variable, name in NAMES.items():
            self.assertEqual(packages.output(self.environment[variable], "--version"), f"{name} {os.environ['VERSION']}\n")

    def test_payments_are_published_and_served(self) -> None:
        for test in TESTS:
            with self.subTest(test):
                done = subprocess.run([sys.executable, packages.TOP / "tests" / test], env=self.environment, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    packages.folder("arm64")
    if shutil.which(QEMU) is None or not Path(os.environ["PACKAGES"], "root-arm64").exists():
        packages.skip(f"{QEMU} or the folder for arm64 is missing.")
    unittest.main()
