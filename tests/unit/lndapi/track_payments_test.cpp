#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace track_payments_test {

using unit::FakeExchange;
using unit::payment_json;
using unit::ServiceFixture;

namespace {

std::string line(const std::string& payment) {
    return "{\"result\":" + payment + "}\n";
}

std::string line(const std::string& payment, const std::string& cursor) {
    return "{\"result\":" + payment + ",\"cursor\":\"" + cursor + "\"}\n";
}

std::string answer_of(const std::vector<std::string>& payments, const std::string& cursor, bool more = false) {
    std::string text = R"({"payments":[)";
    for (const auto& payment : payments)
        text.append(text.back() == '[' ? "" : ",").append(payment);
    return text + R"(],"cursor":")" + cursor + "\"" + (more ? R"(,"more":true})" : "}");
}

const std::string path = "/v2/router/payments";

} // namespace

TEST_CASE("a subscriber gets the payments in flight by index, then every change") {
    ServiceFixture fixture;
    const auto first = payment_json(7, 'a', "IN_FLIGHT");
    const auto second = payment_json(9, 'b', "IN_FLIGHT");
    fixture.tracker = [&](const auto&) { return answer_of({first, second}, "n.run1.9.9"); };
    fixture.begin();
    const auto call = fixture.rest(path);
    CHECK(fixture.answer(*call) == line(first) + line(second));
    CHECK(call->status == 200);
    CHECK(FakeExchange::value(call->headers, "Trackpayments-Cursor") == "n.run1.9.9");
    const auto settled = payment_json(7, 'a', "SUCCEEDED");
    fixture.publish(settled, "n.run1.9.10");
    CHECK(fixture.answer(*call) == line(settled));
    CHECK_FALSE(call->ended);
    const auto later = fixture.rest(path);
    CHECK(fixture.answer(*later) == line(second));
    CHECK(FakeExchange::value(later->headers, "Trackpayments-Cursor") == "n.run1.9.10");
}

TEST_CASE("a call waits while the tracker searches for payments in flight, but not after a cursor or by hash") {
    ServiceFixture fixture;
    const auto first = payment_json(7, 'a', "IN_FLIGHT");
    const auto second = payment_json(9, 'b', "IN_FLIGHT");
    bool complete = false;
    fixture.tracker = [&](const json::Tree& params) {
        if (params.contains("since"))
            return answer_of({}, "n.run1.9.10");
        auto text = answer_of({second}, "n.run1.9.9");
        text.pop_back();
        return complete ? answer_of({first}, "n.run1.9.10") : text + R"(,"complete":false})";
    };
    fixture.begin();
    const auto held = fixture.rest(path);
    const auto resumed = fixture.rest(path, "since=n.run0.0.0");
    CHECK(fixture.answer(*resumed).empty());
    CHECK(resumed->status == 200);
    const auto one = fixture.rest("/v2/router/track/" + std::string(43, 'A') + "=");
    CHECK_FALSE(fixture.answer(*one).empty());
    CHECK(held->status == 0);
    const auto ended = payment_json(9, 'b', "SUCCEEDED");
    fixture.publish(payment_json(9, 'b', "IN_FLIGHT", 2), "n.run1.10.9");
    fixture.publish(ended, "n.run1.10.10");
    CHECK(held->status == 0);
    complete = true;
    CHECK(fixture.answer(*held) == line(ended) + line(first));
    CHECK(FakeExchange::value(held->headers, "Trackpayments-Cursor") == "n.run1.9.9");
    fixture.publish(payment_json(7, 'a', "FAILED"), "n.run1.10.11");
    CHECK(fixture.answer(*held) == line(payment_json(7, 'a', "FAILED")));
}

TEST_CASE("no_inflight_updates leaves out payments in flight, but the cursor moves") {
    ServiceFixture fixture;
    fixture.tracker = [](const auto&) { return answer_of({payment_json(7, 'a', "IN_FLIGHT")}, "n.run1.7.7"); };
    fixture.begin();
    const auto call = fixture.grpc("/routerrpc.Router/TrackPayments", "\x08\x01");
    CHECK(fixture.answer(*call).empty());
    fixture.publish(payment_json(7, 'a', "IN_FLIGHT", 2), "n.run1.8.8");
    CHECK(fixture.answer(*call).empty());
    call->answer->stopping();
    CHECK(fixture.answer(*call).empty());
    CHECK(FakeExchange::value(call->trailers, "grpc-status") == "2");
    CHECK(FakeExchange::value(call->trailers, "grpc-message") == "routerrpc server shutting down");
    CHECK(FakeExchange::value(call->trailers, "trackpayments-cursor") == "n.run1.8.8");
}

TEST_CASE("since begins with the updates after the cursor, page by page, then continues live") {
    ServiceFixture fixture;
    fixture.begin();
    const auto a = payment_json(1, 'a', "SUCCEEDED");
    const auto b = payment_json(2, 'b', "FAILED");
    const auto c = payment_json(3, 'c', "IN_FLIGHT");
    std::vector<std::string> asked;
    fixture.tracker = [&](const json::Tree& params) {
        asked.push_back(params.value("since", ""));
        return asked.back() == "n.run0.0.0" ? answer_of({a, b}, "n.run1.2.2", true) : answer_of({c}, "n.run1.3.3");
    };
    const auto call = fixture.rest(path, "since=n.run0.0.0");
    CHECK(fixture.answer(*call) == line(a, "n.run0.0.0") + line(b, "n.run1.2.2") + line(c, "n.run1.3.3"));
    CHECK(asked == std::vector<std::string>{"n.run0.0.0", "n.run1.2.2"});
    CHECK(FakeExchange::value(call->headers, "Trackpayments-Cursor") == "n.run0.0.0");
    const auto d = payment_json(3, 'c', "SUCCEEDED");
    fixture.publish(d, "n.run1.3.4");
    CHECK(fixture.answer(*call) == line(d, "n.run1.3.4"));
}

TEST_CASE("the next page is asked for only when the client has read the last one") {
    ServiceFixture fixture;
    fixture.begin();
    std::size_t pages = 0;
    fixture.tracker = [&](const json::Tree&) {
        ++pages;
        return answer_of({payment_json(1, 'a', "SUCCEEDED")}, "n.run1.2." + std::to_string(pages), pages < 3);
    };
    const auto call = fixture.rest(path, "since=n.run0.0.0");
    REQUIRE(unit::until(fixture.loop, [&] { return call->status == 200; }));
    unit::settle(fixture.loop);
    CHECK(pages == 1);
    CHECK_FALSE(fixture.answer(*call).empty());
    CHECK(pages == 3);
}

TEST_CASE("a page that does not move the cursor is not asked for again at once") {
    ServiceFixture fixture;
    fixture.begin();
    std::size_t pages = 0;
    const auto a = payment_json(1, 'a', "FAILED");
    fixture.tracker = [&](const json::Tree&) {
        ++pages;
        return pages == 1 ? answer_of({a}, "n.run0.0.0", true) : answer_of({}, "n.run1.2.2");
    };
    const auto call = fixture.rest(path, "since=n.run0.0.0");
    CHECK(fixture.answer(*call) == line(a, "n.run0.0.0"));
    CHECK(pages == 1);
    REQUIRE(unit::until(fixture.loop, [&] { return pages == 2; }));
    const auto b = payment_json(2, 'b', "SUCCEEDED");
    (void)fixture.answer(*call);
    fixture.publish(b, "n.run1.2.3");
    CHECK(fixture.answer(*call) == line(b, "n.run1.2.3"));
}

TEST_CASE("a page that the tracker did not answer is asked for again, although nothing reports that it is back") {
    ServiceFixture fixture;
    fixture.begin();
    const auto a = payment_json(1, 'a', "FAILED");
    const auto b = payment_json(2, 'b', "SUCCEEDED");
    std::size_t asked = 0; // for pages of the call
    fixture.tracker = [&](const json::Tree& params) {
        const auto since = params.value("since", "");
        if (since == "n.run0.0.0")
            return answer_of({a}, "n.run0.1.1", true);
        asked += since == "n.run0.1.1" ? 1 : 0;
        if (asked == 1)
            fixture.tracker_error = {-1, "the plugin was killed"};
        return since == "n.run0.1.1" ? answer_of({b}, "n.run1.2.2") : answer_of({}, "n.run2.2.2");
    };
    const auto call = fixture.rest(path, "since=n.run0.0.0");
    CHECK(fixture.answer(*call) == line(a, "n.run0.1.1"));
    REQUIRE(unit::until(fixture.loop, [&] { return asked == 1; }));
    unit::settle(fixture.loop);
    CHECK(fixture.reader.state() == consumer::State::active);
    fixture.tracker_error = {};
    SUBCASE("after a pause") {
        REQUIRE(unit::until(fixture.loop, [&] { return asked == 2; }));
    }
    SUBCASE("when a message shows a new run") {
        REQUIRE(unit::until(fixture.loop, [&] {
            fixture.tracker_error = {-1, "the plugin was killed"};
            return asked == 3; // the next pause is longer
        }));
        unit::settle(fixture.loop);
        fixture.tracker_error = {};
        fixture.publish(payment_json(3, 'c', "IN_FLIGHT"), "n.run2.3.3");
        for (int turn = 0; turn < 20; ++turn)
            unit::settle(fixture.loop);
        CHECK(asked == 4);
    }
    CHECK(fixture.answer(*call).starts_with(line(b, "n.run1.2.2")));
}

TEST_CASE("a refused cursor ends the call with the tracker's sentence") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.tracker_error = {rpc::invalid_params, "since: of another node"};
    const auto rest = fixture.rest(path, "since=x");
    CHECK(fixture.answer(*rest) == "{\"error\":{\"code\":3,\"message\":\"since: of another node\",\"details\":[]}}\n");
    CHECK(rest->status == 400);
    const auto grpc = fixture.grpc("/routerrpc.Router/TrackPayments", "", {{"trackpayments-since", "x"}});
    CHECK(fixture.answer(*grpc).empty());
    CHECK(FakeExchange::value(grpc->headers, "grpc-status") == "3");
    CHECK(FakeExchange::value(grpc->headers, "grpc-message") == "since: of another node");
}

TEST_CASE("a stream survives a restart of the tracker and gets what it missed") {
    ServiceFixture fixture;
    const auto a = payment_json(1, 'a', "IN_FLIGHT");
    fixture.tracker = [&](const auto&) { return answer_of({a}, "n.run1.1.1"); };
    fixture.begin();
    const auto call = fixture.rest(path);
    CHECK(fixture.answer(*call) == line(a));
    const auto settled = payment_json(1, 'a', "SUCCEEDED");
    const auto b = payment_json(2, 'b', "IN_FLIGHT");
    fixture.tracker = [&](const json::Tree& params) {
        return params.contains("since") ? answer_of({settled, b}, "n.run2.2.2") : answer_of({b}, "n.run2.2.2");
    };
    const auto c = payment_json(3, 'c', "IN_FLIGHT");
    fixture.publish(c, "n.run2.3.3");
    CHECK(fixture.answer(*call) == line(settled) + line(b) + line(c));
    CHECK_FALSE(call->ended);
}

TEST_CASE("a snapshot that is no Payment is skipped with a log line") {
    ServiceFixture fixture;
    fixture.begin();
    const auto call = fixture.grpc("/routerrpc.Router/TrackPayments", "");
    CHECK(fixture.answer(*call).empty());
    auto odd = json::parse(payment_json(1, 'a', "IN_FLIGHT")).value();
    odd["value_msat"] = 7;
    fixture.publish(json::dump(odd), "n.run1.1.2");
    CHECK(fixture.answer(*call).empty());
    CHECK(fixture.logged == std::vector<std::string>{"skipping a snapshot that is no lnrpc.Payment"});
    fixture.publish(payment_json(1, 'a', "SUCCEEDED"), "n.run1.1.3");
    CHECK_FALSE(fixture.answer(*call).empty());
}

TEST_CASE("a call that is destroyed gets nothing more") {
    ServiceFixture fixture;
    fixture.begin();
    auto live = fixture.rest(path);
    auto resuming = fixture.rest(path, "since=n.run0.0.0");
    auto asking = fixture.rest("/v2/router/track/" + std::string(43, 'A') + "=");
    CHECK(fixture.service.calls().size() == 3);
    live.reset();
    resuming.reset();
    asking.reset();
    CHECK(fixture.service.calls().empty());
    fixture.publish(payment_json(1, 'a', "IN_FLIGHT"), "n.run1.1.2");
    unit::settle(fixture.loop);
}

} // namespace track_payments_test
