#include "lndapi/bolt12.hpp"

#include "service_fixture.hpp"

#include <doctest/doctest.h>

namespace bolt12_test {

using unit::payment_json;
using unit::ServiceFixture;

namespace {

consumer::SnapshotPtr snapshot(std::string json) {
    return std::make_shared<const consumer::Snapshot>(
        consumer::Snapshot{7, {}, consumer::Status::succeeded, std::move(json)});
}

std::string without(const std::string& json) {
    const auto before = snapshot(json);
    const auto after = lndapi::without_bolt12_invoice(before);
    CHECK(after->payment_index == 7);
    CHECK(after->status == consumer::Status::succeeded);
    CHECK((after == before) == (after->json == json));
    return after->json;
}

/// With this invoice, in LND's place for it.
std::string with_request(const std::string& payment, const std::string& request) {
    const std::string before = R"("payment_index")";
    auto json = payment;
    return json.insert(json.find(before), R"("payment_request":")" + request + R"(",)");
}

} // namespace

TEST_CASE("the invoice of BOLT 12 is taken out, and nothing else") {
    CHECK(without(R"({"a":1,"payment_request":"lni1qq","b":"lni1x"})") ==
          R"({"a":1,"payment_request":"","b":"lni1x"})");
    CHECK(without(R"({ "payment_request" : "LNI1QQ" , "b":2 })") == R"({ "payment_request" : "" , "b":2 })");
    CHECK(without(R"({"payment_request":"lni1a","payment_request":"lni1b"})") ==
          R"({"payment_request":"","payment_request":""})");
    CHECK(without(R"({"payment_request":"lni1\"}\\","b":"x"})") == R"({"payment_request":"","b":"x"})");
}

TEST_CASE("other payments are the same object") {
    for (const auto* json :
         {R"({"payment_request":"lnbc1qq"})", R"({"payment_request":""})", R"({"payment_request":null})",
          R"({"a":{"payment_request":"lni1q"}})", R"({"a":"\"payment_request\":\"lni1q\""})",
          R"({"a":["payment_request","lni1q"]})", R"({"Payment_request":"lni1q"})", "{}"})
        CHECK(without(json) == json);
}

TEST_CASE("JSON that is malformed is not cut") {
    for (const auto* json : {"", "7", "[", R"({"payment_request":"lni1)", R"({"payment_request":"lni1q","b)",
                             R"({"payment_request":"lni1q","b":})", R"({"payment_request":"lni1q" "b":1})"})
        CHECK(without(json) == json);
}

TEST_CASE("with the option no stream and no lookup has such an invoice") {
    ServiceFixture fixture;
    fixture.hub.omit_bolt12_invoices();
    const auto old = payment_json(1, 'a', "IN_FLIGHT");
    fixture.tracker = [&](const json::Tree&) {
        return R"({"payments":[)" + with_request(old, "lni1qq") + R"(],"cursor":"n.run1.1.1"})";
    };
    fixture.begin();
    const auto line = [](const std::string& payment) { return "{\"result\":" + with_request(payment, "") + "}\n"; };
    const auto stream = fixture.rest("/v2/router/payments");
    CHECK(fixture.answer(*stream) == line(old));
    const auto one = fixture.rest("/v2/router/track/qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=");
    CHECK(fixture.answer(*one) == line(old));
    const auto resumed = fixture.rest("/v2/router/payments", "since=n.run1.0.0");
    CHECK(fixture.answer(*resumed).starts_with(line(old).substr(0, line(old).size() - 2)));
    const auto paid = payment_json(1, 'a', "SUCCEEDED");
    fixture.publish(with_request(paid, "lni1qq"), "n.run1.2.2");
    CHECK(fixture.answer(*stream) == line(paid));
    CHECK(fixture.answer(*one) == line(paid));
    const auto other = payment_json(2, 'b', "SUCCEEDED");
    fixture.publish(with_request(other, "lnbc1qq"), "n.run1.3.3");
    CHECK(fixture.answer(*stream) == "{\"result\":" + with_request(other, "lnbc1qq") + "}\n");
}

TEST_CASE("without the option it stays, and a payment in flight is not sent twice with it") {
    for (const bool omit : {false, true}) {
        ServiceFixture fixture;
        if (omit)
            fixture.hub.omit_bolt12_invoices();
        const auto old = with_request(payment_json(1, 'a', "IN_FLIGHT"), "lni1qq");
        fixture.tracker = [&](const json::Tree&) { return R"({"payments":[)" + old + R"(],"cursor":"n.run1.1.1"})"; };
        fixture.begin();
        const auto stream = fixture.rest("/v2/router/payments");
        CHECK((fixture.answer(*stream).find("lni1qq") == std::string::npos) == omit);
        fixture.reader.disconnected();
        fixture.reader.connected(); // reads the table anew
        fixture.begin();
        CHECK(fixture.answer(*stream).empty());
    }
}

} // namespace bolt12_test
