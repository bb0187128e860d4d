// The command `trackpayments-status`, on a mirror whose lightningd is the test.
#include "commands/status.hpp"

#include "mirror_fixture.hpp"

#include <doctest/doctest.h>

namespace status_test {

using namespace facts;

namespace {

struct Fixture : unit::MirrorFixture {
    using MirrorFixture::MirrorFixture;

    [[nodiscard]] tl::expected<std::string, rpc::Error> ask(std::uint64_t connections, const std::string& params = "[]",
                                                            const std::string& filter = "") {
        return commands::status({table, *mirror, progress, *publisher}, connections, 3, *json::parse(params), filter);
    }
    [[nodiscard]] json::Tree status(std::uint64_t connections = 1) { return *json::parse(ask(connections).value()); }
};

json::Tree position(int created, int updated) {
    return {{"created", created}, {"updated", updated}};
}

} // namespace

TEST_CASE("before the first connection there are no counters, and nothing is ready") {
    Fixture fixture;
    CHECK(fixture.status(0) == *json::parse(R"({"ready":false,"complete":false,"payments":0,"payments_in_flight":0,
        "parts":0,"callers":3,"queued_bytes":0,"merged_snapshots":0,"reconnects":0,
        "read":{"created":0,"updated":0},"cursor":{"created":0,"updated":0}})"));
}

TEST_CASE("every connection but the first is a reconnect") {
    Fixture fixture;
    CHECK(fixture.status(1)["reconnects"] == 0);
    CHECK(fixture.status(4)["reconnects"] == 3);
}

TEST_CASE("what lightningd has counted and the plugin has not read is seen") {
    Fixture fixture;
    fixture.connect(0, 0);
    CHECK(fixture.status()["counters"] == position(0, 0));
    (void)fixture.next(); // the waits; then the listing at the start, which is left open
    fixture.node.answer(fixture.waits["created 1"], R"({"subsystem":"sendpays","created":7})");
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.status()["counters"] == position(7, 0); }));
    CHECK(fixture.status()["read"] == position(0, 0));
}

TEST_CASE("payments in flight and finished ones are counted, with their parts") {
    Fixture fixture;
    for (const auto& row : {pending(1, 0, 1, 1), pending(1, 0, 2, 2), complete(pending(2, 0, 0, 3), 1)})
        (void)fixture.table.apply(seen(row));
    const auto shown = fixture.status();
    CHECK(shown["payments"] == 2);
    CHECK(shown["payments_in_flight"] == 1);
    CHECK(shown["parts"] == 3);
}

TEST_CASE("a parameter is refused, and a filter selects") {
    Fixture fixture;
    CHECK(fixture.ask(1, "[1]").error().code == rpc::invalid_params);
    CHECK(fixture.ask(1, R"({"x":1})").error().code == rpc::invalid_params);
    CHECK(commands::check_status(*json::parse(R"({"x":1})"))->code == rpc::invalid_params);
    CHECK_FALSE(commands::check_status(*json::parse("{}")));
    CHECK(fixture.ask(2, "{}", R"({"reconnects":true})") == R"({"reconnects":1})");
}

} // namespace status_test
