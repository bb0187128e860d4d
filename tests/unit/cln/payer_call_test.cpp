// The user's command behind a payer's call, read from the nested id.
#include "cln/payer_call.hpp"

#include "received.hpp"

namespace payer_call_test {

namespace {

std::uint64_t call(const std::string& id) {
    cln::HookedCall call;
    const auto quoted = '"' + id + '"';
    call.id = quoted;
    return call.payer_call().number;
}

/// The amount that the call's part would send.
std::optional<base::Msat> sent(std::string_view method, const std::string& params) {
    cln::HookedCall call;
    call.method = method;
    const std::string hash = R"("payment_hash":"ed61c0ff47f52a1b0b89a4864e95659c8794f34c3529d5b0d67a2a3abbb3c46d")";
    const auto part = cln::decode_payer_call(call, received::value("{" + hash + params + "}"), {107}, {42});
    REQUIRE(part.has_value());
    return part->sent;
}

} // namespace

TEST_CASE("the command is the one that lightningd passed to the calling plugin") {
    CHECK(call("lab:renepay#716/cln:renepay#924/cln-renepay:sendonion#7") == 924); // v26.06.6, renepay_retried.jsonl
    CHECK(call("lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8") == 140);
    CHECK(call("lab:pay#151/cln:pay#235/pay:sendonion#12") == 235);
}

TEST_CASE("a plugin that calls itself in between is at its first command: renepay of v25.12") {
    CHECK(
        call("lab:renepay#81/cln:renepay#124/cln-renepay:renesendpay#7/cln:renesendpay#125/cln-renepay:sendonion#12") ==
        124);
}

TEST_CASE("a call through another plugin is not attributed to the payer's command") {
    CHECK(call("cli:swap#1/cln:swap#5/swapper:renepay#2/cln:renepay#9/cln-renepay:sendpay#3") == 9);
}

TEST_CASE("an id of another form gives no command") {
    for (const std::string id :
         {"", "7", "pay:sendonion#13", "rebalance:sendpay#1", "lab:xpay#77/cln-xpay:injectpaymentonion#8", "a/b/c",
          "////", "cln:renepay#x/cln-renepay:sendpay#3", "cln:renepay/cln-renepay:sendpay",
          "cln:renepay#99999999999999999999/p:q#1"})
        CHECK_MESSAGE(call(id) == 0, id);
}

TEST_CASE("the sent amount is read from the place that each method has for it") {
    CHECK(sent("sendpay",
               R"(,"route":[{"id":"02","amount_msat":1011},{"id":"03","amount_msat":1000}],"amount_msat":9000)") ==
          base::Msat{1011});
    CHECK(sent("sendpay", R"(,"route":[{"node_id_out":"02","amount_out_msat":"1011msat","amount_msat":5}])") ==
          base::Msat{1011});
    CHECK(sent("sendpay", R"(,"route":[],"amount_msat":9000)") == base::Msat{9000}); // to our own node
    CHECK(sent("sendonion", R"(,"first_hop":{"id":"02","amount_msat":1011,"delay":5},"amount_msat":1000)") ==
          base::Msat{1011});
    CHECK(sent("injectpaymentonion", R"(,"amount_msat":1011,"destination_msat":1000,"partid":1,"groupid":2)") ==
          base::Msat{1011});
    CHECK_FALSE(sent("sendpay", "").has_value());
    CHECK_FALSE(sent("sendonion", R"(,"first_hop":5)").has_value());
}

} // namespace payer_call_test
