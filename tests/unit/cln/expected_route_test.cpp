// The route that a payer's call shows.
#include "cln/payer_call.hpp"

#include "hops.hpp"

namespace expected_route_test {

namespace {

const std::string hash = R"("payment_hash":"ed61c0ff47f52a1b0b89a4864e95659c8794f34c3529d5b0d67a2a3abbb3c46d")";

payments::Route expected(std::string_view method, const std::string& members) {
    cln::HookedCall call;
    call.id = R"("pay:call#1")";
    call.method = method;
    const auto part = cln::decode_payer_call(call, received::value("{" + hash + members + "}"), {107}, {42});
    REQUIRE(part.has_value());
    return part->route;
}

} // namespace

TEST_CASE("sendpay gives its hops; with an unreadable route the part is still expected") {
    const auto route = expected("sendpay", R"(,"route":[{"id":")" + hops::bob +
                                               R"(","channel":"103x4x0","amount_msat":1000,"delay":9}])");
    CHECK(route.total_time_lock == 117);
    REQUIRE(route.hops.size() == 1);
    hops::is(route.hops[0], hops::bob, 103, 4, 1000, 117);
    CHECK(expected("sendpay", R"(,"route":[{"id":5}])") == payments::Route{});
    CHECK(expected("sendpay", "") == payments::Route{});
}

TEST_CASE("sendonion gives the time lock as a delay from the next block") {
    const auto route = expected("sendonion", R"(,"first_hop":{"id":")" + hops::alice + R"(","delay":11})");
    CHECK(route.total_time_lock == 119);
    CHECK(route.hops.empty());
    CHECK(expected("sendonion", "") == payments::Route{});
}

TEST_CASE("injectpaymentonion gives the time lock as an absolute height") {
    CHECK(expected("injectpaymentonion", R"(,"cltv_expiry":850061)").total_time_lock == 850'061);
    CHECK(expected("injectpaymentonion", R"(,"cltv_expiry":"850061")").total_time_lock == 850'061);
    CHECK(expected("injectpaymentonion", R"(,"cltv_expiry":4294967295)").total_time_lock == UINT32_MAX);
    for (const std::string value : {"4294967296", "-1", "null", "[]", "\"x\""})
        CHECK(expected("injectpaymentonion", R"(,"cltv_expiry":)" + value) == payments::Route{});
}

} // namespace expected_route_test
