#include "lndapi/event_output.hpp"

#include "service_fixture.hpp"

#include "lndapi/track_payments.hpp"

#include <doctest/doctest.h>

namespace event_output_test {

using unit::FakeExchange;
using unit::payment_json;
using unit::ServiceFixture;
using namespace std::chrono_literals;

namespace {

const std::string payments = "/v2/router/payments";
// 32 bytes 0xaa in base64
const std::string track = "/v2/router/track/qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=";

std::string event(const std::string& payment, const std::string& cursor = "") {
    return (cursor.empty() ? "" : "id: " + cursor + "\n") + "data: " + payment + "\n\n";
}

std::unique_ptr<FakeExchange> ask(ServiceFixture& fixture, const std::string& path, http::Headers more = {},
                                  const std::string& query = "") {
    auto exchange = std::make_unique<FakeExchange>();
    exchange->asked.method = "GET";
    exchange->asked.path = path;
    exchange->asked.query = query;
    exchange->asked.peer = "127.0.0.1";
    exchange->asked.headers = {{"accept", "text/event-stream"}, {"grpc-metadata-macaroon", ServiceFixture::rune}};
    for (auto& header : more)
        exchange->asked.headers.push_back(std::move(header));
    return fixture.start(std::move(exchange));
}

bool wants(const std::string& accept) {
    http::Request request;
    request.headers = {{"accept", accept}};
    return lndapi::wants_events(request);
}

} // namespace

TEST_CASE("only who asks for events gets them") {
    for (const auto* yes : {"text/event-stream", "Text/Event-Stream", "text/html, text/event-stream;q=0.9",
                            "application/json,text/event-stream ; charset=utf-8"})
        CHECK(wants(yes));
    for (const auto* no : {"", "*/*", "text/*", "application/json", "xtext/event-stream", "a;b=text/event-stream"})
        CHECK_FALSE(wants(no));
    CHECK_FALSE(lndapi::wants_events({}));
}

TEST_CASE("each payment is an event with its cursor, after the position of the beginning") {
    ServiceFixture fixture;
    fixture.begin();
    const auto call = ask(fixture, payments);
    CHECK(fixture.answer(*call) == "retry: 2000\nid: n.run1.1.1\n\n");
    CHECK(call->status == 200);
    CHECK(FakeExchange::value(call->headers, "Content-Type") == "text/event-stream");
    CHECK(FakeExchange::value(call->headers, "Cache-Control") == "no-store");
    CHECK(FakeExchange::value(call->headers, "Trackpayments-Cursor") == "n.run1.1.1");
    const auto paid = payment_json(1, 'a', "SUCCEEDED");
    fixture.publish(paid, "n.run1.2.2");
    CHECK(fixture.answer(*call) == event(paid, "n.run1.2.2"));
    CHECK_FALSE(call->ended);
}

TEST_CASE("the last event's id resumes, also where the query has an older cursor; the rune sees it") {
    for (const auto* query : {"", "since=n.run1.0.0"}) {
        ServiceFixture fixture;
        fixture.begin();
        const auto missed = payment_json(3, 'c', "SUCCEEDED");
        fixture.tracker = [&](const json::Tree& params) {
            CHECK(params["since"] == "n.run1.2.2");
            return R"({"payments":[)" + missed + R"(],"cursor":"n.run1.3.3"})";
        };
        const auto call = ask(fixture, payments, {{"last-event-id", "n.run1.2.2"}}, query);
        CHECK(fixture.answer(*call) == "retry: 2000\nid: n.run1.2.2\n\n" + event(missed, "n.run1.3.3"));
        REQUIRE(fixture.rune_checks.size() == 1);
        CHECK(fixture.rune_checks[0]["params"]["since"] == "n.run1.2.2");
    }
}

TEST_CASE("without the last event's id the query counts, and without both the payments in flight") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.tracker = [](const json::Tree& params) {
        CHECK(params["since"] == "n.run1.0.0");
        return std::string(R"({"payments":[],"cursor":"n.run1.3.3"})");
    };
    const auto call = ask(fixture, payments, {{"last-event-id", ""}}, "since=n.run1.0.0");
    CHECK(fixture.answer(*call) == "retry: 2000\nid: n.run1.0.0\n\n");
}

TEST_CASE("a payment of one hash has no cursor, and its end ends the stream") {
    ServiceFixture fixture;
    fixture.begin();
    const auto begun = payment_json(1, 'a', "IN_FLIGHT");
    fixture.tracker = [&](const json::Tree& params) {
        const bool one = params.contains("payment_hash");
        return R"({"payments":[)" + (one ? begun : std::string()) + R"(],"cursor":"n.run1.1.1"})";
    };
    const auto call = ask(fixture, track, {{"last-event-id", "n.run1.9.9"}});
    CHECK(fixture.answer(*call) == "retry: 2000\n\n" + event(begun));
    const auto failed = payment_json(1, 'a', "FAILED");
    fixture.publish(failed, "n.run1.2.2");
    CHECK(fixture.answer(*call) == event(failed));
    CHECK(call->ended);
}

TEST_CASE("an error before the stream is REST's, a later one is an event") {
    ServiceFixture fixture;
    fixture.begin();
    const auto open = ask(fixture, payments);
    CHECK(fixture.answer(*open).starts_with("retry: 2000\n"));
    fixture.rune_error = {1502, "no"};
    const auto refused = ask(fixture, payments);
    CHECK(fixture.answer(*refused) == "{\"error\":{\"code\":2,\"message\":\"permission denied\",\"details\":[]}}\n");
    CHECK(refused->status == 500);
    CHECK(FakeExchange::value(refused->headers, "Content-Type") == "application/json");
    open->answer->stopping();
    CHECK(fixture.answer(*open) == "event: error\ndata: {\"code\":2,\"message\":\"routerrpc server shutting "
                                   "down\",\"details\":[]}\n\n");
    CHECK(open->ended);
}

TEST_CASE("no cache keeps an answer, and no browser guesses its type") {
    ServiceFixture fixture;
    fixture.begin();
    std::vector<std::unique_ptr<FakeExchange>> answers;
    answers.push_back(ask(fixture, payments));
    answers.push_back(fixture.rest(payments));
    answers.push_back(fixture.rest("/v1/state"));
    answers.push_back(fixture.rest("/v1/getinfo", "", false)); // an error
    for (const auto& answer : answers) {
        (void)fixture.answer(*answer);
        CHECK(FakeExchange::value(answer->headers, "Cache-Control") == "no-store");
        CHECK(FakeExchange::value(answer->headers, "X-Content-Type-Options") == "nosniff");
    }
}

TEST_CASE("the state is an event too, and calls that are no stream stay JSON") {
    ServiceFixture fixture;
    fixture.begin();
    const auto state = ask(fixture, "/v1/state/subscribe");
    CHECK(fixture.answer(*state) == "retry: 2000\n\n" + event(R"({"state":"SERVER_ACTIVE"})"));
    const auto once = ask(fixture, "/v1/state");
    CHECK(fixture.answer(*once) == R"({"state":"SERVER_ACTIVE"})");
}

TEST_CASE("a quiet stream shows that it is open, again and again, and only while it is") {
    ServiceFixture fixture;
    fixture.begin();
    FakeExchange exchange;
    auto made =
        std::make_unique<lndapi::TrackPayments>(lndapi::Sources{fixture.loop, fixture.reader, fixture.hub, fixture.log},
                                                exchange, std::make_unique<lndapi::EventOutput>(1ms), false, "");
    auto& call = *made;
    exchange.answer = std::move(made);
    call.serve();
    std::string body;
    const std::string comment = ": keepalive\n\n";
    CHECK(unit::until(fixture.loop, [&] {
        body += exchange.read();
        return body == "retry: 2000\nid: n.run1.1.1\n\n" + comment + comment + comment;
    }));
    exchange.resumed = 0; // nobody reads: one comment is owed, not many
    REQUIRE(unit::until(fixture.loop, [&] { return exchange.resumed > 5; }));
    CHECK(exchange.read() == comment);
    call.end({});
    exchange.resumed = 0;
    for (int i = 0; i < 20; ++i)
        unit::settle(fixture.loop);
    CHECK(exchange.resumed == 0);
    CHECK(exchange.read().empty());
    CHECK(exchange.ended);
}

} // namespace event_output_test
