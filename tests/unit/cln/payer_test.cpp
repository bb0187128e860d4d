// pay_failure and pay_part_start come from plugins: their wrapping depends on lightningd's version.
#include "cln/notifications.hpp"

#include "received.hpp"

namespace payer_test {

using cln::decode_pay_failure;
using cln::decode_pay_part_start;

namespace {

const std::string hash = "b8c356adaf4a23d8c8ff378b49774fddf81d2d71dd5ee5fe3d4f69cfde6b941e";
const std::string failed =
    R"json({"payment_hash":"b8c356adaf4a23d8c8ff378b49774fddf81d2d71dd5ee5fe3d4f69cfde6b941e","bolt11":"lnbcrt26u1p4spmycsp57",
        "error":{"message":"failed: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS (reply from remote)"}})json";
const std::string part =
    R"({"payment_hash":"2b234d485f09e331120a360279af7dca839769e1d8110a4a41185fdaeb439659","groupid":8912158845556297834,"partid":1,
        "total_payment_msat":1000000,"attempt_msat":600000,"hops":[{"next_node":
        "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8","short_channel_id":"103x1x0","direction":1,
        "channel_in_msat":600000,"channel_out_msat":600000}]})";

std::string failed_hash(const std::string& params) {
    const auto decoded = decode_pay_failure(received::value(params));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().text());
    return decoded->hex();
}

} // namespace

TEST_CASE("pay_failure is read in every wrapping from v23.11 to v26.06") {
    // v25.09 and later, with deprecated members beside it (recorded: pay_legacy_fails.jsonl)
    CHECK(failed_hash(R"({"origin":"pay","payload":)" + failed + R"(,"pay_failure":)" + failed + "}") == hash);
    // v25.09 and later without them
    CHECK(failed_hash(R"({"pay_failure":)" + failed + "}") == hash);
    // up to v25.05: the payload is what the plugin emitted, and pay emits no member named after the topic
    CHECK(failed_hash(R"({"origin":"pay","payload":)" + failed + "}") == hash);
    // a plugin that emits one
    CHECK(failed_hash(R"({"origin":"pay","payload":{"pay_failure":)" + failed + "}}") == hash);
}

TEST_CASE("a pay_failure without a hash is refused with the path of the fault") {
    CHECK(decode_pay_failure(received::value(R"({"pay_failure":{"bolt11":"x"}})")).error().text() ==
          "params.pay_failure.payment_hash: missing");
    CHECK(decode_pay_failure(received::value(R"({"pay_failure":{"payment_hash":"zz"}})")).error().text() ==
          "params.pay_failure.payment_hash: not a 32 byte hex value");
    CHECK(decode_pay_failure(received::value(R"({"origin":"pay","payload":{"bolt11":"x"}})")).error().text() ==
          "params.payload.payment_hash: missing");
    CHECK(decode_pay_failure(received::value(R"({"origin":"pay","payload":5})")).error().text() ==
          "params.pay_failure: missing");
    CHECK(decode_pay_failure(received::value("{}")).error().text() == "params.pay_failure: missing");
    CHECK(decode_pay_failure(received::value("[]")).error().text() == "params: not an object");
}

TEST_CASE("pay_part_start gives the part and the whole payment's amount") {
    const auto part_start =
        decode_pay_part_start(received::value(R"({"pay_part_start":)" + part + "}"), base::UnixNs{42});
    REQUIRE(part_start.has_value());
    CHECK(part_start->hash.hex() == "2b234d485f09e331120a360279af7dca839769e1d8110a4a41185fdaeb439659");
    CHECK(part_start->group == base::GroupId{8912158845556297834ULL});
    CHECK(part_start->partid.value == 1);
    CHECK(part_start->payer == payments::Payer::xpay);
    CHECK(part_start->total == payments::Total{payments::TotalSource::part_start, {1'000'000}});
    CHECK(part_start->seen.value == 42);
}

TEST_CASE("a total equal to the sent amount may be sendamount's, of which less arrives") {
    // sendamount_bolt11.jsonl: 2000000 msat are sent, 1999980 arrive
    auto object = received::json(part);
    object["total_payment_msat"] = 2'000'000U;
    object["attempt_msat"] = 1'999'980U;
    object["hops"].front()["channel_in_msat"] = 2'000'000U;
    const auto part_start =
        decode_pay_part_start(received::value_of(json::Tree::object({{"pay_part_start", object}})), {});
    REQUIRE(part_start.has_value());
    CHECK(part_start->total == payments::Total{payments::TotalSource::spent, {2'000'000}});
    CHECK(part_start->sent == base::Msat{2'000'000});
    CHECK(part_start->by == payments::Accounts{false, true});
}

TEST_CASE("pay_part_start without a total still gives the part") {
    auto object = received::json(part);
    object.erase("total_payment_msat");
    object["hops"] = json::Tree::array(); // a payment to our own node
    const auto part_start =
        decode_pay_part_start(received::value_of(json::Tree::object({{"pay_part_start", object}})), {});
    REQUIRE(part_start.has_value());
    CHECK(part_start->total.source == payments::TotalSource::none);
}

TEST_CASE("an invalid pay_part_start is refused with the path of the fault") {
    const auto refusal = [](const char* name, const char* value) {
        const auto part_start =
            decode_pay_part_start(received::value_of(json::Tree::object(
                                      {{"pay_part_start", received::with(received::json(part), name, value)}})),
                                  {});
        REQUIRE_FALSE(part_start.has_value());
        return part_start.error().text();
    };
    CHECK(refusal("payment_hash", "5") == "params.pay_part_start.payment_hash: not a string");
    CHECK(refusal("groupid", "-1") == "params.pay_part_start.groupid: not an unsigned integer");
    CHECK(refusal("groupid", "null") == "params.pay_part_start.groupid: missing");
    CHECK(refusal("partid", "\"1\"") == "params.pay_part_start.partid: not an unsigned integer");
    CHECK(refusal("total_payment_msat", "true") == "params.pay_part_start.total_payment_msat: not an amount in msat");
    CHECK(decode_pay_part_start(received::value("{}"), {}).error().text() == "params.pay_part_start: missing");
}

} // namespace payer_test
