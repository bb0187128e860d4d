"""One version everywhere: the build, `--version` of each program, the changelog of the packages, and the packages. lightningd's manifest has
no version."""

from __future__ import annotations

import os
import re
import unittest
from pathlib import Path

import packages


def elements_of(text: str, name: str) -> set[str]:
    """The elements of a list in contrib/packages.sh, with those of the lists that it names."""
    found = re.search(rf"^{name}=\((.*?)\)", text, re.MULTILINE)
    assert found, name
    elements = set()
    for element in found[1].split():
        inner = re.fullmatch(r'"\$\{(\w+)\[@\]\}"', element)
        elements |= elements_of(text, inner[1]) if inner else {element}
    return elements


class Version(unittest.TestCase):
    def test_the_changelog_has_the_version_of_the_build(self) -> None:
        self.assertEqual(packages.changelog_version().rpartition("-")[0], os.environ["VERSION"])

    def test_each_program_prints_it(self) -> None:
        programs = os.environ["PROGRAMS"].split()
        self.assertTrue(programs)
        for program in programs:
            self.assertEqual(packages.output(program, "--version"), f"{Path(program).name} {os.environ['VERSION']}\n")

    def test_each_package_has_it(self) -> None:
        if "PACKAGES" not in os.environ:
            self.skipTest("only contrib/check --long builds the packages")
        for name in packages.PROGRAMS:
            self.assertEqual(packages.output("dpkg-deb", "--field", packages.package(name), "Version"), packages.changelog_version() + "\n")

    def test_what_the_packages_are_built_from_is_named_once(self) -> None:
        control = (packages.TOP / "contrib" / "debian" / "control").read_text()
        build_depends = re.search(r"^Build-Depends:\n((?: .*\n)*)", control, re.MULTILINE)
        assert build_depends
        wanted = set(re.findall(r"^ ([a-z0-9+-]+)", build_depends[1].replace("debhelper-compat", "debhelper"), re.MULTILINE))
        script = (packages.TOP / "contrib" / "packages.sh").read_text()
        # build-essential is on every machine that builds packages.
        self.assertEqual(wanted, elements_of(script, "packages_to_package") - {"build-essential"})
        self.assertLessEqual(elements_of(script, "libraries_to_install"), elements_of(script, "packages_to_install"))


if __name__ == "__main__":
    unittest.main()
