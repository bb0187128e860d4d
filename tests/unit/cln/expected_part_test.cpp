#include "cln/payer_call.hpp"

#include "cln/hook.hpp"
#include "received.hpp"

namespace expected_part_test {

using payments::Payer;
using payments::TotalSource;

namespace {

const std::string hash = "ed61c0ff47f52a1b0b89a4864e95659c8794f34c3529d5b0d67a2a3abbb3c46d";
const std::string quoted = "\"" + hash + "\"";

std::optional<payments::ExpectedPart> expected(std::string_view method, const std::string& params,
                                               std::string_view id = R"("lab:sendpay#357")") {
    cln::HookedCall call;
    call.id = id;
    call.method = method;
    const auto json = json::Tree::parse(params, nullptr, false);
    return cln::decode_payer_call(call, received::value_of(json), cln::ChainHeight{100}, base::UnixNs{42});
}

} // namespace

TEST_CASE("sendpay with named parameters gives the expected part") {
    // sendpay_mpp.jsonl, shortened
    const auto part =
        expected("sendpay",
                 R"({"route":[{"id":"02f5","channel":"103x1x0","amount_msat":1000011,"delay":17}],
        "payment_hash":)" +
                     quoted + R"(,"payment_secret":"a694","partid":1,"groupid":7,"amount_msat":3000000,"bolt11":"x"})");
    REQUIRE(part.has_value());
    CHECK(part->hash.hex() == hash);
    CHECK(part->group == base::GroupId{7});
    CHECK(part->partid.value == 1);
    CHECK(part->total == payments::Total{TotalSource::sendpay_amount, {3'000'000}});
    CHECK(part->payer == Payer::other);
    CHECK(part->seen.value == 42);
}

TEST_CASE("sendpay with positional parameters gives the expected part") {
    const auto part = expected("sendpay", "[[]," + quoted + R"(,"label",3000000,"lnbcrt1","a694",1,null,7,null,null])");
    REQUIRE(part.has_value());
    CHECK(part->hash.hex() == hash);
    CHECK(part->partid.value == 1);
    CHECK(part->group == base::GroupId{7});
    CHECK(part->total == payments::Total{TotalSource::sendpay_amount, {3'000'000}});
}

TEST_CASE("sendpay without optional parameters leaves group and total open") {
    for (const auto& params : {"[[]," + quoted + "]", R"({"route":[],"payment_hash":)" + quoted + "}",
                               "[[]," + quoted + ",null,null,null,null,null,null,null]"}) {
        const auto part = expected("sendpay", params);
        REQUIRE(part.has_value());
        CHECK_FALSE(part->group.has_value());
        CHECK(part->partid.value == 0);
        CHECK(part->total.source == TotalSource::none);
    }
}

TEST_CASE("sendonion gives the expected part, named or positional") {
    const auto* id = R"("lab:pay#184/cln:pay#313/pay:sendonion#25")";
    const auto named =
        expected("sendonion",
                 R"({"onion":"00","first_hop":{"id":"02","amount_msat":5,"delay":9},"payment_hash":)" + quoted +
                     R"(,"partid":2,"groupid":1,"amount_msat":1500,"total_amount_msat":"4500msat"})",
                 id);
    const auto positional =
        expected("sendonion",
                 R"(["00",{},)" + quoted + R"(,"label",[],2,"bolt11",1500,"02dest",null,1,"description",4500])", id);
    for (const auto& part : {named, positional}) {
        REQUIRE(part.has_value());
        CHECK(part->hash.hex() == hash);
        CHECK(part->partid.value == 2);
        CHECK(part->group == base::GroupId{1});
        CHECK(part->payer == Payer::pay);
        CHECK(part->total ==
              payments::Total{TotalSource::total_amount, {4500}}); // not amount_msat, which is the part's
    }
}

TEST_CASE("injectpaymentonion gives the expected part without a total, named or positional") {
    const auto* id = R"("lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8")";
    const auto named = expected("injectpaymentonion",
                                R"({"onion":"00","payment_hash":)" + quoted +
                                    R"(,"amount_msat":5,"cltv_expiry":900,"partid":3,"groupid":8912158845556297834})",
                                id);
    const auto positional =
        expected("injectpaymentonion", R"(["00",)" + quoted + R"(,5,900,3,8912158845556297834])", id);
    for (const auto& part : {named, positional}) {
        REQUIRE(part.has_value());
        CHECK(part->hash.hex() == hash);
        CHECK(part->partid.value == 3);
        CHECK(part->group == base::GroupId{8912158845556297834ULL});
        CHECK(part->payer == Payer::xpay);
        CHECK(part->total.source == TotalSource::none);
    }
}

TEST_CASE("the payer follows from the calling plugin's name") {
    const std::string params = "[[]," + quoted + "]";
    CHECK(expected("sendpay", params, R"("a:b#1/pay:sendpay#2")")->payer == Payer::pay);
    CHECK(expected("sendpay", params, R"("a:b#1/keysend:sendonion#2")")->payer == Payer::keysend);
    CHECK(expected("sendpay", params, R"("a:b#1/cln-xpay:injectpaymentonion#2")")->payer == Payer::xpay);
    CHECK(expected("sendpay", params, R"("a:b#1/cln-renepay:sendonion#2")")->payer == Payer::renepay);
    CHECK(expected("sendpay", params, R"("cli:sendpay#2")")->payer == Payer::other);
    CHECK(expected("sendpay", params, "5")->payer == Payer::unknown);
}

TEST_CASE("numbers may be strings, as lightning-cli may send them") {
    const auto part = expected("sendpay", R"({"payment_hash":)" + quoted +
                                              R"(,"partid":"1","groupid":"7","amount_msat":"3000msat"})");
    REQUIRE(part.has_value());
    CHECK(part->partid.value == 1);
    CHECK(part->group == base::GroupId{7});
    CHECK(part->total.amount.value == 3000);
}

TEST_CASE("with an unreadable amount the part is expected and the amount unknown") {
    for (const auto* amount : {"-1", "1.5", "\"1sat\"", "\"any\"", "[]", "null"}) {
        const auto part = expected("sendpay", R"({"payment_hash":)" + quoted + R"(,"amount_msat":)" + amount + "}");
        REQUIRE(part.has_value());
        CHECK(part->total.source == TotalSource::none);
    }
}

TEST_CASE("without a hash, or with invalid numbers, no part is expected") {
    for (const std::string& params :
         {std::string(""), std::string("{}"), std::string("[]"), std::string("5"), std::string("{"),
          std::string("[[]]"), std::string(R"({"payment_hash":5})"), std::string(R"({"payment_hash":"zz"})"),
          std::string(R"({"payment_hash":null})"), R"({"payment_hash":)" + quoted + R"(,"partid":-1})",
          R"({"payment_hash":)" + quoted + R"(,"partid":"x"})", R"({"payment_hash":)" + quoted + R"(,"groupid":1.5})",
          R"({"payment_hash":)" + quoted + R"(,"groupid":[]})",
          R"({"payment_hash":)" + quoted + R"(,"groupid":18446744073709551616})"})
        CHECK_FALSE_MESSAGE(expected("sendpay", params).has_value(), params);
}

TEST_CASE("other methods expect no part") {
    for (const std::string_view method : {"createonion", "delpay", "pay", "sendpayx", ""})
        CHECK_FALSE(expected(method, "[[]," + quoted + "]").has_value());
}

TEST_CASE("sendpay's amounts may be named msatoshi, as in v23.11") {
    const auto part = expected("sendpay", R"({"payment_hash":)" + quoted + R"(,"msatoshi":3000})");
    REQUIRE(part.has_value());
    CHECK(part->total == payments::Total{TotalSource::sendpay_amount, {3000}});
    const auto both = expected("sendpay", R"({"payment_hash":)" + quoted + R"(,"msatoshi":1,"amount_msat":2})");
    CHECK(both->total.amount.value == 2);
}

} // namespace expected_part_test
