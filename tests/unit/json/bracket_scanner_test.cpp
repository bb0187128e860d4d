// BracketScanner against a plain scanner that takes one byte at a time.
#include "json/bracket_bits.hpp"
#include "json/bracket_scanner.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace bracket_scanner_test {

using json::BracketScanner;

namespace {

struct End {
    std::size_t at = BracketScanner::open_end;
    std::size_t deepest = 0;
    bool operator==(const End&) const = default;
};

End byte_by_byte(std::string_view text) {
    End end;
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string && c == '\\') {
            ++at;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            end.deepest = std::max(end.deepest, ++depth);
        } else if (!in_string && (c == '}' || c == ']') && --depth == 0) {
            end.at = at + 1;
            return end;
        }
    }
    return end;
}

End in_pieces(std::string_view text, std::size_t cut) {
    BracketScanner nesting;
    End end;
    end.at = nesting.run(text.substr(0, cut), 0);
    if (end.at == BracketScanner::open_end)
        end.at = nesting.run(text, cut);
    end.deepest = nesting.deepest();
    CHECK((nesting.depth() == 0) == (end.at != BracketScanner::open_end));
    return end;
}

/// The text at each offset within the scanner's 64-byte blocks.
std::vector<std::string> moved(const std::string& text) {
    std::vector<std::string> all;
    for (std::size_t by = 0; by < 66; ++by)
        all.push_back("[" + std::string(by, ' ') + text);
    return all;
}

struct CorpusFile {
    std::string name;
    std::string text;
};

std::vector<CorpusFile> corpus() {
    std::vector<CorpusFile> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(CORPUS)) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream in(entry.path(), std::ios::binary);
        files.push_back({entry.path().string(), {std::istreambuf_iterator<char>(in), {}}});
    }
    return files;
}

} // namespace

TEST_CASE("run() returns the position behind the bracket that closes the first one") {
    CHECK(BracketScanner().run("{}", 0) == 2);
    CHECK(BracketScanner().run("[{}]]]", 0) == 4);
    CHECK(BracketScanner().run("xx{\"}\":[1]} {", 2) == 11);
    CHECK(BracketScanner().run(R"({"a\"}":"\\"})", 0) == 13);
    CHECK(BracketScanner().run("{\"}", 0) == BracketScanner::open_end);
    CHECK(BracketScanner().run("[[]", 0) == BracketScanner::open_end);
}

TEST_CASE("cut at any byte, a text gives the same end as the plain scanner") {
    const std::vector<std::string> texts{
        R"({"a":1,"b":[{},[]],"c":"}]"}])",
        R"("\\","\"","]\\\"]",["\\\\"],"\\\\\"]"])",
        R"("a long string of more than sixty-four bytes without any escapes, with ] and } in it", [ ] ])",
        R"("\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"]",1])",
        R"(\"]",\]])", // a backslash outside of a string is no escape
        "\"\n\t\x80\xff[\xdb\xfb\",\xfb\xfd\xdb\xdd;]",
        R"([[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]])",
        R"("unfinished ]])",
    };
    for (const auto& text : texts)
        for (const auto& one : moved(text))
            for (std::size_t cut = 0; cut <= one.size(); ++cut)
                REQUIRE_MESSAGE(in_pieces(one, cut) == byte_by_byte(one), one, " cut at ", cut);
}

TEST_CASE("every byte but quotes, backslashes and brackets is ignored") {
    for (int c = 0; c < 256; ++c) {
        if (std::string_view("\"\\[]{}").find(static_cast<char>(c)) != std::string_view::npos)
            continue;
        const auto text = "[" + std::string(100, static_cast<char>(c)) + "]";
        REQUIRE_MESSAGE(BracketScanner().run(text, 0) == text.size(), c);
    }
}

TEST_CASE("the bytes of every fuzz corpus give the same bits on every processor") {
    using namespace json::bracket_bits;
    const auto files = corpus();
    CHECK(files.size() > 500);
    for (const auto& file : files) {
        const auto padded = file.text + std::string(block_size, ' ');
        for (std::size_t at = 0; at <= file.text.size(); ++at)
            REQUIRE_MESSAGE(of(padded.data() + at) == portable(padded.data() + at), file.name, " at ", at);
    }
}

TEST_CASE("every text in a fuzz corpus ends where the plain scanner says") {
    for (const auto& file : corpus())
        if (const auto first = file.text.find_first_of("{["); first != std::string::npos) {
            const auto text = file.text.substr(first);
            for (const std::size_t cut : {std::size_t{0}, text.size() / 2, text.size()})
                REQUIRE_MESSAGE(in_pieces(text, cut) == byte_by_byte(text), file.name, " cut at ", cut);
        }
}

TEST_CASE("after reset() nothing of the earlier text has an effect") {
    BracketScanner nesting;
    CHECK(nesting.run("[[[\"\\", 0) == BracketScanner::open_end);
    CHECK(nesting.depth() == 3);
    nesting.reset();
    CHECK(nesting.depth() == 0);
    CHECK(nesting.run("{\"]\":1}", 0) == 7);
    CHECK(nesting.deepest() == 1);
}

TEST_CASE("an escape cut between two reads has no effect on the next text") {
    BracketScanner nesting;
    CHECK(nesting.run("[\"\\", 0) == BracketScanner::open_end);
    CHECK(nesting.run("n\"]", 0) == 3);
    CHECK(nesting.run("[\"\",\\]", 0) == 6);
}

} // namespace bracket_scanner_test
