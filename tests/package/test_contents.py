"""The files of the packages, lintian's opinion, and the hardening of the programs in them. A second build in another folder gives equal bytes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import packages

sys.path.append(str(packages.TOP / "tests"))
import hardened  # noqa: E402

ARCHITECTURES = ("amd64", "arm64")
FOLDERS = {
    "trackpayments": ["/usr/libexec/c-lightning/plugins/", "/usr/share/man/man7/", "/usr/share/trackpayments/", "/usr/share/doc/trackpayments/"],
    "trackpayments-lnd": ["/usr/libexec/trackpayments/", "/usr/share/man/man7/", "/usr/share/doc/trackpayments-lnd/"],
    "trackpayments-nats": ["/usr/libexec/trackpayments/", "/usr/share/man/man7/", "/usr/share/trackpayments/", "/usr/share/doc/trackpayments-nats/"],
}


def digests(folder: Path) -> dict[str, str]:
    return {package.name: hashlib.sha256(package.read_bytes()).hexdigest() for package in folder.glob("*.deb")}


class Contents(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(prefix="packages-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def built(self) -> list[str]:
        return [architecture for architecture in ARCHITECTURES if Path(os.environ["PACKAGES"], architecture).exists()]

    def test_each_package_has_its_program_and_its_documents(self) -> None:
        for architecture in self.built():
            for name, program in packages.PROGRAMS.items():
                with self.subTest(name, architecture=architecture):
                    listing = packages.output("dpkg-deb", "--contents", packages.package(name, architecture)).splitlines()
                    files = [line.split()[5].removeprefix(".") for line in listing if not line.startswith("d")]
                    self.assertIn(program, files)
                    self.assertIn(f"/usr/share/man/man7/lightning-{name}.7.gz", files)
                    self.assertTrue([file for file in files if "/examples/" in file])
                    self.assertEqual([file for file in files if not file.startswith(tuple(FOLDERS[name]))], [])

    def test_nothing_runs_when_a_package_is_installed(self) -> None:
        for architecture in self.built():
            for name in packages.PROGRAMS:
                control = self.directory / f"{name}-{architecture}"
                packages.output("dpkg-deb", "--control", packages.package(name, architecture), control)
                self.assertEqual({file.name for file in control.iterdir()}, {"control", "md5sums"})

    def test_the_programs_are_hardened(self) -> None:
        for architecture in self.built():
            for name, program in packages.PROGRAMS.items():
                tree = self.directory / f"{name}-{architecture}"
                packages.output("dpkg-deb", "--extract", packages.package(name, architecture), tree)
                headers = packages.output("readelf", "-hldsW", f"{tree}{program}")
                self.assertEqual(hardened.faults_of(headers, []), [], f"{name} {architecture}")
                self.assertRegex(headers, r"__(mem|str|v?s?n?printf|read|fdelt|poll)\w*_chk", f"{name} {architecture} is not fortified")

    def test_lintian_finds_nothing(self) -> None:
        for architecture in self.built():
            changes, = packages.folder(architecture).glob("*.changes")
            # These packages are not meant for Debian's archive.
            done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--suppress-tags", "initial-upload-closes-no-bugs", changes],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_a_second_build_elsewhere_gives_the_same_bytes(self) -> None:
        tree = self.directory / "another-folder"
        tree.mkdir()
        copying = subprocess.Popen(["tar", "--create", "--exclude-vcs", "--exclude=./build*", "."], cwd=packages.TOP, stdout=subprocess.PIPE)
        subprocess.run(["tar", "--extract", "--touch"], cwd=tree, stdin=copying.stdout, check=True)
        self.assertEqual(copying.wait(), 0)
        packages.output(tree / "contrib" / "package")
        self.assertEqual(digests(tree / "build-package" / packages.MACHINE), digests(packages.folder()))


if __name__ == "__main__":
    packages.folder()
    unittest.main()
