"""floors.py finds each kind of breach in a small house, and nothing in a sound one."""
import tempfile
import unittest
from pathlib import Path

import floors


class Floors(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        for room in floors.ROOMS:
            self.put(f"src/{room}/{room}.hpp", f'#include "{room}/other.hpp"\n#include <string>\n')
        self.put("src/io/loop.hpp", '#include "base/base.hpp"\n#include <uv.h>\n')
        self.put("src/mirror/mirror.cpp", '#include "mirror/mirror.hpp"\n#include "cln/row.hpp"\n#include "publish/publisher.hpp"\n')
        self.put("plugin/main.cpp", '#include "plugin/plugin.hpp"\n#include "mirror/mirror.hpp"\n#include "version.hpp"\n')
        self.put("tests/lightningd/node.hpp", "#include <uv.h>\n")
        self.put("tests/lightningd/node.cpp", '#include "node.hpp"\n#include "rpc/json.hpp"\n')

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def breach(self, complaint: str) -> None:
        found = floors.check(self.root)
        self.assertEqual(len(found), 1, found)
        self.assertIn(complaint, found[0])

    def test_a_sound_house_has_no_breach(self) -> None:
        self.assertEqual(floors.check(self.root), [])

    def test_every_forbidden_pair_of_rooms_is_found(self) -> None:
        for room, allowed in floors.ROOMS.items():
            for other in floors.PLUGIN - allowed:
                with self.subTest(room=room, other=other):
                    self.put(f"src/{room}/x.cpp", f'\n#include "{other}/x.hpp"\n')
                    self.breach(f"src/{room}/x.cpp:2: {other}/x.hpp is not below")
            (self.root / f"src/{room}/x.cpp").unlink()

    def test_angle_brackets_and_blanks_hide_nothing(self) -> None:
        self.put("src/base/x.hpp", "  #  include <rpc/json.hpp>\n")
        self.breach("rpc/json.hpp is not below")

    def test_the_model_sees_neither_loop_nor_json(self) -> None:
        for room, header in (("payments", "uv.h"), ("payments", "nlohmann/json.hpp"), ("bolt", "uv.h"),
                             ("bolt", "nlohmann/json_fwd.hpp"), ("lnrpc", "uv.h")):
            with self.subTest(room=room, header=header):
                self.put(f"src/{room}/x.hpp", f"#include <{header}>\n")
                self.breach(f"{header} has no place")
                (self.root / f"src/{room}/x.hpp").unlink()

    def test_the_stand_in_knows_no_core_lightning(self) -> None:
        self.put("tests/lightningd/x.cpp", '#include "cln/row.hpp"\n')
        self.breach("cln/row.hpp is not below")

    def test_a_header_of_no_room_is_found(self) -> None:
        self.put("src/rpc/x.cpp", '#include "framer.hpp"\n')
        self.breach("no header of this house")

    def test_the_stand_in_includes_only_its_own_headers_by_name(self) -> None:
        self.put("tests/lightningd/x.cpp", '#include "gone.hpp"\n')
        self.breach("no header of this house")

    def test_a_new_room_must_be_given_a_floor(self) -> None:
        self.put("src/attic/x.hpp", "")
        self.breach("unknown room")

    def test_a_long_file_is_found(self) -> None:
        self.put("src/rpc/x.cpp", "\n" * floors.LONGEST)
        self.assertEqual(floors.check(self.root), [])
        self.put("src/rpc/x.cpp", "\n" * (floors.LONGEST + 1))
        self.breach("longer than")

    def test_machine_paths_are_found(self) -> None:
        for path in ("/" "work/main", "/home/me/x", "/" "root/.cache", "x=/" "work"):
            with self.subTest(path=path):
                self.put("README.md", f"see {path}\n")
                self.breach("README.md:1: a path of somebody's machine")

    def test_ordinary_paths_are_not(self) -> None:
        self.put("README.md", "/path/to/work build/work/x $HOME/.lightning /usr/bin, ${dir}/work, /worker\n")
        self.assertEqual(floors.check(self.root), [])

    def test_a_note_of_something_left_is_found(self) -> None:
        self.put("contrib/x", "one\n# TO" "DO: two\n")
        self.breach("contrib/x:2: something left to do")

    def test_a_page_that_does_not_exist_is_found(self) -> None:
        for text in ("see design.md\n", "// (`src/rpc/README.md`)\n", "[x](../README.md)\n", "src/base/x.md, \"Here\"\n"):
            with self.subTest(text=text):
                self.put("src/base/x.txt", text)
                self.breach("does not exist")

    def test_a_heading_that_does_not_exist_is_found(self) -> None:
        self.put("src/rpc/README.md", "# Room\n\n## Framing\n")
        for text in ('// src/rpc/README.md, "Frames"\n', '// (`src/rpc/README.md`,\n/// "Frames")\n', '# README.md, "Frames"\n'):
            with self.subTest(text=text):
                self.put("src/rpc/x.py", text)
                self.breach("has no heading 'Frames'")

    def test_a_manual_page_that_does_not_exist_is_found(self) -> None:
        self.put("man/lightning-trackpayments.7.md", "")
        for text in ("trackpayments-gone(7)\n", "lightning-trackpayments-gone(7)\n"):
            with self.subTest(text=text):
                self.put("src/base/x.txt", text)
                self.breach("(7) does not exist")

    def test_pages_and_headings_that_exist_are_no_breach(self) -> None:
        self.put("README.md", "# Top\n")
        self.put("src/rpc/README.md", "# Room\n\n## Framing\n\n[up](../../README.md), `src/rpc/README.md`\n")
        self.put("man/lightning-trackpayments.7.md", "lightning-trackpayments(7), lightning-pay(7)\n")
        self.put("src/rpc/x.py", '# src/rpc/README.md, "Framing"\n# README.md,\n# "Room" *.7.md f"{name}.md" lightning-trackpayments.7.md\n')
        self.put("tests/x.py", "# README.md, \"Top\"\n")
        self.assertEqual(floors.check(self.root), [])

    def test_build_directories_and_recordings_are_not_read(self) -> None:
        self.put("out/meson-private/x", "")
        self.put("out/log", "/" "work/main TO" "DO\n")
        self.put("build-check-unpacked/usr/share/log", "/" "work/main TO" "DO\n")
        self.put("tests/transcripts/x.jsonl", "/home/node\n")
        self.assertEqual(floors.check(self.root), [])


if __name__ == "__main__":
    unittest.main()
