// Open streams end with their rune: lightningd is asked again in between, and when the rune's own time is over.
#include "lndapi/macaroon.hpp"
#include "service_fixture.hpp"

#include "base/hex.hpp"
#include "wire/base64.hpp"

#include <doctest/doctest.h>

namespace permission_watch_test {

using namespace std::chrono;
using unit::FakeExchange;
using unit::ServiceFixture;

namespace {

std::string hex(const std::string& bytes) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// As clients send it.
std::string rune_with(const std::string& restrictions) {
    return hex(std::string(32, '\xee') + "=1&" + restrictions);
}

const sys_seconds end = sys_days(year(2026) / 11 / 28) + 12h;
const auto until_end = "time<" + std::to_string(end.time_since_epoch().count());

struct Fixture : ServiceFixture {
    /// The clock stands still just before the end, until over(). Timers run.
    explicit Fixture(milliseconds pause = 1h) : ServiceFixture(pause) {
        now = end - 1us;
        begin();
    }
    void over() { now = end; }
    /// A timer that is early must not end anything: some come while the clock stands.
    void wait_some_timers() {
        io::Timer timer(loop);
        for (int i = 0; i < 3; ++i) {
            bool fired = false;
            timer.start(30ms, [&] { fired = true; });
            REQUIRE(unit::until(loop, [&] { return fired; }));
        }
    }

    std::unique_ptr<FakeExchange> open(const std::string& macaroon) {
        auto call = std::make_unique<FakeExchange>();
        call->asked.http2 = true;
        call->asked.method = "POST";
        call->asked.path = "/routerrpc.Router/TrackPayments";
        call->asked.peer = "127.0.0.1";
        call->asked.headers = {{"content-type", "application/grpc"}, {"macaroon", macaroon}};
        call->asked.body = std::string(5, '\0');
        auto started = start(std::move(call));
        CHECK(answer(*started).empty());
        return started;
    }
    void wait_end(FakeExchange& call) {
        REQUIRE(unit::until(loop, [&] {
            (void)call.read();
            return call.ended;
        }));
    }
};

/// The status of a call that has ended, with lightningd's reason.
std::string outcome(const FakeExchange& call) {
    return FakeExchange::value(call.trailers, "grpc-message") + " / " +
           FakeExchange::value(call.trailers, "trackpayments-reason");
}

} // namespace

TEST_CASE("when the rune's time is over, lightningd is asked, and the stream ends with its refusal") {
    Fixture fixture;
    const auto call = fixture.open(rune_with(until_end));
    const auto stays = fixture.open(ServiceFixture::rune);
    fixture.rune_error = {1502, "Not permitted: time is greater or equal to 7"};
    fixture.wait_some_timers();
    CHECK(fixture.rune_checks.size() == 2);
    CHECK_FALSE(call->ended);
    fixture.over();
    fixture.wait_end(*call);
    CHECK(outcome(*call) == "permission denied / Not permitted: time is greater or equal to 7");
    CHECK(fixture.rune_checks.size() == 3);
    CHECK(fixture.answer(*stays).empty());
    CHECK_FALSE(stays->ended);
}

TEST_CASE("lightningd decides: a stream that it permits after the time goes on") {
    Fixture fixture;
    const auto call = fixture.open(rune_with(until_end));
    fixture.over();
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.rune_checks.size() == 2; }));
    CHECK(fixture.answer(*call).empty());
    CHECK_FALSE(call->ended);
}

TEST_CASE("without an answer of lightningd the stream ends all the same") {
    Fixture fixture;
    const auto call = fixture.open(rune_with(until_end));
    fixture.rune_error = {-1, "trouble"};
    fixture.over();
    fixture.wait_end(*call);
    CHECK(outcome(*call) == "permission denied / Not permitted: its time is over");
}

TEST_CASE("a rune with a rate ends at its time, and is not asked for before") {
    Fixture fixture(1ms);
    const auto call = fixture.open(rune_with("rate=5&" + until_end));
    const auto never = fixture.open(rune_with("rate=5"));
    const auto other = fixture.open(ServiceFixture::rune);
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.rune_checks.size() > 20; }));
    fixture.wait_some_timers();
    const auto asked = [&] {
        return std::count_if(fixture.rune_checks.begin(), fixture.rune_checks.end(),
                             [](const json::Tree& check) { return check["rune"] != ServiceFixture::rune; });
    };
    CHECK(asked() == 2); // when they began
    fixture.rune_error = {1502, "Not permitted: time"};
    fixture.over();
    fixture.wait_end(*call);
    fixture.wait_end(*other);
    CHECK(outcome(*call) == "permission denied / Not permitted: time");
    CHECK(asked() == 3);
    CHECK_FALSE(never->ended);
}

TEST_CASE("a caveat of the macaroon ends the stream without a question") {
    Fixture fixture;
    const auto id = lndapi::write_macaroon_id({"nonce", ServiceFixture::rune, {}});
    const std::string caveat = "time-before 2026-11-28T12:00:00Z";
    const auto call = fixture.open(
        hex(lndapi::write_macaroon({"lnd", id, {"time-before 2100-01-01T00:00:00Z", caveat}, std::string(32, 's')})));
    fixture.wait_some_timers();
    CHECK_FALSE(call->ended);
    fixture.over();
    fixture.wait_end(*call);
    CHECK(outcome(*call) == "caveat \"" + caveat + "\" not satisfied: macaroon has expired / (none)");
    CHECK(fixture.rune_checks.size() == 1);
}

} // namespace permission_watch_test
