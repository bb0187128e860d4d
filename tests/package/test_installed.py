"""`meson install` puts the tracker alone among lightningd's plugins: the others open ports, or connect to servers."""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path

import packages


class Installed(unittest.TestCase):
    def test_only_the_tracker_is_among_the_plugins_of_lightningd(self) -> None:
        places = json.loads(packages.output("meson", "introspect", "--installed", os.environ["BUILD"])).values()
        programs = {Path(place).name: Path(place).parent.as_posix() for place in places if "/libexec/" in place}
        for program in os.environ["PROGRAMS"].split():
            name = Path(program).name
            self.assertTrue(programs[name].endswith(os.path.dirname(packages.PROGRAMS[name]).removeprefix("/usr")), programs)


if __name__ == "__main__":
    unittest.main()
