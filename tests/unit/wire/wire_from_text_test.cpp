// JSON made a message from its text must be what the tree would give (wire_from_json.hpp), or be left to that.
#include "wire/wire_from_text.hpp"

#include "json/parser.hpp"
#include "wire/payment_message.hpp"
#include "wire/wire_from_json.hpp"

#include <optional>

#include <doctest/doctest.h>

namespace wire_from_text_test {

namespace {

/// A Payment as the tracker writes it, with a member of each kind.
const std::string payment =
    R"({"payment_hash":"ab","value":"150","value_msat":"-150999","payment_request":"","status":"SUCCEEDED",)"
    R"("htlcs":[{"attempt_id":"18446744073709551615","status":"FAILED","route":{"total_time_lock":126,"hops":[)"
    R"({"chan_id":"113249697726464","expiry":0,"pub_key":"02f53b29","tlv_payload":true,)"
    R"("mpp_record":{"payment_addr":"Gb00o4XigmysdgmtVHsDzgPf6/C3Yym1gGDf8PdXHP4=","total_amt_msat":"2000000"},)"
    R"("amp_record":null,"custom_records":{"1":"AA==","65536":"/w=="},"metadata":""},)"
    R"({"tlv_payload":false}],"custom_channel_data":""},"failure":{"code":"UNREADABLE_FAILURE","height":7},)"
    R"("preimage":"AQI="},{}],"payment_index":"7","failure_reason":"FAILURE_REASON_NONE",)"
    R"("first_hop_custom_records":{}})";

std::optional<std::string> from_text(const std::string& text) {
    std::string out = "before";
    const bool done = wire::append_wire_from_text(out, text, wire::payment_message);
    REQUIRE(out.starts_with("before"));
    REQUIRE((done || out == "before"));
    return done ? std::optional(out.substr(6)) : std::nullopt;
}

std::optional<std::string> from_tree(const std::string& text) {
    json::Parser parser;
    const auto value = parser.read(text);
    std::string out;
    if (!value || !wire::append_wire(out, *value, wire::payment_message))
        return std::nullopt;
    return out;
}

} // namespace

TEST_CASE("a Payment of the tracker is read from its text, and gives what the tree gives") {
    const auto wire = from_text(payment);
    REQUIRE(wire.has_value());
    CHECK(wire == from_tree(payment));
    CHECK(from_text("{}") == "");
}

TEST_CASE("with any byte changed, removed or repeated the text gives what the tree gives, or nothing") {
    for (std::size_t at = 0; at < payment.size(); ++at) {
        std::vector<std::string> changed{payment.substr(0, at) + payment.substr(at + 1), payment.substr(0, at),
                                         payment.substr(0, at) + payment.substr(at, 1) + payment.substr(at)};
        for (const char c : std::string("0x \n\\\"{}[]:,-.\x7f\xc3"))
            changed.push_back(payment.substr(0, at) + c + payment.substr(at + 1));
        for (const auto& text : changed)
            if (const auto wire = from_text(text))
                CHECK_MESSAGE(wire == from_tree(text), text);
    }
}

TEST_CASE("what the tracker does not write is left to the tree") {
    const std::string others[] = {
        R"( {})",
        R"({} )",
        R"({"value": "1"})",
        R"({"value":"1","payment_hash":"ab"})",
        R"({"value":"1","value":"2"})",
        R"({"value":"1",})",
        R"({"unknown":"1"})",
        R"({"payment_hash":"\u0061"})",
        "{\"payment_hash\":\"\xc3\xa4\"}",
        R"({"value":1})",
        R"({"value":"1x"})",
        R"({"value":"9223372036854775808"})",
        R"({"status":"DONE"})",
        R"({"status":nul})",
        R"({"htlcs":[null]})",
        R"({"htlcs":[{"route":{"total_time_lock":007}}]})",
        R"({"htlcs":[{"route":{"total_time_lock":4294967296}}]})",
        R"({"htlcs":[{"route":{"total_time_lock":1.0}}]})",
        R"({"htlcs":[{"preimage":"x"}]})",
        R"({"first_hop_custom_records":{"2":"AA==","1":"AA=="}})",
        R"({"first_hop_custom_records":{"1":"AA==","1":"AQ=="}})",
        R"({"first_hop_custom_records":{"1":null}})",
    };
    for (const auto& text : others)
        CHECK_MESSAGE(!from_text(text), text);
}

} // namespace wire_from_text_test
