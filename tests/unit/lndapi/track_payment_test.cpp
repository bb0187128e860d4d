#include "lndapi/payment_progress.hpp"

#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace track_payment_test {

using unit::FakeExchange;
using unit::payment_json;
using unit::ServiceFixture;

namespace {

// 32 bytes 0xaa in base64
const std::string path = "/v2/router/track/qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=";

std::string line(const std::string& payment) {
    return "{\"result\":" + payment + "}\n";
}

std::string answer_of(const std::string& payments, const std::string& cursor = "n.run1.1.1") {
    return R"({"payments":[)" + payments + R"(],"cursor":")" + cursor + "\"}";
}

/// The tracker answers this for the hash.
void knows(ServiceFixture& fixture, const std::string& payments) {
    fixture.tracker = [payments](const json::Tree& params) {
        return answer_of(params.contains("payment_hash") ? payments : "");
    };
}

} // namespace

TEST_CASE("the call sends the present state, every change, and ends with the payment") {
    ServiceFixture fixture;
    fixture.begin();
    const auto begun = payment_json(1, 'a', "IN_FLIGHT");
    knows(fixture, begun);
    const auto call = fixture.rest(path);
    CHECK(fixture.answer(*call) == line(begun));
    CHECK_FALSE(call->ended);
    const auto again = payment_json(1, 'a', "IN_FLIGHT", 2);
    const auto settled = payment_json(1, 'a', "SUCCEEDED", 2);
    fixture.publish(payment_json(2, 'b', "SUCCEEDED"), "n.run1.2.2");
    fixture.publish(again, "n.run1.3.3");
    fixture.publish(settled, "n.run1.3.4");
    fixture.publish(payment_json(5, 'a', "IN_FLIGHT"), "n.run1.5.5");
    CHECK(fixture.answer(*call) == line(again) + line(settled));
    CHECK(call->ended);
}

TEST_CASE("an ended payment is one message") {
    ServiceFixture fixture;
    fixture.begin();
    const auto failed = payment_json(1, 'a', "FAILED");
    const auto paid = payment_json(4, 'a', "SUCCEEDED");
    knows(fixture, failed + "," + paid); // the newest counts
    const auto rest = fixture.rest(path);
    CHECK(fixture.answer(*rest) == line(paid));
    CHECK(rest->ended);
    const auto grpc = fixture.grpc("/routerrpc.Router/TrackPaymentV2", "\x0a\x20" + std::string(32, '\xaa'));
    CHECK_FALSE(fixture.answer(*grpc).empty());
    CHECK(FakeExchange::value(grpc->trailers, "grpc-status") == "0");
    CHECK(FakeExchange::value(grpc->trailers, "grpc-message").empty());
}

TEST_CASE("with no_inflight_updates only the end is sent") {
    ServiceFixture fixture;
    fixture.begin();
    knows(fixture, payment_json(1, 'a', "IN_FLIGHT"));
    const auto call =
        fixture.grpc("/routerrpc.Router/TrackPaymentV2", "\x0a\x20" + std::string(32, '\xaa') + "\x10\x01");
    CHECK(fixture.answer(*call).empty());
    fixture.publish(payment_json(1, 'a', "IN_FLIGHT", 2), "n.run1.2.2");
    CHECK(fixture.answer(*call).empty());
    fixture.publish(payment_json(1, 'a', "FAILED", 2), "n.run1.2.3");
    CHECK_FALSE(fixture.answer(*call).empty());
    CHECK(call->ended);
}

TEST_CASE("an unknown hash, and one of another length, have LND's errors") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.tracker_error = {208, "Never attempted payment"};
    const auto unknown = fixture.rest(path);
    CHECK(fixture.answer(*unknown) ==
          "{\"error\":{\"code\":5,\"message\":\"payment isn't initiated\",\"details\":[]}}\n");
    CHECK(unknown->status == 404);
    const auto shorter = fixture.rest("/v2/router/track/AAA=");
    CHECK(fixture.answer(*shorter) ==
          "{\"error\":{\"code\":2,\"message\":\"invalid hash length of 2, want 32\",\"details\":[]}}\n");
    CHECK(shorter->status == 500);
    fixture.tracker_error = {-1, "try again later"};
    const auto away = fixture.rest(path);
    CHECK(fixture.answer(*away) == "{\"error\":{\"code\":14,\"message\":\"try again later\",\"details\":[]}}\n");
}

TEST_CASE("updates that overtake the answer are not sent twice, and none goes back") {
    ServiceFixture fixture;
    fixture.begin();
    const auto old = payment_json(1, 'a', "IN_FLIGHT", 1);
    const auto now = payment_json(1, 'a', "IN_FLIGHT", 2);
    const auto end = payment_json(1, 'a', "SUCCEEDED", 2);
    knows(fixture, now);
    const auto call = fixture.rest(path);
    fixture.publish(old, "n.run1.1.2"); // before the answer is here
    fixture.publish(now, "n.run1.1.3");
    CHECK(fixture.answer(*call) == line(now));
    fixture.publish(old, "n.run1.1.2");
    fixture.publish(end, "n.run1.1.4");
    CHECK(fixture.answer(*call) == line(end));
}

TEST_CASE("a payment that is published while the tracker does not know it yet is found") {
    ServiceFixture fixture;
    fixture.begin();
    fixture.held = "trackpayments";
    const auto call = fixture.rest(path);
    REQUIRE(unit::until(fixture.loop, [&] { return !fixture.node.calls.empty(); }));
    const auto begun = payment_json(1, 'a', "IN_FLIGHT");
    fixture.publish(begun, "n.run1.1.2");
    fixture.node.refuse(fixture.node.calls.front(), {208, "Never attempted payment"});
    CHECK(fixture.answer(*call) == line(begun));
}

TEST_CASE("after a restart of the tracker the call finds its payment again") {
    ServiceFixture fixture;
    fixture.begin();
    knows(fixture, payment_json(1, 'a', "IN_FLIGHT"));
    const auto call = fixture.rest(path);
    CHECK_FALSE(fixture.answer(*call).empty());
    const auto paid = payment_json(3, 'a', "SUCCEEDED"); // under another index: its first part was deleted
    knows(fixture, paid);
    fixture.publish(payment_json(9, 'b', "IN_FLIGHT"), "n.run2.9.9");
    CHECK(fixture.answer(*call) == line(paid));
    CHECK(call->ended);
}

TEST_CASE("of two snapshots of a payment the one with more attempts, ends or results is newer") {
    const auto progress = [](const std::string& json, consumer::Status status) {
        consumer::Snapshot snapshot;
        snapshot.status = status;
        snapshot.json = json;
        return lndapi::progress_of(snapshot);
    };
    using consumer::Status;
    const auto one = progress(R"({"htlcs":[{"status":"IN_FLIGHT"}]})", Status::in_flight);
    const auto failed = progress(R"({"htlcs":[{"status":"FAILED"}]})", Status::in_flight);
    const auto two = progress(R"({"htlcs":[{"status":"FAILED"},{"status":"IN_FLIGHT"}]})", Status::in_flight);
    CHECK(one < failed);
    CHECK(failed < two);
    CHECK(two < progress(R"({"htlcs":[]})", Status::failed));
    CHECK(progress("junk", Status::in_flight) < one);
}

} // namespace track_payment_test
