// Cuts long listings into slices.
#include "cln/row_slices.hpp"

#include "json/text.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace row_slices_test {

using cln::RowSlices;

namespace {

std::string listing(std::size_t rows, const std::string& between = ",") {
    std::string text = R"({"other":[1,{"payments":[7]}],"payments":[)";
    for (std::size_t i = 0; i < rows; ++i)
        text += (i > 0 ? between : "") + R"({"id":)" + std::to_string(i) + R"(,"label":"]},[\"{"})";
    return text + R"(],"more":{}})";
}

std::vector<std::string> all(const std::string& text) {
    RowSlices slices(text);
    std::vector<std::string> found;
    while (!slices.done() && found.size() < 1000)
        found.push_back(slices.next());
    return found;
}

} // namespace

TEST_CASE("every row comes once and in order, at most a hundred a slice") {
    for (const std::size_t rows : {0U, 1U, 99U, 100U, 101U, 200U, 250U}) {
        std::size_t next = 0;
        const auto slices = all(listing(rows, " ,\n"));
        CHECK(slices.size() == std::max<std::size_t>(1, (rows + 99) / 100));
        for (const auto& slice : slices) {
            const auto parsed = json::parse(slice);
            REQUIRE(parsed.has_value());
            const auto& list = (*parsed)["payments"];
            CHECK(list.size() <= RowSlices::rows_a_turn);
            for (const auto& row : list)
                CHECK(row["id"] == next++);
        }
        CHECK(next == rows);
    }
}

TEST_CASE("a value that is no listing comes as one slice, unchanged") {
    const std::vector<std::string> texts{"5", "[]",          "{}", R"({"payments":{}})", R"({"payments":[1)",
                                         "",  "\"payments\""};
    for (const auto& text : texts)
        CHECK(all(text) == std::vector{text});
}

TEST_CASE("a member that is no array comes as one slice, which is the last") {
    const std::vector<std::string> insides{"1 2", "1,,2", "1,2,", ",", "1,:", R"("a)"};
    for (const auto& inside : insides) {
        const auto slices = all(R"({"payments":[)" + inside + "]}");
        CHECK(slices.size() == 1);
        CHECK_FALSE(json::parse(slices.back()).has_value());
    }
}

} // namespace row_slices_test
