// JSON as a message on the wire. Whole payments are compared with LND's own protos in tests/proto.
#include "wire/wire_from_json.hpp"

#include "json/parser.hpp"
#include "wire/payment_message.hpp"

#include <doctest/doctest.h>

namespace wire_from_json_test {

using namespace std::string_literals;

namespace {

/// The wire, or the error.
std::string encoded(const std::string& text) {
    json::Parser parser;
    const auto value = parser.read(text);
    REQUIRE(value.has_value());
    std::string out;
    const auto done = wire::append_wire(out, *value, wire::payment_message);
    return done ? out : done.error();
}

std::string attempt(const std::string& members) {
    return encoded(R"({"htlcs":[{)" + members + "}]}");
}

} // namespace

TEST_CASE("each kind of field is written by its number") {
    CHECK(encoded(R"({"payment_hash":"ab","value":"150","status":"SUCCEEDED","payment_index":"1"})") ==
          "\x0a\x02"s + "ab" + "\x10\x96\x01\x50\x02\x78\x01");
    CHECK(attempt(R"("attempt_id":"3","status":"FAILED","preimage":"AQI=")") ==
          "\x72\x08\x38\x03\x08\x02\x32\x02\x01\x02"s);
    CHECK(attempt(R"("failure":{"code":"UNREADABLE_FAILURE","height":7})") == "\x72\x07\x2a\x05\x08\xe7\x07\x48\x07"s);
    CHECK(encoded(R"({"first_hop_custom_records":{"65536":"/w=="}})") == "\x8a\x01\x07\x08\x80\x80\x04\x12\x01\xff"s);
    CHECK(encoded(R"({"fee_msat":"-2"})") == "\x60\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST_CASE("defaults, null and unknown members leave nothing; an object is written even if empty") {
    CHECK(encoded(R"({"payment_hash":"","value":"0","status":"UNKNOWN","htlcs":[],"more":{},"failure_reason":null})")
              .empty());
    CHECK(attempt(R"("status":"IN_FLIGHT","route":null,"failure":null,"preimage":"")") == "\x72\0"s);
    CHECK(attempt(R"("route":{},"failure":{})") == "\x72\x04\x12\x00\x2a\x00"s);
}

TEST_CASE("a member of another kind is named, without its content") {
    const std::pair<std::string, std::string> cases[] = {
        {"[]", "not an object"},
        {R"({"value":5})", "value: not as in LND's proto"},
        {R"({"value":"5x"})", "value: not as in LND's proto"},
        {R"({"value":"9223372036854775808"})", "value: not as in LND's proto"},
        {R"({"payment_index":"-1"})", "payment_index: not as in LND's proto"},
        {R"({"payment_hash":7})", "payment_hash: not as in LND's proto"},
        {R"({"status":"DONE"})", "status: not as in LND's proto"},
        {R"({"htlcs":{}})", "htlcs: not as in LND's proto"},
        {R"({"htlcs":[{"preimage":"x"}]})", "htlcs.preimage: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":[{"expiry":4294967296}]}}]})", "htlcs.route.hops.expiry: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":[{"tlv_payload":1}]}}]})",
         "htlcs.route.hops.tlv_payload: not as in LND's proto"},
        {R"({"first_hop_custom_records":{"x":"AA=="}})", "first_hop_custom_records: not as in LND's proto"},
        {R"({"first_hop_custom_records":{"1":5}})", "first_hop_custom_records: not as in LND's proto"},
    };
    for (const auto& [text, error] : cases)
        CHECK(encoded(text) == error);
}

} // namespace wire_from_json_test
