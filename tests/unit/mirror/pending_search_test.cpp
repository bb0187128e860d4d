// Searches a node whose answers the test gives.
#include "mirror/pending_search.hpp"

#include "facts.hpp"
#include "node.hpp"

#include <doctest/doctest.h>

namespace pending_search_test {

using namespace facts;
using mirror::PendingSearch;

namespace {

struct Fixture {
    io::Loop loop;
    unit::Node node{loop};
    std::vector<std::string> events; ///< created indexes that were found, and the other events
    PendingSearch search{loop,
                         node.lightningd,
                         {[this](const std::vector<payments::Row>& rows) {
                              for (const auto& row : rows)
                                  events.push_back(std::to_string(row.created.value));
                          },
                          [this] { events.emplace_back("newest listed"); }, [this] { events.emplace_back("over"); }},
                         [this](base::LogLevel, const std::string& line) { node.log.push_back(line); }};

    unit::Node::Call never_updated(std::size_t limit = 100) {
        return call({{"index", "updated"}, {"start", 0}, {"limit", limit}});
    }
    unit::Node::Call newest(std::uint64_t start) {
        return call({{"status", "pending"}, {"index", "created"}, {"start", start}, {"limit", 100}});
    }
    unit::Node::Call page(std::uint64_t start) {
        return call({{"index", "created"}, {"start", start}, {"limit", 100}});
    }
    std::vector<std::string> take() { return std::exchange(events, {}); }

    /// Up to the first page of the background, on a node with rows from before v23.11.
    void search_older(std::uint64_t newest_row) {
        search.begin({newest_row});
        node.answer(never_updated(), unit::listing(old_rows(1)));
        node.answer(never_updated(1000), unit::listing(old_rows(1, 1000)));
        node.answer(newest(newest_row - 19'999), unit::listing({}));
        CHECK(take() == Events{"newest listed"});
    }

    /// A page of finished rows that were never updated.
    static std::vector<payments::Row> old_rows(std::uint64_t from, std::size_t count = mirror::rows_per_page) {
        std::vector<payments::Row> rows;
        for (std::uint64_t at = from; at < from + count; ++at)
            rows.push_back(complete(pending(1, 1, 0, at), 0));
        return rows;
    }
    using Events = std::vector<std::string>;

  private:
    unit::Node::Call call(const json::Tree& params) {
        auto call = node.next();
        CHECK(call.method == "listsendpays");
        CHECK(call.params == params);
        return call;
    }
};

using Events = Fixture::Events;

} // namespace

TEST_CASE("all pending rows are found in one page, however old they are") {
    Fixture f;
    f.search.begin({1'000'000});
    auto rows = std::vector{pending(1, 1, 0, 50), pending(2, 1, 0, 999'990)};
    for (std::uint64_t at = 1; rows.size() < mirror::rows_per_page; ++at)
        rows.push_back(complete(pending(3, 1, 0, at), at));
    f.node.answer(f.never_updated(), unit::listing(rows));
    CHECK(f.take() == Events{"50", "999990", "newest listed", "over"});
    CHECK(f.search.over());
    CHECK(f.node.quiet());
}

TEST_CASE("a page that is not full has all pending rows, also beside old rows") {
    Fixture f;
    f.search.begin({200});
    f.node.answer(f.never_updated(), unit::listing({complete(pending(1, 1, 0, 5), 0), pending(2, 1, 0, 150)}));
    CHECK(f.take() == Events{"150", "newest listed", "over"});
}

TEST_CASE("behind many old rows the newest rows are listed first, then the others page by page") {
    Fixture f;
    f.search.begin({20'150});
    f.node.answer(f.never_updated(), unit::listing(Fixture::old_rows(1)));
    CHECK(f.take().empty());
    auto first = Fixture::old_rows(1, 1000);
    first[6] = pending(7, 1, 0, 7);
    f.node.answer(f.never_updated(1000), unit::listing(first));
    CHECK(f.take() == Events{"7"});
    f.node.answer(f.newest(151), unit::listing({pending(8, 1, 0, 20'000)}));
    CHECK(f.take() == Events{"20000", "newest listed"});
    CHECK_FALSE(f.search.over());
    f.node.answer(f.page(1), unit::listing(Fixture::old_rows(1)));
    CHECK(f.take().empty());
    auto second = Fixture::old_rows(101);
    second[3] = pending(9, 1, 0, 104);
    f.node.answer(f.page(101), unit::listing(second));
    CHECK(f.take() == Events{"104", "over"}); // the rows from 151 on were listed before
    CHECK(f.node.quiet());
}

TEST_CASE("hundreds of pending rows are listed in one longer page") {
    Fixture f;
    f.search.begin({300});
    std::vector<payments::Row> rows;
    for (std::uint64_t at = 1; at <= mirror::rows_per_page; ++at)
        rows.push_back(pending(1, 1, 0, at));
    f.node.answer(f.never_updated(), unit::listing(rows));
    rows.push_back(pending(2, 1, 0, 300));
    f.node.answer(f.never_updated(1000), unit::listing(rows));
    CHECK(f.events.size() == 103); // each once
    CHECK(f.events.back() == "over");
}

TEST_CASE("a thousand pending rows are listed by their created index") {
    Fixture f;
    f.search.begin({1100});
    std::vector<payments::Row> rows;
    for (std::uint64_t at = 1; at <= 1000; ++at)
        rows.push_back(pending(1, 1, 0, at));
    f.node.answer(f.never_updated(), unit::listing({rows.begin(), rows.begin() + 100}));
    f.node.answer(f.never_updated(1000), unit::listing(rows));
    for (std::size_t at = 0; at < 1000; at += 100)
        f.node.answer(f.newest(at + 1), unit::listing({rows.begin() + static_cast<std::ptrdiff_t>(at),
                                                       rows.begin() + static_cast<std::ptrdiff_t>(at) + 100}));
    f.node.answer(f.newest(1001), unit::listing({pending(2, 1, 0, 1100)}));
    CHECK(std::count(f.events.begin(), f.events.end(), "1100") == 1);
    CHECK(f.events.back() == "over"); // no other row is older
    CHECK(f.node.quiet());
}

TEST_CASE("one page of the background is requested at a time, after a pause") {
    Fixture f;
    f.search_older(30'000);
    const auto first = f.page(1);
    CHECK(f.node.quiet());
    f.node.answer(first, unit::listing(Fixture::old_rows(1)));
    (void)f.page(101);
    CHECK(f.node.quiet());
}

TEST_CASE("rows that were deleted leave gaps or an early end") {
    Fixture f;
    f.search_older(30'000);
    auto rows = Fixture::old_rows(1);
    rows.back() = complete(pending(1, 1, 0, 7'000), 0);
    f.node.answer(f.page(1), unit::listing(rows));
    f.node.answer(f.page(7'001), unit::listing({pending(4, 1, 0, 8'000)}));
    CHECK(f.take() == Events{"8000", "over"});
}

TEST_CASE("a refused listing is repeated") {
    Fixture f;
    f.search.begin({30'000});
    f.node.refuse(f.never_updated(), {-1, "not now"});
    f.node.answer(f.never_updated(), unit::listing(Fixture::old_rows(1)));
    f.node.refuse(f.never_updated(1000), {-1, "not now"});
    f.node.answer(f.never_updated(1000), unit::listing(Fixture::old_rows(1, 1000)));
    f.node.refuse(f.newest(10'001), {-1, "not now"});
    f.node.answer(f.newest(10'001), unit::listing({}));
    f.node.refuse(f.page(1), {-1, "not now " + std::string(64, 'a')});
    f.node.answer(f.page(1), unit::listing({}));
    CHECK(f.take() == Events{"newest listed", "over"});
    CHECK(f.node.log == Events{"listsendpays refused: not now", "listsendpays refused: not now",
                               "listsendpays refused: not now", "listsendpays refused: not now (a long text)"});
}

TEST_CASE("after a lost connection the background goes on where it was") {
    Fixture f;
    f.search_older(30'000);
    f.node.answer(f.page(1), unit::listing(Fixture::old_rows(1)));
    (void)f.page(101);
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.search.halt();
    CHECK(f.node.quiet());
    f.search.go_on();
    f.node.answer(f.page(101), unit::listing({}));
    CHECK(f.take() == Events{"over"});
    f.search.go_on();
    CHECK(f.node.quiet());
}

TEST_CASE("a connection lost before the newest rows are listed begins the search anew") {
    Fixture f;
    f.search.begin({30'000});
    f.node.answer(f.never_updated(), unit::listing(Fixture::old_rows(1)));
    f.node.answer(f.never_updated(1000), unit::listing(Fixture::old_rows(1, 1000)));
    (void)f.newest(10'001);
    f.node.hang_up();
    REQUIRE(unit::until(f.loop, [&] { return f.node.connected(); }));
    f.search.halt();
    f.search.go_on();
    CHECK(f.node.quiet());
    f.search.begin({30'005});
    f.node.answer(f.never_updated(), unit::listing({}));
    CHECK(f.take() == Events{"newest listed", "over"});
}

} // namespace pending_search_test
