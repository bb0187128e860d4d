"""places.py finds operators, constants and calls in code, and nothing elsewhere."""
import tempfile
import unittest
from pathlib import Path

import places

CODE = """#include <vector>
// a == b, 1
void Room::work(const std::vector<int>& all, Fact&& fact) {
    if (all.size() > most && !busy_)
        facts_.take(std::move(fact), "1 + 1 == 2");
    log_(level, std::to_string(count + 1));
    const auto text = R"(true "1")";
    return begin(all, 0x10);
}
"""


def changed(code: str) -> list[str]:
    """The lines that the mutants of this code have in place of its own, without indentation."""
    lines = code.splitlines()
    return ["\n".join(new.strip() for old, new in zip(lines, place.change(code).splitlines()) if old != new)
            for place in places.places("room/room.cpp", code)]


class Places(unittest.TestCase):
    def test_operators_constants_and_calls_are_changed_and_nothing_else(self) -> None:
        self.assertEqual(changed(CODE), ["if (all.size() >= most && !busy_)", "if (all.size() > most || !busy_)",
                                         "if (all.size() > most && busy_)", ";", "return begin(all, 17);"])

    def test_a_step_a_sum_and_a_truth_are_turned_round(self) -> None:
        self.assertEqual(changed("++at;\n"), ["--at;"])
        self.assertEqual(changed("sum += 1'000;\n"), ["sum -= 1'000;", "sum += 1001;"])
        self.assertEqual(changed("bool seen = false;\n"), ["bool seen = true;"])

    def test_a_call_over_several_lines_is_removed_whole(self) -> None:
        self.assertEqual(places.places("x.cpp", "{\n    a.b(c,\n        d);\n}\n")[0].change("{\n    a.b(c,\n        d);\n}\n"), "{\n    ;\n}\n")

    def test_declarations_templates_and_characters_are_left_alone(self) -> None:
        self.assertEqual(changed("template <class T>\nvoid f(const char* a, T&& b);\nchar c = '1';\nArray<int> d;\n"), [])

    def test_a_place_shows_its_line_and_the_change(self) -> None:
        self.assertEqual([(place.line, place.shown) for place in places.places("x.cpp", "\n    if (a == b)\n")],
                         [(2, "if (a [== → !=] b)")])

    def test_a_seed_draws_always_the_same_order(self) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            room = Path(temporary) / "src" / "room"
            room.mkdir(parents=True)
            (room / "a.cpp").write_text(CODE, encoding="utf-8")
            (room / "b.hpp").write_text("int a = 1;\n", encoding="utf-8")
            first = places.drawn(Path(temporary), "room", 1)
            self.assertEqual(len(first), 6)
            self.assertEqual(places.drawn(Path(temporary), "room", 1), first)
            self.assertNotEqual(places.drawn(Path(temporary), "room", 2), first)


if __name__ == "__main__":
    unittest.main()
