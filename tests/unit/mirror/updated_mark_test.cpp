// Which changes of rows move the mark of the updated index without a page.
#include "mirror/updated_mark.hpp"

#include "facts.hpp"
#include "taken_facts.hpp"

#include <doctest/doctest.h>

namespace updated_mark_test {

using namespace facts;
using mirror::UpdatedMark;

namespace {

struct Fixture {
    payments::Table table{1000};
    unit::TakenFacts facts;
    publish::Progress progress;
    UpdatedMark mark{table, facts, progress};

    Fixture() {
        progress.reset({{5}, {5}});
        facts.on_fact = [this](const payments::Event& fact) { table.apply(fact); };
    }
    [[nodiscard]] std::uint64_t read() const { return progress.read().updated.value; }
    void settled(std::uint8_t payment, std::uint64_t updated) {
        mark.ended({{hash(payment), {9}}, {1}, {payment}, {updated}});
    }
    /// A failed part of that payment is notified.
    void failed(std::uint8_t payment, std::uint64_t created) {
        const auto row = pending(payment, 9, 1, created);
        table.apply(failure(row, 0x1007, 1));
        mark.ended({row.key, row.partid, row.created, {0}});
    }
    void wait_named(std::uint64_t number, std::uint8_t payment, bool as_failed = true) {
        mark.waited({number}, {hash(payment), {9}, {1}, as_failed});
    }
    [[nodiscard]] std::uint64_t number_of(std::uint8_t payment) const {
        return table.find({hash(payment), {9}})->parts.back().updated.value;
    }
};

} // namespace

TEST_CASE("a settled part with the next number moves the mark, others wait for the gap to close") {
    Fixture f;
    f.settled(1, 6);
    CHECK(f.read() == 6);
    f.settled(2, 8);
    f.settled(3, 9);
    f.settled(4, 11);
    CHECK(f.read() == 6);
    f.settled(5, 7);
    CHECK(f.read() == 9);
    f.settled(5, 7); // again
    CHECK(f.read() == 9);
    f.settled(6, 10);
    CHECK(f.read() == 11);
}

TEST_CASE("a failure has no number until a wait names it, in either order") {
    for (const bool wait_first : {true, false}) {
        Fixture f;
        if (wait_first)
            f.wait_named(6, 1);
        f.failed(1, 10);
        if (!wait_first) {
            CHECK(f.read() == 5);
            f.wait_named(6, 1);
        }
        CHECK(f.read() == 6);
        CHECK(f.number_of(1) == 6);
    }
}

TEST_CASE("the number is stored before the mark moves, because the payment holds the cursor there") {
    Fixture f;
    f.facts.on_fact = [&](const payments::Event& fact) {
        CHECK(std::holds_alternative<payments::PartNumbered>(fact));
        CHECK(f.read() == 5);
    };
    f.failed(1, 10);
    f.wait_named(6, 1);
    CHECK(f.facts.all.size() == 1);
    CHECK(f.read() == 6);
}

TEST_CASE("failures and settled parts close each other's gaps") {
    Fixture f;
    f.failed(1, 10);
    f.settled(2, 7);
    CHECK(f.read() == 5);
    f.wait_named(6, 1);
    CHECK(f.read() == 7);
}

TEST_CASE("a wait that names another row, or another end, explains nothing") {
    Fixture f;
    f.failed(1, 10);
    f.wait_named(6, 2);
    f.wait_named(6, 1, false);
    CHECK(f.read() == 5);
    CHECK(f.number_of(1) == 0);
}

TEST_CASE("a page makes what was not matched invalid") {
    Fixture f;
    f.failed(1, 10);
    f.settled(3, 9);
    f.progress.advance(base::UpdatedIndex{5}, base::UpdatedIndex{8}); // the page had the row of payment 1
    f.mark.page_read();
    CHECK(f.read() == 9); // the settled part follows
    f.wait_named(10, 1);  // another row with the same numbers
    CHECK(f.read() == 9);
    CHECK(f.number_of(1) == 0);
}

TEST_CASE("a failure whose row a page has shown already has its number") {
    Fixture f;
    f.table.apply(seen(facts::failed(pending(1, 9, 1, 10), 6)));
    f.progress.advance(base::UpdatedIndex{5}, base::UpdatedIndex{6});
    f.mark.page_read();
    f.failed(1, 10);
    f.wait_named(7, 1);
    CHECK(f.read() == 6);
    CHECK(f.number_of(1) == 6);
}

TEST_CASE("a newer failure of the same part number replaces the older one") {
    Fixture f;
    f.failed(1, 10);
    f.failed(1, 11);
    f.wait_named(6, 1);
    CHECK(f.read() == 6);
    CHECK(f.facts.of<payments::PartNumbered>().front().created.value == 11);
}

TEST_CASE("nothing is kept beyond a limit: a page reads it") {
    Fixture f;
    for (std::uint64_t n = 7; n < 7 + 2000; ++n)
        f.mark.ended({{hash(1), {n}}, {1}, {n}, {n}});
    f.settled(2, 6);
    CHECK(f.read() == 1006);
}

TEST_CASE("at a new connection all begins anew") {
    Fixture f;
    f.failed(1, 10);
    f.settled(3, 7);
    f.mark.clear();
    f.wait_named(6, 1);
    f.settled(4, 6);
    CHECK(f.read() == 6);
}

} // namespace updated_mark_test
