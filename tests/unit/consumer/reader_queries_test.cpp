// Questions of others that the reader passes on: one hash, one page.
#include "reader_fixture.hpp"

namespace reader_queries_test {

using consumer::Refusal;
using unit::answer_text;
using unit::payment_text;
using unit::ReaderFixture;
using unit::until;

namespace {

template <class T>
struct Taken {
    std::optional<tl::expected<T, Refusal>> answer;
    int times = 0;
    auto callback() {
        return [this](const tl::expected<T, Refusal>& found) {
            answer = found;
            ++times;
        };
    }
};
using Payments = std::vector<consumer::SnapshotPtr>;

const auto hash = base::PaymentHash::from_hex(unit::hash_text('c')).value();
const std::string hash_params = R"({"payment_hash":")" + unit::hash_text('c') + R"("})";

} // namespace

TEST_CASE("a lookup has all payments of the hash, and moves nothing") {
    ReaderFixture f;
    f.follow();
    Taken<Payments> taken;
    f.reader->lookup(hash, taken.callback());
    CHECK(taken.times == 0);
    f.answer(f.call(hash_params), answer_text({payment_text(1, "FAILED"), payment_text(4, "IN_FLIGHT")}, "n.r.9.9"));
    REQUIRE(taken.times == 1);
    REQUIRE(taken.answer->has_value());
    REQUIRE((*taken.answer)->size() == 2);
    CHECK((**taken.answer)[1]->json == payment_text(4, "IN_FLIGHT"));
    CHECK(f.events.empty());
    CHECK(f.cursor() == "n.r.0.0");
    CHECK(f.table().empty());
}

TEST_CASE("refusals have a kind and the tracker's own sentence") {
    struct Case {
        int code;
        Refusal::Kind kind;
    };
    ReaderFixture f;
    f.follow();
    for (const auto& [code, kind] : {Case{208, Refusal::Kind::unknown_hash}, Case{-32602, Refusal::Kind::refused},
                                     Case{-1, Refusal::Kind::unavailable}, Case{-32601, Refusal::Kind::unavailable},
                                     Case{-4, Refusal::Kind::unavailable}}) {
        Taken<Payments> lookup;
        f.reader->lookup(hash, lookup.callback());
        f.refuse(f.call(hash_params), code, "a sentence");
        REQUIRE(lookup.answer);
        REQUIRE_FALSE(lookup.answer->has_value());
        CHECK(lookup.answer->error().kind == kind);
        CHECK(lookup.answer->error().message == "a sentence");
        Taken<consumer::Page> page;
        f.reader->page("n.q.1.1", page.callback());
        f.refuse(f.call_since("n.q.1.1"), code, "a sentence");
        REQUIRE(page.answer);
        CHECK(page.answer->error().kind == kind);
    }
    CHECK(f.reader->state() == consumer::State::active);
    CHECK(f.log.empty());
}

TEST_CASE("only the last update of a page has its cursor, those before it the one that was asked for") {
    ReaderFixture f;
    f.follow();
    Taken<consumer::Page> taken;
    f.reader->page("n.q.1.1", taken.callback());
    f.answer(f.call_since("n.q.1.1"),
             answer_text({payment_text(1, "FAILED"), payment_text(2, "FAILED"), payment_text(3, "FAILED")}, "n.r.3.3",
                         true));
    REQUIRE(taken.answer);
    REQUIRE(taken.answer->has_value());
    const auto& page = **taken.answer;
    REQUIRE(page.updates.size() == 3);
    CHECK(*page.updates[0].cursor == "n.q.1.1");
    CHECK(*page.updates[1].cursor == "n.q.1.1");
    CHECK(*page.updates[2].cursor == "n.r.3.3");
    CHECK(page.updates[2].payment->payment_index == 3);
    CHECK(*page.cursor == "n.r.3.3");
    CHECK(page.more);
    CHECK(f.events.empty());
    CHECK(f.cursor() == "n.r.0.0");
}

TEST_CASE("a cursor of any text is asked as JSON") {
    ReaderFixture f;
    f.follow();
    Taken<consumer::Page> taken;
    f.reader->page("a\"},{\n\xff", taken.callback());
    f.refuse(f.call("{\"since\":\"a\\\"},{\\n\xef\xbf\xbd\"}"), -32602, "since: no");
    CHECK(taken.times == 1);
}

TEST_CASE("without a socket the answer is that lightningd cannot be asked, in a later turn") {
    ReaderFixture f;
    Taken<Payments> lookup;
    Taken<consumer::Page> page;
    f.reader->lookup(hash, lookup.callback()); // never connected
    CHECK(lookup.times == 0);
    REQUIRE(until(f.loop, [&] { return lookup.times == 1; }));
    CHECK(lookup.answer->error().kind == Refusal::Kind::unavailable);
    f.follow();
    f.reader->page("n.r.0.0", page.callback());
    (void)f.call_since("n.r.0.0");
    f.node.hang_up();
    REQUIRE(until(f.loop, [&] { return page.times == 1; }));
    CHECK(page.answer->error().kind == Refusal::Kind::unavailable);
}

} // namespace reader_queries_test
