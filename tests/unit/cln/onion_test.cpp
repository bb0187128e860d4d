// createonion gives the payload for each node, sendonion the first hop.
#include "cln/route.hpp"

#include "hops.hpp"
#include "recorded.hpp"
#include "wire.hpp"

namespace onion_test {

using hops::alice;
using hops::bob;
using hops::carol;
using hops::is;
using wire::Octets;

namespace {

const std::string hash = "becdcdb1922aff20599a2d4162e3970c7fdf8ce31e8def9e48872eb2bebfdd5d";

std::string hop(const std::string& node, std::string_view payload) {
    return R"({"pubkey":")" + node + R"(","payload":")" + std::string(payload) + "\"}";
}

std::optional<cln::Onion> decode(const std::string& hops) {
    return cln::decode_createonion(received::value(R"({"hops":[)" + hops + R"(],"assocdata":")" + hash + "\"}"));
}

std::string payload(std::initializer_list<Octets> tlvs) {
    return base::to_hex(wire::sized(wire::join(tlvs)));
}

std::optional<cln::FirstHop> first_hop(const std::string& params, std::uint32_t blocks = 107) {
    return cln::decode_first_hop(received::value(params), cln::ChainHeight{blocks});
}

} // namespace

TEST_CASE("createonion: a node's payload names the channel into the next hop") {
    // pay_legacy.jsonl
    const auto onion = decode(hop(alice, recorded::forward) + "," + hop(bob, recorded::final_with_secret));
    REQUIRE(onion.has_value());
    CHECK(onion->hash.hex() == hash);
    CHECK(onion->total.value == 2'500'000);
    REQUIRE(onion->hops.size() == 2);
    is(onion->hops[0], alice, 0, 0, 2'500'000, 114); // the channel into the first hop comes with sendonion's first_hop
    CHECK_FALSE(bool(onion->hops[0].extras));
    is(onion->hops[1], bob, 103, 4, 2'500'000, 114);
    REQUIRE(bool(onion->hops[1].extras));
    const auto& extras = *onion->hops[1].extras;
    REQUIRE(extras.mpp.has_value());
    CHECK(base::to_hex(extras.mpp->payment_secret) ==
          "975bf05a19d898a86aad20a05caa2bda601f56afceaf9cdccf963c329447b8bc");
    CHECK(extras.mpp->total.value == 2'500'000);
    CHECK(extras.custom_records.empty());
}

TEST_CASE("createonion: keysend's last payload has the preimage and no total") {
    const auto onion = decode(hop(bob, recorded::final_keysend));
    REQUIRE(onion.has_value());
    CHECK(onion->total.value == 0);
    is(onion->hops.at(0), bob, 0, 0, 0x16e360, 0x97);
    REQUIRE(bool(onion->hops[0].extras));
    CHECK_FALSE(onion->hops[0].extras->mpp.has_value());
    const auto& records = onion->hops[0].extras->custom_records;
    REQUIRE(records.size() == 1);
    CHECK(records.contains(5482373484));
    CHECK(base::to_hex(records.at(5482373484)) == "34bfddbe94c1dfd854dbe4851d5ed55e7c97bd23500f6002c8ed8856d02dcfdf");
}

TEST_CASE("createonion: a blinded path of one node gives key, data and total at that node") {
    // bolt12_offer.jsonl
    const auto onion = decode(hop(alice, recorded::forward) + "," + hop(bob, recorded::final_blinded));
    REQUIRE(onion.has_value());
    CHECK(onion->total.value == 1'900'000);
    is(onion->hops.at(1), bob, 103, 4, 1'900'000, 109);
    REQUIRE(bool(onion->hops[1].extras));
    const auto& extras = *onion->hops[1].extras;
    CHECK_FALSE(extras.mpp.has_value());
    CHECK(base::to_hex(extras.blinding_point) == "034ad07f5bd26dc75e5d114d3f71999c1e94bc2444a970a94d6a830f164ed3ffa3");
    CHECK(extras.encrypted_data.size() == 50);
    CHECK(extras.total.value == 1'900'000);
}

TEST_CASE("createonion: nodes inside a blinded path have no amount, expiry or channel") {
    const auto key = wire::hex(carol);
    const auto onion =
        decode(hop(alice, payload({wire::tlv(2, wire::truncated(5000)), wire::tlv(4, wire::truncated(900)),
                                   wire::tlv(6, wire::u64(7ULL << 40 | 8ULL << 16))})) +
               "," + hop(carol, payload({wire::tlv(10, {0xe1}), wire::tlv(12, key)})) + "," +
               hop(alice, payload({wire::tlv(10, {0xe2})})) + "," +
               hop(bob, payload({wire::tlv(2, wire::truncated(4000)), wire::tlv(4, wire::truncated(800)),
                                 wire::tlv(10, {0xe3}), wire::tlv(18, wire::truncated(9000))})));
    REQUIRE(onion.has_value());
    CHECK(onion->total.value == 9000);
    REQUIRE(onion->hops.size() == 4);
    is(onion->hops[0], alice, 0, 0, 5000, 900);
    is(onion->hops[1], carol, 7, 8, 0, 0);
    is(onion->hops[2], alice, 0, 0, 0, 0);
    is(onion->hops[3], bob, 0, 0, 4000, 800);
    REQUIRE(bool(onion->hops[1].extras));
    CHECK(onion->hops[1].extras->blinding_point == key);
    CHECK(onion->hops[1].extras->encrypted_data == Octets{0xe1});
    REQUIRE(bool(onion->hops[2].extras));
    CHECK(onion->hops[2].extras->blinding_point.empty());
    CHECK(onion->hops[2].extras->encrypted_data == Octets{0xe2});
    REQUIRE(bool(onion->hops[3].extras));
    CHECK(onion->hops[3].extras->encrypted_data == Octets{0xe3});
    CHECK(onion->hops[3].extras->total.value == 9000);
}

TEST_CASE("createonion: metadata and custom records stay at their hop") {
    const auto onion = decode(hop(alice, payload({wire::tlv(2, {1}), wire::tlv(4, {2}), wire::tlv(65536, {3})})) + "," +
                              hop(bob, payload({wire::tlv(2, {1}), wire::tlv(4, {2}), wire::tlv(16, {0xca, 0xfe})})));
    REQUIRE(onion.has_value());
    CHECK(onion->total.value == 0);
    REQUIRE(bool(onion->hops.at(0).extras));
    CHECK(onion->hops[0].extras->custom_records == std::map<std::uint64_t, Octets>{{65536, {3}}});
    CHECK(onion->hops[0].extras->metadata.empty());
    REQUIRE(bool(onion->hops.at(1).extras));
    CHECK(onion->hops[1].extras->metadata == Octets{0xca, 0xfe});
}

TEST_CASE("createonion: positional parameters are the hops, then the hash") {
    const auto onion = cln::decode_createonion(
        received::value("[[" + hop(bob, recorded::final_with_secret) + R"(],")" + hash + R"(","5e55","1300"])"));
    REQUIRE(onion.has_value());
    CHECK(onion->hash.hex() == hash);
    CHECK(onion->hops.size() == 1);
}

TEST_CASE("createonion: with one unreadable hop the whole route is unknown") {
    const auto good = hop(bob, recorded::final_with_secret);
    for (const auto& hops :
         {std::string(), std::string("5"), std::string("{}"), "null," + good, hop("02", "00"), hop(bob, ""),
          hop(bob, "zz"), hop(bob, "00"), hop(bob, "1202032625a0"),
          good + "," + hop(bob, recorded::forward).replace(2, 6, "pubkex"), good + R"(,{"pubkey":")" + bob + R"("})",
          good + R"(,{"pubkey":")" + bob + R"(","payload":5})"})
        CHECK_FALSE_MESSAGE(decode(hops).has_value(), hops);
    for (const auto& params : {std::string("{}"), std::string("[]"), std::string("5"), R"({"hops":[)" + good + "]}",
                               R"({"hops":[)" + good + R"(],"assocdata":"00"})", R"({"assocdata":")" + hash + "\"}",
                               R"({"hops":{},"assocdata":")" + hash + "\"}"})
        CHECK_FALSE_MESSAGE(cln::decode_createonion(received::value(params)).has_value(), params);
}

TEST_CASE("sendonion: first_hop gives node, channel and the delay of the first HTLC") {
    // pay_legacy.jsonl; the chain was at 107
    const auto object = R"({"amount_msat":2500026,"delay":11,"id":")" + alice + R"(","channel":"103x3x0"})";
    for (const auto& params : {R"({"onion":"00","first_hop":)" + object + "}", R"(["00",)" + object + "]"}) {
        const auto first = first_hop(params);
        REQUIRE(first.has_value());
        CHECK(first->node.hex() == alice);
        CHECK(first->channel.value == (103ULL << 40 | 3ULL << 16));
        CHECK(first->total_time_lock == 119);
    }
    CHECK(first_hop(R"({"first_hop":)" + object + "}", 0)->total_time_lock == 0);
}

TEST_CASE("sendonion: first_hop without a channel leaves the channel unknown") {
    // fail_malformed_onion.jsonl, shortened
    const auto first = first_hop(R"({"first_hop":{"id":")" + alice + R"(","amount_msat":1000,"delay":9}})");
    REQUIRE(first.has_value());
    CHECK(first->node.hex() == alice);
    CHECK(first->channel.value == 0);
    CHECK(first->total_time_lock == 117);
}

TEST_CASE("sendonion: a first_hop without node or delay is refused") {
    for (const std::string& params :
         {std::string("{}"), std::string("[]"), std::string("5"), std::string(R"(["00"])"),
          std::string(R"({"first_hop":5})"), std::string(R"({"first_hop":null})"), std::string(R"({"first_hop":{}})"),
          std::string(R"({"first_hop":{"id":"03","delay":9}})"), R"({"first_hop":{"id":")" + alice + "\"}}",
          R"({"first_hop":{"id":")" + alice + R"(","delay":-1}})"})
        CHECK_FALSE_MESSAGE(first_hop(params).has_value(), params);
}

} // namespace onion_test
