// sendpay's route gives the HTLC into each node; LND's hops give the amount out of it.
#include "cln/route.hpp"

#include "hops.hpp"

namespace sendpay_route_test {

using cln::ChainHeight;
using hops::alice;
using hops::bob;
using hops::carol;
using hops::is;

namespace {

const std::string secret(64, 'a');
const std::string last_element = R"({"id":")" + bob + R"(","channel":"103x4x0","amount_msat":1234000,"delay":9})";

std::optional<payments::Route> decode(const std::string& params, std::uint32_t blocks = 107) {
    return cln::decode_sendpay_route(received::value(params), ChainHeight{blocks});
}

/// One hop; `call` are other members of the call.
std::optional<payments::Route> decode_with(const std::string& more) {
    return decode(R"({"route":[)" + last_element + "]" + more + "}");
}

const payments::HopExtras* extras(const std::optional<payments::Route>& route) {
    REQUIRE(route.has_value());
    REQUIRE_FALSE(route->hops.empty());
    const auto& boxed = route->hops.back().extras;
    return boxed ? &*boxed : nullptr;
}

} // namespace

TEST_CASE("sendpay's elements become hops: each node forwards what arrives at the next one") {
    // sendpay_multi_hop.jsonl; the chain's height was 107
    const auto route = decode(R"({"route":[
        {"id":"039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339","channel":"103x3x0","direction":0,
         "amount_msat":1234013,"delay":15,"style":"tlv"},
        {"id":"022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90","channel":"103x4x0","direction":1,
         "amount_msat":1234000,"delay":9,"style":"tlv"}],
        "payment_hash":"f0b3b5932bf7c971c2ab25525edd7ab23c5f536c43d9a7a22375453c6d3cb798",
        "payment_secret":"3bbfbeeeec86fcca86ae762efc0a5d5a59b43d7971457df69a37d0d149e64259"})");
    REQUIRE(route.has_value());
    CHECK(route->total_time_lock == 123); // 107 + 1 + 15
    CHECK_FALSE(route->self);
    CHECK_FALSE(route->secret_of_invoice);
    REQUIRE(route->hops.size() == 2);
    is(route->hops[0], alice, 103, 3, 1'234'000, 117);
    is(route->hops[1], bob, 103, 4, 1'234'000, 117);
    CHECK_FALSE(bool(route->hops[0].extras));
    REQUIRE(extras(route)->mpp.has_value());
    CHECK(base::to_hex(extras(route)->mpp->payment_secret) ==
          "3bbfbeeeec86fcca86ae762efc0a5d5a59b43d7971457df69a37d0d149e64259");
    CHECK(extras(route)->mpp->total.value == 1'234'000); // no total given: the amount that arrives at the last node
}

TEST_CASE("with three elements, each amount, height and channel comes from its own element") {
    const auto route =
        decode(R"({"route":[{"id":")" + alice + R"(","channel":"1x1x0","amount_msat":3000,"delay":30},{"id":")" +
                   carol + R"(","channel":"2x2x0","amount_msat":2000,"delay":20},{"id":")" + bob +
                   R"(","channel":"3x3x0","amount_msat":1000,"delay":10}]})",
               100);
    REQUIRE(route.has_value());
    CHECK(route->total_time_lock == 131);
    REQUIRE(route->hops.size() == 3);
    is(route->hops[0], alice, 1, 1, 2000, 121);
    is(route->hops[1], carol, 2, 2, 1000, 111);
    is(route->hops[2], bob, 3, 3, 1000, 111);
    CHECK(extras(route) == nullptr);
}

TEST_CASE("getroutes' member names are read too, and win where both are given") {
    const auto newer = R"({"node_id_out":")" + alice +
                       R"(","short_channel_id_dir":"103x3x0/1","amount_out_msat":1234013,"cltv_out":15})";
    const auto both = R"({"node_id_out":")" + bob +
                      R"(","short_channel_id_dir":"103x4x0/0","amount_out_msat":1234000,"cltv_out":9,"id":")" + carol +
                      R"(","channel":"9x9x9","amount_msat":7,"delay":7})";
    const auto route = decode(R"({"route":[)" + newer + "," + both + "]}");
    REQUIRE(route.has_value());
    CHECK(route->total_time_lock == 123);
    REQUIRE(route->hops.size() == 2);
    is(route->hops[0], alice, 103, 3, 1'234'000, 117);
    is(route->hops[1], bob, 103, 4, 1'234'000, 117);
}

TEST_CASE("numbers may be strings, as lightning-cli may send them") {
    const auto route =
        decode(R"({"route":[{"id":")" + bob + R"(","channel":"103x4x0","amount_msat":"1234000msat","delay":"9"}]})");
    REQUIRE(route.has_value());
    CHECK(route->total_time_lock == 117);
    is(route->hops.at(0), bob, 103, 4, 1'234'000, 117);
}

TEST_CASE("positional parameters: the total is the fourth, the secret the sixth, the metadata the tenth") {
    const auto route = decode("[[" + last_element + R"(],"hash","label",3000000,"lnbcrt1",")" + secret +
                              R"(",1,null,7,"cafe","description"])");
    REQUIRE(extras(route));
    REQUIRE(extras(route)->mpp.has_value());
    CHECK(base::to_hex(extras(route)->mpp->payment_secret) == secret);
    CHECK(extras(route)->mpp->total.value == 3'000'000);
    CHECK(extras(route)->metadata == payments::Blob{0xca, 0xfe});
}

TEST_CASE("the total of all parts is the call's amount_msat, not the route's") {
    const auto route = decode_with(R"(,"amount_msat":"3000000msat","payment_secret":")" + secret + "\"");
    CHECK(extras(route)->mpp->total.value == 3'000'000);
    for (const std::string unreadable : {"null", "-1", "\"any\"", "[]"})
        CHECK(extras(decode_with(R"(,"payment_secret":")" + secret + R"(","amount_msat":)" + unreadable))
                  ->mpp->total.value == 1'234'000);
}

TEST_CASE("without a secret of 32 bytes the last hop has no MPP record; without metadata no extras") {
    CHECK(extras(decode_with("")) == nullptr);
    CHECK(extras(decode_with(R"(,"amount_msat":3000000)")) == nullptr);
    for (const std::string value : {"null", "5", R"("")", R"("zz")", R"("aa")", "[]"}) {
        INFO(value);
        CHECK(extras(decode_with(R"(,"payment_secret":)" + value + R"(,"payment_metadata":"")")) == nullptr);
    }
    CHECK(extras(decode_with(R"(,"payment_secret":")" + secret + "aa\"")) == nullptr);
    const auto metadata_only = decode_with(R"(,"payment_metadata":"cafe")");
    REQUIRE(extras(metadata_only));
    CHECK_FALSE(extras(metadata_only)->mpp.has_value());
    CHECK(extras(metadata_only)->metadata == payments::Blob{0xca, 0xfe});
}

TEST_CASE("a sendpay with an empty route pays our own node") {
    // self_payment.jsonl, shortened
    const auto route = decode(R"({"route":[],"payment_secret":")" + secret + R"(","amount_msat":1100000})");
    REQUIRE(route.has_value());
    CHECK(route->self);
    CHECK(route->hops.empty());
    CHECK(route->total_time_lock == 0);
}

TEST_CASE("while the chain's height is unknown, expiries are unknown and amounts are not") {
    const auto route = decode(R"({"route":[)" + last_element + "]}", 0);
    REQUIRE(route.has_value());
    CHECK(route->total_time_lock == 0);
    is(route->hops.at(0), bob, 103, 4, 1'234'000, 0);
}

TEST_CASE("expiries count from the next block and stop at 32 bits") {
    CHECK(ChainHeight{100}.plus(0) == 101);
    CHECK(ChainHeight{100}.plus(9) == 110);
    CHECK(ChainHeight{}.plus(9) == 0);
    CHECK(ChainHeight{UINT32_MAX - 1}.plus(0) == UINT32_MAX);
    CHECK(ChainHeight{UINT32_MAX - 1}.plus(1) == 0);
    CHECK(ChainHeight{UINT32_MAX}.plus(0) == 0);
    CHECK(ChainHeight{1}.plus(UINT32_MAX - 2) == UINT32_MAX);
    CHECK(ChainHeight{1}.plus(UINT64_MAX) == 0);
}

TEST_CASE("a hop without a readable channel is kept with the channel unknown") {
    for (const std::string channel : {"", R"(,"channel":null)", R"(,"channel":5)", R"(,"channel":"103x4")",
                                      R"(,"channel":"16777216x0x0")", R"(,"channel":"103x4x0/2")"}) {
        INFO(channel);
        const auto route = decode(R"({"route":[{"id":")" + bob + R"(","amount_msat":1000,"delay":9)" + channel + "}]}");
        REQUIRE(route.has_value());
        CHECK(route->hops.at(0).channel.value == 0);
        CHECK(route->hops.at(0).forward.value == 1000);
    }
}

TEST_CASE("one unreadable element makes the whole route unknown, because a shortened one would be wrong") {
    const auto good = received::json(last_element);
    for (const auto* name : {"id", "amount_msat", "delay"}) {
        for (const auto* value : {"null", "-1", "1.5", "true", "\"\"", "\"zz\"", "[]", "{}"}) {
            INFO(name, " ", value);
            const json::Tree params{{"route", {good, received::with(good, name, value)}}};
            CHECK_FALSE(cln::decode_sendpay_route(received::value_of(params), {107}).has_value());
        }
        CHECK_FALSE(
            cln::decode_sendpay_route(
                received::value_of(json::Tree::object({{"route", {received::without(good, name), good}}})), {107})
                .has_value());
    }
    for (const auto* element : {"null", "5", "[]", "\"x\"", "{}"})
        CHECK_FALSE(decode(R"({"route":[)" + std::string(element) + "]}").has_value());
}

TEST_CASE("a route that is no list is unknown") {
    for (const auto* params :
         {"{}", "[]", "5", "null", R"({"route":null})", R"({"route":{}})", R"({"route":"x"})", "[null]", "[{}]"})
        CHECK_FALSE(decode(params).has_value());
}

TEST_CASE("an element's msatoshi is its amount if amount_msat is missing") {
    const auto route = decode(R"({"route":[{"id":")" + bob + R"(","channel":"103x4x0","msatoshi":7000,"delay":9}]})");
    REQUIRE(route.has_value());
    REQUIRE(route->hops.size() == 1);
    CHECK(route->hops[0].forward.value == 7000);
}

} // namespace sendpay_route_test
