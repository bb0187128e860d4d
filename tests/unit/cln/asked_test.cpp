// Decoders of the answers to listpays, renepaystatus, decode and getinfo.
#include "cln/replies.hpp"

#include "received.hpp"

namespace asked_test {

using cln::decode_getinfo;
using cln::decode_invoice;
using cln::decode_listpays;

namespace {

const std::string hash = "f0b3b5932bf7c971c2ab25525edd7ab23c5f536c43d9a7a22375453c6d3cb798";
const std::string secret = "3bbfbeeeec86fcca86ae762efc0a5d5a59b43d7971457df69a37d0d149e64259";

bolt::Invoice invoice(const std::string& result) {
    const auto decoded = decode_invoice(received::value(result));
    REQUIRE_MESSAGE(decoded.has_value(), decoded.error().text());
    return *decoded;
}

template <class Decoded>
std::string fault(const Decoded& decoded) {
    REQUIRE_FALSE(decoded.has_value());
    return decoded.error().text();
}

} // namespace

TEST_CASE("listpays gives each group's lowest row and whether the group has failed") {
    // delpay_variants.jsonl and xpay_payee_rejects.jsonl, shortened
    const auto pays = decode_listpays(received::value(R"({"pays":[
        {"payment_hash":")" + hash + R"(","status":"complete","preimage":"00","created_index":3,"updated_index":4},
        {"payment_hash":")" + hash + R"(","status":"failed","amount_sent_msat":0,"created_index":104},
        {"payment_hash":")" + hash + R"(","status":"pending","created_index":18446744073709551615},
        {"payment_hash":")" + hash + R"(","status":"failed"}]})"));
    REQUIRE(pays.has_value());
    REQUIRE(pays->size() == 4);
    const std::vector<std::pair<std::uint64_t, bool>> expected{{3, false}, {104, true}, {UINT64_MAX, false}, {0, true}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK((*pays)[i].created.value == expected[i].first);
        CHECK((*pays)[i].failed == expected[i].second);
    }
}

TEST_CASE("renepay goes on while renepaystatus shows the payment as pending") {
    const auto goes_on = [](const char* list) {
        return *cln::decode_renepaystatus(received::value(R"({"paystatus":)" + std::string(list) + "}"));
    };
    CHECK(goes_on(R"([{"payment_hash":"00","groupid":3,"parts":2,"status":"pending"}])"));
    CHECK_FALSE(goes_on(R"([{"status":"failed"}])"));
    CHECK_FALSE(goes_on(R"([{"status":"complete","payment_preimage":"00"}])"));
    CHECK_FALSE(goes_on("[]")); // no payment of that invoice
    const auto refusal = [](const char* result) { return fault(cln::decode_renepaystatus(received::value(result))); };
    CHECK(refusal("5") == "result: not an object");
    CHECK(refusal("{}") == "result.paystatus: not an array");
    CHECK(refusal(R"({"paystatus":[{}]})") == "result.paystatus[0].status: missing");
}

TEST_CASE("listpays of an unknown hash is an empty list") {
    const auto pays = decode_listpays(received::value(R"({"pays":[]})"));
    REQUIRE(pays.has_value());
    CHECK(pays->empty());
}

TEST_CASE("an invalid listpays answer is refused with the path of the fault") {
    const auto refusal = [](const char* result) { return fault(decode_listpays(received::value(result))); };
    CHECK(refusal("5") == "result: not an object");
    CHECK(refusal("{}") == "result.pays: not an array");
    CHECK(refusal(R"({"pays":{}})") == "result.pays: not an array");
    CHECK(refusal(R"({"pays":[5]})") == "result.pays[0]: not an object");
    CHECK(refusal(R"({"pays":[{"status":"failed"},{}]})") == "result.pays[1].status: missing");
    CHECK(refusal(R"({"pays":[{"status":5}]})") == "result.pays[0].status: not a string");
    CHECK(refusal(R"({"pays":[{"status":"failed","created_index":-1}]})") ==
          "result.pays[0].created_index: not an unsigned integer");
}

TEST_CASE("decode of a BOLT 11 invoice gives hash, amount and payment secret") {
    // sendpay_multi_hop.jsonl, shortened
    const auto decoded = invoice(R"({"type":"bolt11 invoice","currency":"bcrt","created_at":1795222378,"expiry":604800,
        "amount_msat":1234000,"payment_secret":")" +
                                 secret + R"(","features":"02024100","payment_hash":")" + hash + R"(","valid":true})");
    CHECK(decoded.hash.hex() == hash);
    CHECK(decoded.amount == base::Msat{1'234'000});
    REQUIRE(decoded.payment_secret.has_value());
    CHECK(base::to_hex(*decoded.payment_secret) == secret);
}

TEST_CASE("decode of a BOLT 12 invoice gives the invoice's amount, not the offer's, and no payment secret") {
    // bolt12_offer.jsonl, shortened, with another amount in the offer
    const auto decoded = invoice(R"({"type":"bolt12 invoice","offer_amount_msat":1800000,
        "invoice_payment_hash":"a8fbcdbe69c3708e99ab3a40672b0ec54e62446977e6ecc41d8a98d69bef9787",
        "invoice_amount_msat":1900000,"invoice_features":"020000","valid":true})");
    CHECK(decoded.hash.hex() == "a8fbcdbe69c3708e99ab3a40672b0ec54e62446977e6ecc41d8a98d69bef9787");
    CHECK(decoded.amount == base::Msat{1'900'000});
    CHECK_FALSE(decoded.payment_secret.has_value());
}

TEST_CASE("an invoice may lack an amount, and older nodes write it with a unit") {
    CHECK_FALSE(invoice(R"({"payment_hash":")" + hash + "\"}").amount.has_value());
    CHECK_FALSE(invoice(R"({"payment_hash":")" + hash + R"(","amount_msat":null})").amount.has_value());
    CHECK(invoice(R"({"payment_hash":")" + hash + R"(","amount_msat":"1234000msat"})").amount == base::Msat{1'234'000});
}

TEST_CASE("a payment secret that is not 32 bytes is ignored") {
    for (const std::string value : {"null", "5", R"("")", R"("zz")", R"("3bbf")", "[]"})
        CHECK_FALSE(
            invoice(R"({"payment_hash":")" + hash + R"(","payment_secret":)" + value + "}").payment_secret.has_value());
    CHECK_FALSE(invoice(R"({"payment_hash":")" + hash + R"(","payment_secret":")" + secret + "00\"}")
                    .payment_secret.has_value());
}

TEST_CASE("an invalid decode answer is refused with the path of the fault") {
    const auto refusal = [](const std::string& result) { return fault(decode_invoice(received::value(result))); };
    CHECK(refusal("5") == "result: not an object");
    CHECK(refusal(R"({"type":"bolt12 offer","offer_id":"00","valid":true})") == "result.payment_hash: missing");
    CHECK(refusal(R"({"payment_hash":"00"})") == "result.payment_hash: not a 32 byte hex value");
    CHECK(refusal(R"({"invoice_payment_hash":5})") == "result.invoice_payment_hash: not a string");
    CHECK(refusal(R"({"payment_hash":")" + hash + R"(","amount_msat":-1})") ==
          "result.amount_msat: not an amount in msat");
    CHECK(refusal(R"({"invoice_payment_hash":")" + hash + R"(","invoice_amount_msat":"x"})") ==
          "result.invoice_amount_msat: not an amount in msat");
}

TEST_CASE("getinfo gives the chain's height if it has one") {
    const auto height = [](const std::string& more) {
        const auto info = decode_getinfo(received::value(R"({"id":")" + std::string(66, '2') + "\"" + more + "}"));
        REQUIRE(info.has_value());
        return info->height;
    };
    CHECK(height(R"(,"blockheight":850000)") == 850'000);
    CHECK(height(R"(,"blockheight":4294967295)") == UINT32_MAX);
    CHECK(height(R"(,"blockheight":4294967296)") == 0);
    CHECK(height("") == 0);
    CHECK(fault(decode_getinfo(received::value(R"({"id":")" + std::string(66, '2') + R"(","blockheight":-1})"))) ==
          "result.blockheight: not an unsigned integer");
}

} // namespace asked_test
