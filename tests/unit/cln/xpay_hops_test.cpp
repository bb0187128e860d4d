// The hops of pay_part_start: the amount out of each channel, no heights.
#include "cln/route.hpp"

#include "hops.hpp"

namespace xpay_hops_test {

using hops::bob;
using hops::carol;
using hops::is;

namespace {

const std::string fake = "02" + std::string(62, '0') + "01";

std::string hop(const std::string& node, const std::string& channel, std::uint64_t in, std::uint64_t out) {
    return R"({"next_node":")" + node + R"(","short_channel_id":")" + channel +
           R"(","direction":1,"channel_in_msat":)" + std::to_string(in) + R"(,"channel_out_msat":)" +
           std::to_string(out) + "}";
}

std::optional<payments::Route> decode(const std::string& hops) {
    return cln::decode_xpay_hops(received::value("[" + hops + "]"));
}

} // namespace

TEST_CASE("xpay's hops: a node forwards the amount that comes out of the next channel") {
    // xpay_payee_rejects.jsonl
    const auto route =
        decode(hop(carol, "103x1x0", 4'000'041, 4'000'041) + "," + hop(bob, "103x2x0", 4'000'041, 4'000'000));
    REQUIRE(route.has_value());
    REQUIRE(route->hops.size() == 2);
    is(route->hops[0], carol, 103, 1, 4'000'000, 0);
    is(route->hops[1], bob, 103, 2, 4'000'000, 0);
    CHECK_FALSE(bool(route->hops[1].extras));
    CHECK(route->total_time_lock == 0);
    CHECK_FALSE(route->self);
    CHECK(route->secret_of_invoice);
}

TEST_CASE("xpay's hops: with three of them each has its own amounts") {
    const auto route = decode(hop(carol, "1x1x0", 3000, 3000) + "," + hop(bob, "2x2x0", 3000, 2000) + "," +
                              hop(carol, "3x3x0", 2000, 1000));
    REQUIRE(route.has_value());
    REQUIRE(route->hops.size() == 3);
    is(route->hops[0], carol, 1, 1, 2000, 0);
    is(route->hops[1], bob, 2, 2, 1000, 0);
    is(route->hops[2], carol, 3, 3, 1000, 0);
}

TEST_CASE("xpay's hops: the placeholder for a blinded path is a hop without channel or secret") {
    // bolt12_offer.jsonl
    for (const auto* channel : {"0x0x0", "0x0x3"}) {
        const auto route =
            decode(hop(carol, "103x1x0", 1'900'020, 1'900'020) + "," + hop(bob, "103x2x0", 1'900'020, 1'900'000) + "," +
                   hop(fake, channel, 1'900'000, 1'899'000));
        REQUIRE(route.has_value());
        REQUIRE(route->hops.size() == 3);
        is(route->hops[1], bob, 103, 2, 1'899'000, 0);
        is(route->hops[2], fake, 0, 0, 1'899'000, 0);
        CHECK_FALSE(route->secret_of_invoice);
    }
}

TEST_CASE("xpay's hops: only xpay's own placeholder node is a placeholder") {
    for (auto node : {"03" + std::string(62, '0') + "01", "02" + std::string(62, '0') + "02",
                      "0201" + std::string(60, '0') + "01", "02" + std::string(60, '0') + "0101"}) {
        const auto route = decode(hop(node, "103x1x0", 1000, 1000));
        REQUIRE(route.has_value());
        is(route->hops.at(0), node, 103, 1, 1000, 0);
        CHECK(route->secret_of_invoice);
    }
}

TEST_CASE("xpay's hops: an empty list is a payment to our own node") {
    // self_payment.jsonl
    const auto route = decode("");
    REQUIRE(route.has_value());
    CHECK(route->self);
    CHECK(route->hops.empty());
    CHECK_FALSE(route->secret_of_invoice);
}

TEST_CASE("xpay's hops: one unreadable hop makes the whole route unknown") {
    const auto good = received::json(hop(bob, "103x2x0", 1001, 1000));
    for (const auto* name : {"next_node", "short_channel_id", "channel_out_msat"}) {
        for (const auto* value : {"null", "-1", "1.5", "true", "\"\"", "\"zz\"", "[]", "{}"}) {
            INFO(name, " ", value);
            CHECK_FALSE(
                cln::decode_xpay_hops(received::value_of(json::Tree::array({good, received::with(good, name, value)})))
                    .has_value());
        }
        CHECK_FALSE(cln::decode_xpay_hops(received::value_of(json::Tree::array({received::without(good, name), good})))
                        .has_value());
    }
    for (const auto* hops : {"null", "5", "\"x\"", "{}"})
        CHECK_FALSE(cln::decode_xpay_hops(received::value(hops)).has_value());
}

} // namespace xpay_hops_test
