#include "service_fixture.hpp"

#include "lndapi/macaroon.hpp"

#include "base/hex.hpp"

#include <doctest/doctest.h>

namespace service_test {

using unit::FakeExchange;
using unit::ServiceFixture;

namespace {

std::string grpc_status(const FakeExchange& call) {
    return FakeExchange::value(call.headers, "grpc-status") + " " + FakeExchange::value(call.headers, "grpc-message");
}

/// The error of a call without a stream.
std::string rest_error(int code, const std::string& message) {
    return "{\"code\":" + std::to_string(code) + ",\"message\":\"" + message + "\",\"details\":[]}";
}

void set_macaroons(FakeExchange& exchange, const std::vector<std::string>& values) {
    std::erase_if(exchange.asked.headers, [](const http::Header& header) { return header.name == "macaroon"; });
    for (const auto& value : values)
        exchange.asked.headers.push_back({"macaroon", value});
}

std::unique_ptr<FakeExchange> grpc_with(ServiceFixture& fixture, const std::vector<std::string>& macaroons) {
    auto exchange = std::make_unique<FakeExchange>();
    exchange->asked.http2 = true;
    exchange->asked.method = "POST";
    exchange->asked.path = "/routerrpc.Router/TrackPayments";
    exchange->asked.peer = "127.0.0.1";
    exchange->asked.headers = {{"content-type", "application/grpc"}};
    exchange->asked.body = std::string(5, '\0');
    set_macaroons(*exchange, macaroons);
    return fixture.start(std::move(exchange));
}

std::string hex(const std::string& bytes) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string macaroon(const std::vector<std::string>& caveats) {
    const auto id = lndapi::write_macaroon_id({"nonce", ServiceFixture::rune, {}});
    return hex(lndapi::write_macaroon({"lnd", id, caveats, std::string(32, 's')}));
}

} // namespace

TEST_CASE("before the tracker has answered, calls have LND's error, except State") {
    ServiceFixture fixture;
    fixture.held = "trackpayments";
    const auto early = fixture.rest("/v1/getinfo");
    CHECK(fixture.answer(*early) == rest_error(2, "waiting to start, RPC services not available"));
    CHECK(early->status == 500);
    const auto state = fixture.rest("/v1/state", "", false);
    CHECK(fixture.answer(*state) == R"({"state":"WAITING_TO_START"})");
    CHECK(state->status == 200);
    CHECK(FakeExchange::value(state->headers, "Content-Length") == "28");
    const auto changes = fixture.rest("/v1/state/subscribe", "", false);
    CHECK(fixture.answer(*changes) == "{\"result\":{\"state\":\"WAITING_TO_START\"}}\n");
    REQUIRE(fixture.node.calls.size() == 1);
    fixture.node.answer(fixture.node.calls.front(), R"({"payments":[],"cursor":"n.run1.1.1"})");
    fixture.begin();
    CHECK(fixture.answer(*changes) == "{\"result\":{\"state\":\"SERVER_ACTIVE\"}}\n");
    CHECK_FALSE(changes->ended);
}

TEST_CASE("while the tracker is away, new calls for payments are unavailable, and others work") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.tracker_error = {rpc::method_not_found, "Unknown command"};
    fixture.node.hang_up();
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.reader.state() == consumer::State::away; }));
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.client.up(); }));
    const auto payments = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    CHECK(fixture.answer(*payments).empty());
    CHECK(grpc_status(*payments) == "14 the plugin trackpayments is not running");
    const auto version = fixture.rest("/v2/versioner/version");
    CHECK(fixture.answer(*version).find("0.21.0-beta") != std::string::npos);
}

TEST_CASE("a call needs one macaroon, and its form is checked before lightningd is asked") {
    ServiceFixture fixture;
    fixture.begin();
    const auto refused = [&](const std::vector<std::string>& macaroons) {
        const auto call = grpc_with(fixture, macaroons);
        CHECK(fixture.answer(*call).empty());
        CHECK(call->without_body);
        return grpc_status(*call);
    };
    CHECK(refused({}) == "2 expected 1 macaroon, got 0");
    CHECK(refused({"a", "b"}) == "2 expected 1 macaroon, got 2");
    CHECK(refused({"zz"}) == "2 encoding/hex: invalid byte: U+007A 'z'");
    CHECK(refused({"ffff"}) == "2 cannot determine data format of binary-encoded macaroon");
    CHECK(refused({macaroon({"time-before 2001-01-01T00:00:00Z"})}) ==
          "2 caveat \"time-before 2001-01-01T00:00:00Z\" not satisfied: macaroon has expired");
    CHECK(refused({macaroon({"ipaddr 10.0.0.1"})}) ==
          "2 caveat \"ipaddr 10.0.0.1\" not satisfied: macaroon locked to different IP address");
    CHECK(fixture.rune_checks.empty());
    const auto good = grpc_with(fixture, {macaroon({"ipaddr 127.0.0.1", "time-before 2200-01-01T00:00:00Z"})});
    CHECK(fixture.answer(*good).empty());
    CHECK(good->status == 200);
    CHECK_FALSE(good->without_body);
    REQUIRE(fixture.rune_checks.size() == 1);
    CHECK(fixture.rune_checks[0].at("rune") == ServiceFixture::rune);
}

TEST_CASE("lightningd's refusals have LND's texts, and its own reason beside them") {
    ServiceFixture fixture;
    fixture.begin();
    const auto refused = [&](int code, const std::string& reason) {
        fixture.rune_error = {code, reason};
        const auto call = fixture.grpc("/routerrpc.Router/TrackPayments", "");
        CHECK(fixture.answer(*call).empty());
        return grpc_status(*call) + " | " + FakeExchange::value(call->headers, "trackpayments-reason");
    };
    const std::string mismatch = "2 verification failed: signature mismatch after caveat verification";
    CHECK(refused(1501, "Not authorized") == mismatch + " | Not authorized");
    CHECK(refused(1502, "Not permitted: method") == "2 permission denied | Not permitted: method");
    CHECK(refused(1503, "Blacklisted") == mismatch + " | Blacklisted");
    CHECK(refused(rpc::invalid_params, "rune: invalid token '\"SECRET\"'") == mismatch + " | (none)");
    CHECK(refused(-1, "odd").starts_with("14 lightningd could not check the rune"));
    CHECK(refused(rpc::method_not_found, "Unknown").starts_with("14 this lightningd has no runes"));
}

TEST_CASE("the rune of an open stream is checked again, and the stream ends with it") {
    ServiceFixture fixture(std::chrono::milliseconds(5));
    fixture.begin();
    const auto call = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    CHECK(fixture.answer(*call).empty());
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.rune_checks.size() >= 4; }));
    fixture.rune_error = {-1, "trouble"}; // not a refusal
    const auto checks = fixture.rune_checks.size();
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.rune_checks.size() > checks + 2; }));
    CHECK(fixture.answer(*call).empty());
    CHECK_FALSE(call->ended);
    fixture.rune_error = {1503, "Blacklisted"};
    REQUIRE(unit::until(fixture.loop, [&] { return !fixture.answer(*call).empty() || call->ended; }));
    CHECK(FakeExchange::value(call->trailers, "grpc-message") ==
          "verification failed: signature mismatch after caveat verification");
    CHECK(FakeExchange::value(call->trailers, "trackpayments-reason") == "Blacklisted");
}

TEST_CASE("a rune with a rate is checked only once") {
    ServiceFixture fixture(std::chrono::milliseconds(1));
    fixture.begin();
    // 32 bytes 0, then `rate=5`
    const std::string rationed = std::string(42, 'A') + "ByYXRlPTU=";
    const auto call = grpc_with(fixture, {rationed});
    const auto plain = grpc_with(fixture, {ServiceFixture::rune});
    const auto checks_of = [&](const std::string& rune) {
        return std::count_if(fixture.rune_checks.begin(), fixture.rune_checks.end(),
                             [&](const json::Tree& params) { return params.at("rune") == rune; });
    };
    REQUIRE(unit::until(fixture.loop, [&] { return checks_of(ServiceFixture::rune) > 5; }));
    CHECK(checks_of(rationed) == 1);
}

TEST_CASE("the rune is asked for the method and the parameters of the call") {
    ServiceFixture fixture;
    fixture.begin();
    const auto asked = [&](std::unique_ptr<FakeExchange> call) {
        (void)fixture.answer(*call);
        const auto params = fixture.rune_checks.back();
        return json::dump(params.at("method")) + json::dump(params.at("params"));
    };
    CHECK(asked(fixture.rest("/v2/router/payments")) == R"("trackpayments"{})");
    CHECK(asked(fixture.rest("/v2/router/payments", "no_inflight_updates=true&since=c")) ==
          R"("trackpayments"{"no_inflight_updates":true,"since":"c"})");
    CHECK(asked(fixture.grpc("/routerrpc.Router/TrackPaymentV2", "\x0a\x20" + std::string(32, '\xaa'))) ==
          R"("trackpayments"{"payment_hash":")" + unit::payment_hash('a') + "\"}");
    CHECK(asked(fixture.rest("/v2/versioner/version")) == R"("getinfo"{})");
}

TEST_CASE("unknown methods have grpc-go's texts, without a macaroon") {
    ServiceFixture fixture;
    fixture.begin();
    const auto refused = [&](const std::string& path) {
        const auto call = fixture.grpc(path, "", {});
        CHECK(fixture.answer(*call).empty());
        return grpc_status(*call);
    };
    CHECK(refused("/lnrpc.Lightning/Foo") == "12 unknown method Foo for service lnrpc.Lightning");
    CHECK(refused("/verrpc.Nope/Foo") == "12 unknown service verrpc.Nope");
    CHECK(refused("/Foo") == "12 malformed method name: \"/Foo\"");
    CHECK(fixture.rune_checks.empty());
}

TEST_CASE("a malformed request for a stream is refused after its macaroon, another one before") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.rune_error = {1502, "no"};
    const auto refused = [&](const std::string& path) {
        const auto call = fixture.grpc(path, "\xff");
        CHECK(fixture.answer(*call).empty());
        return grpc_status(*call);
    };
    const std::string malformed = "proto: cannot parse invalid wire-format data";
    CHECK(refused("/routerrpc.Router/TrackPayments") == "2 permission denied");
    CHECK(refused("/lnrpc.Lightning/GetInfo") == "13 grpc: error unmarshalling request: " + malformed);
    fixture.rune_error = {};
    CHECK(refused("/routerrpc.Router/TrackPayments") ==
          "13 grpc: failed to unmarshal the received message: " + malformed);
}

TEST_CASE("a deadline ends the call") {
    ServiceFixture fixture;
    fixture.begin();
    const auto call = fixture.grpc("/routerrpc.Router/TrackPayments", "", {{"grpc-timeout", "1m"}});
    std::string body;
    REQUIRE(unit::until(fixture.loop, [&] {
        body += call->read();
        return call->ended;
    }));
    const auto& end = call->without_body ? call->headers : call->trailers;
    CHECK(FakeExchange::value(end, "grpc-status") == "4");
    CHECK(FakeExchange::value(end, "grpc-message") == "context deadline exceeded");
}

TEST_CASE("GetInfo is lightningd's, or unavailable") {
    ServiceFixture fixture;
    fixture.begin();
    const auto call = fixture.rest("/v1/getinfo");
    REQUIRE(unit::until(fixture.loop, [&] { return !fixture.node.calls.empty(); }));
    CHECK(fixture.node.calls.front().method == "getinfo");
    fixture.node.answer(fixture.node.calls.front(), R"({"id":"02ab","network":"bitcoin","color":"010203"})");
    const auto body = fixture.answer(*call);
    CHECK(body.find(R"("identity_pubkey":"02ab")") != std::string::npos);
    CHECK(FakeExchange::value(call->headers, "Content-Length") == std::to_string(body.size()));
    fixture.node.calls.clear();
    const auto lost = fixture.rest("/v1/getinfo");
    REQUIRE(unit::until(fixture.loop, [&] { return !fixture.node.calls.empty(); }));
    fixture.node.hang_up();
    CHECK(fixture.answer(*lost) == rest_error(14, "lightningd does not answer"));
}

TEST_CASE("REST errors before the call are bare") {
    ServiceFixture fixture;
    fixture.begin();
    const auto missing = fixture.rest("/v1/balance", "", false);
    CHECK(fixture.answer(*missing) == rest_error(5, "Not Found"));
    CHECK(missing->status == 404);
    const auto odd = fixture.rest("/v2/router/payments", "no_inflight_updates=maybe", false);
    CHECK(odd->status == 400);
}

TEST_CASE("at most eight runes are checked at a time, and all calls are answered") {
    ServiceFixture fixture;
    fixture.begin();
    auto answers = std::exchange(fixture.node.answers, nullptr); // holds them
    std::vector<std::unique_ptr<FakeExchange>> calls;
    for (int i = 0; i < 20; ++i)
        calls.push_back(fixture.rest("/v2/versioner/version"));
    REQUIRE(unit::until(fixture.loop, [&] { return fixture.node.calls.size() >= 8; }));
    unit::settle(fixture.loop);
    CHECK(fixture.node.calls.size() == 8);
    calls[0].reset(); // its client goes
    fixture.node.answers = answers;
    for (const auto& held : fixture.node.calls)
        fixture.node.send(*answers(held));
    for (const auto& call : calls)
        if (call)
            CHECK(fixture.answer(*call).find("0.21.0-beta") != std::string::npos);
}

TEST_CASE("bad credentials count against the connection, good ones for it, trouble for neither") {
    ServiceFixture fixture;
    fixture.begin();
    const auto none = grpc_with(fixture, {});
    CHECK(none->refusals == 1);
    const auto good = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    CHECK(fixture.answer(*good).empty());
    CHECK(good->permissions == 1);
    CHECK(good->refusals == 0);
    const auto open = fixture.rest("/v1/state", "", false); // needs none
    CHECK_FALSE(fixture.answer(*open).empty());
    CHECK(open->permissions + open->refusals == 0);
    fixture.rune_error = {1503, "Blacklisted"};
    const auto bad = fixture.rest("/v2/router/payments");
    CHECK_FALSE(fixture.answer(*bad).empty());
    CHECK(bad->refusals == 1);
    fixture.rune_error = {-1, "trouble"};
    const auto trouble = fixture.rest("/v2/router/payments");
    CHECK_FALSE(fixture.answer(*trouble).empty());
    CHECK(trouble->permissions + trouble->refusals == 0);
}

TEST_CASE("a slowed client waits for a refusal, not for an answer") {
    ServiceFixture fixture;
    fixture.begin();
    const auto slow = [&](bool macaroon) {
        auto exchange = std::make_unique<FakeExchange>();
        exchange->asked.method = "GET";
        exchange->asked.path = "/v2/versioner/version";
        exchange->asked.peer = "127.0.0.1";
        exchange->is_slowed = true;
        if (macaroon)
            exchange->asked.headers = {{"grpc-metadata-macaroon", ServiceFixture::rune}};
        return fixture.start(std::move(exchange));
    };
    const auto bad = slow(false);
    const auto gone = slow(false);
    const auto good = slow(true);
    CHECK(fixture.answer(*good).find("0.21.0-beta") != std::string::npos);
    CHECK(bad->status == 0);
    CHECK(bad->refusals == 1);
    gone->answer.reset();
    CHECK(fixture.answer(*bad) == rest_error(2, "expected 1 macaroon, got 0"));
    CHECK(gone->status == 0);
}

} // namespace service_test
