// An attempt's route: each node's fee, the amount into each channel, the last hop's MPP record.
#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace route_test {

using base::HeapOptional;
using payments::Hop;
using payments::HopExtras;

namespace {

Hop hop(std::uint8_t node, std::uint64_t channel, std::uint64_t forward, std::uint32_t expiry = 0) {
    Hop hop{{}, {channel}, {forward}, expiry, {}};
    hop.node.bytes.fill(node);
    return hop;
}

Hop blinded(std::uint8_t node, std::uint64_t channel, std::uint64_t forward) {
    auto inside = hop(node, channel, forward);
    inside.extras = HeapOptional(HopExtras{});
    inside.extras->encrypted_data = {node};
    return inside;
}

payments::Part part(std::uint64_t sent, std::vector<Hop> hops) {
    payments::Part part;
    part.sent = {sent};
    part.route = HeapOptional(payments::Route{std::move(hops), 850'061, false, false});
    return part;
}

lnrpc::Route route_of(payments::Part part) {
    payments::Payment payment;
    payment.parts.push_back(std::move(part));
    return lnrpc::to_lnrpc(payment).htlcs.at(0).route;
}

/// The fee of each hop, and the capacity of the channel into it.
void check(const lnrpc::Route& route, const std::vector<std::int64_t>& fees,
           const std::vector<std::int64_t>& capacities) {
    REQUIRE(route.hops.size() == fees.size());
    for (std::size_t i = 0; i < fees.size(); ++i) {
        INFO("hop ", i);
        CHECK(route.hops[i].fee_msat == fees[i]);
        CHECK(route.hops[i].chan_capacity == capacities[i]);
    }
}

payments::Secret secret(std::uint8_t byte) {
    payments::Secret secret;
    secret.fill(byte);
    return secret;
}

} // namespace

TEST_CASE("a node's fee is its incoming less its outgoing amount; the last node has none") {
    const auto route =
        route_of(part(100'999, {hop(0x22, 7, 90'500, 140), hop(0x33, 8, 80'001, 130), hop(0x44, 9, 80'001, 130)}));
    check(route, {10'499, 10'499, 0}, {100, 90, 80}); // capacity: the amount in, floored, as in LND since 0.21
    CHECK(route.total_time_lock == 850'061);
    CHECK(route.total_amt_msat == 100'999);
    CHECK(route.first_hop_amount_msat == 100'999);
    CHECK(route.total_fees_msat == 20'998);
    CHECK(route.hops[0].pub_key.hex() == std::string(66, '2'));
    CHECK(route.hops[0].chan_id == 7);
    CHECK(route.hops[0].amt_to_forward_msat == 90'500);
    CHECK(route.hops[0].expiry == 140);
    CHECK(route.hops[0].tlv_payload);
    CHECK(route.hops[1].chan_id == 8);
    CHECK(route.hops[1].amt_to_forward_msat == 80'001);
    CHECK(route.hops[1].expiry == 130);
    CHECK(route.hops[2].pub_key.hex() == std::string(66, '4'));
    CHECK(route.hops[2].amt_to_forward_msat == 80'001);
    CHECK(route.hops[2].expiry == 130);
}

TEST_CASE("every satoshi value is the floor of its own millisatoshi, so fees need not add up") {
    payments::Payment payment;
    payment.parts.push_back(part(3998, {hop(2, 7, 2999), hop(3, 8, 2000), hop(4, 9, 2000)}));
    const auto route = nlohmann::json::parse(lnrpc::to_json(lnrpc::to_lnrpc(payment)))["htlcs"][0]["route"];
    CHECK(route["total_amt"] == "3");
    CHECK(route["total_fees"] == "1");     // 1998
    CHECK(route["hops"][0]["fee"] == "0"); // 999
    CHECK(route["hops"][1]["fee"] == "0"); // 999
    CHECK(route["hops"][0]["amt_to_forward"] == "2");
    CHECK(route["hops"][0]["chan_capacity"] == "3");
    CHECK(route["hops"][1]["chan_capacity"] == "2");
}

TEST_CASE("a direct payment has no fee, even if more was sent than the payee expects") {
    check(route_of(part(1010, {hop(2, 7, 1010)})), {0}, {1});
    check(route_of(part(2010, {hop(2, 7, 1000)})), {0}, {2});
}

TEST_CASE("the introduction node has the fee of the whole blinded path, the nodes behind it none") {
    const auto route =
        route_of(part(10'500, {hop(2, 7, 9'500), blinded(3, 8, 0), blinded(4, 0, 0), blinded(5, 0, 8'000)}));
    check(route, {1'000, 1'500, 0, 0}, {10, 9, 0, 0});
    CHECK(route.total_fees_msat == 2'500);
    CHECK(route.hops[1].encrypted_data == lnrpc::Blob{3});
    CHECK(route.hops[3].encrypted_data == lnrpc::Blob{5});
    CHECK(route.hops[3].amt_to_forward_msat == 8'000);
}

TEST_CASE("an introduction node that is the payee or our peer follows the same rules") {
    check(route_of(part(9'500, {hop(2, 7, 9'000), blinded(3, 8, 9'000)})), {500, 0}, {9, 9});
    check(route_of(part(9'500, {blinded(3, 8, 0), blinded(4, 0, 9'000)})), {500, 0}, {9, 0});
    check(route_of(part(9'500, {blinded(3, 8, 9'500)})), {0}, {9});
}

TEST_CASE("a hop's other fields are passed on unchanged") {
    auto last = hop(3, 8, 1000);
    last.extras = HeapOptional(HopExtras{});
    last.extras->metadata = {0xca, 0xfe};
    last.extras->blinding_point = {2, 1};
    last.extras->encrypted_data = {9};
    last.extras->total = {5000};
    last.extras->custom_records = {{5482373484, {7}}, {65536, {}}};
    const auto route = route_of(part(1010, {hop(2, 7, 1000), last}));
    CHECK(route.hops[1].metadata == lnrpc::Blob{0xca, 0xfe});
    CHECK(route.hops[1].blinding_point == lnrpc::Blob{2, 1});
    CHECK(route.hops[1].encrypted_data == lnrpc::Blob{9});
    CHECK(route.hops[1].total_amt_msat == 5000);
    CHECK(route.hops[1].custom_records == std::map<std::uint64_t, lnrpc::Blob>{{65536, {}}, {5482373484, {7}}});
    CHECK_FALSE(route.hops[1].mpp_record.has_value());
    CHECK(route.hops[0].metadata.empty());
    CHECK(route.hops[0].custom_records.empty());
    CHECK(route.hops[0].total_amt_msat == 0);
}

TEST_CASE("the payment secret and total of the payer's call are the last hop's MPP record") {
    auto last = hop(3, 8, 1000);
    last.extras = HeapOptional(HopExtras{});
    last.extras->mpp = payments::MppRecord{secret(0x42), {3000}};
    payments::Payment payment;
    payment.parts.push_back(part(1010, {hop(2, 7, 1000), last}));
    payment.invoice_amount = base::Msat{9999};
    payment.invoice_secret = secret(0x55);
    const auto route = lnrpc::to_lnrpc(payment).htlcs.at(0).route;
    CHECK_FALSE(route.hops[0].mpp_record.has_value());
    REQUIRE(route.hops[1].mpp_record.has_value());
    CHECK(route.hops[1].mpp_record->payment_addr == secret(0x42));
    CHECK(route.hops[1].mpp_record->total_amt_msat == 3000);
}

TEST_CASE("without a secret in the call, the decoded invoice's is the last hop's MPP record") {
    payments::Payment payment;
    payment.parts = {part(1010, {hop(2, 7, 1000), hop(3, 8, 1000)}), part(1010, {hop(4, 9, 1000)})};
    payment.parts[0].route->secret_of_invoice = true;
    payment.total = {payments::TotalSource::part_start, {2000}};
    CHECK_FALSE(lnrpc::to_lnrpc(payment).htlcs[0].route.hops[1].mpp_record.has_value());
    payment.invoice_secret = secret(0x55);
    const auto out = lnrpc::to_lnrpc(payment);
    CHECK_FALSE(out.htlcs[0].route.hops[0].mpp_record.has_value());
    REQUIRE(out.htlcs[0].route.hops[1].mpp_record.has_value());
    CHECK(out.htlcs[0].route.hops[1].mpp_record->payment_addr == secret(0x55));
    CHECK(out.htlcs[0].route.hops[1].mpp_record->total_amt_msat == 2000); // the total of all parts
    CHECK_FALSE(out.htlcs[1].route.hops[0].mpp_record.has_value());
}

TEST_CASE("an unknown route and one to our own node have no hops") {
    payments::Part unknown;
    unknown.sent = {1010};
    unknown.amount = base::Msat{1000};
    auto route = route_of(unknown);
    CHECK(route.hops.empty());
    CHECK(route.total_time_lock == 0);
    CHECK(route.total_fees_msat == 10);
    unknown.route = HeapOptional(payments::Route{{}, 0, true, false});
    CHECK(route_of(unknown).hops.empty());
}

TEST_CASE("without a delivered amount in the row, the route's is used") {
    CHECK(route_of(part(1010, {hop(2, 7, 1000), hop(3, 8, 990)})).total_fees_msat == 20);
    auto known_twice = part(1010, {hop(2, 7, 1000), hop(3, 8, 990)});
    known_twice.amount = base::Msat{1000};
    CHECK(route_of(known_twice).total_fees_msat == 10);
}

TEST_CASE("amounts of hops beyond int64 saturate") {
    const auto route = route_of(part(UINT64_MAX, {hop(2, 7, UINT64_MAX), hop(3, 8, 0)}));
    CHECK(route.hops[0].amt_to_forward_msat == INT64_MAX);
    CHECK(route.hops[0].fee_msat == 0);
    CHECK(route.hops[1].chan_capacity == INT64_MAX / 1000);
    check(route_of(part(0, {hop(2, 7, UINT64_MAX), hop(3, 8, 0)})), {-INT64_MAX, 0}, {0, INT64_MAX / 1000});
}

} // namespace route_test
