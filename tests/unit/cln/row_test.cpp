#include "cln/row.hpp"

#include "received.hpp"

namespace row_test {

using cln::decode_row;
using payments::PartStatus;
using received::with;
using received::without;

namespace {

payments::Row good(const json::Tree& object) {
    const auto row = decode_row(received::value_of(object), "row");
    REQUIRE_MESSAGE(row.has_value(), row.error().text());
    return *row;
}

std::string refusal(const json::Tree& object) {
    const auto row = decode_row(received::value_of(object), "row");
    REQUIRE_FALSE(row.has_value());
    return row.error().text();
}

} // namespace

TEST_CASE("a recorded row of a settled part is read completely") {
    const auto row = good(received::row());
    CHECK(row.key.hash.hex() == "226779da4b9df53bbf083cc8d91bda443353d78f8189388e16ec1946ec07955b");
    CHECK(row.key.group.value == 1);
    CHECK(row.partid.value == 0); // left out when 0
    CHECK(row.created.value == 133);
    CHECK(row.updated.value == 133);
    CHECK(row.status == PartStatus::complete);
    CHECK(row.amount == base::Msat{1'000'000});
    CHECK(row.sent == base::Msat{1'000'011});
    CHECK(row.created_at == base::from_seconds(1'795'222'611));
    CHECK(row.completed_at == base::from_seconds(1'795'222'611));
    CHECK(row.preimage->hex() == "207dd3dcbc5a833e718688878e6a1cbf8e837913c9c442a45041fcd1db17d714");
    CHECK(row.invoice.empty());
    CHECK_FALSE(row.unreadable_error);
}

TEST_CASE("a pending row has no amount delivered, preimage or time of completion") {
    auto object = received::row();
    for (const auto* name : {"updated_index", "completed_at", "payment_preimage", "amount_msat", "destination"})
        object.erase(name);
    object["status"] = "pending";
    const auto row = good(object);
    CHECK(row.status == PartStatus::pending);
    CHECK(row.updated.value == 0);
    CHECK_FALSE(row.completed_at.has_value());
    CHECK_FALSE(row.preimage.has_value());
    CHECK_FALSE(row.amount.has_value());
    CHECK(row.sent == base::Msat{1'000'011});
}

TEST_CASE("a multi-part row of xpay keeps its 63-bit group and its part number") {
    const auto row = good(with(with(received::row(), "groupid", "8912158845556297834"), "partid", "2"));
    CHECK(row.key.group.value == 8912158845556297834ULL);
    CHECK(row.partid.value == 2);
}

TEST_CASE("before v23.11 a row has only `id`, which is the same number") {
    const auto row = good(without(without(received::row(), "created_index"), "updated_index"));
    CHECK(row.created.value == 133);
    CHECK(row.updated.value == 0);
    CHECK(refusal(without(without(received::row(), "created_index"), "id")) == "row.id: missing");
}

TEST_CASE("amounts may be strings with a unit, as in older versions") {
    const auto row = good(with(with(received::row(), "amount_msat", "\"1000msat\""), "amount_sent_msat", "\"1003\""));
    CHECK(row.amount == base::Msat{1000});
    CHECK(row.sent == base::Msat{1003});
}

TEST_CASE("the invoice is read from bolt11 or bolt12") {
    CHECK(good(with(received::row(), "bolt11", "\"lnbcrt1\"")).invoice == "lnbcrt1");
    CHECK(good(with(received::row(), "bolt12", "\"lni1\"")).invoice == "lni1");
}

TEST_CASE("a row with an erroronion has an unreadable failure") {
    const auto row = good(with(with(received::row(), "erroronion", "\"8543e0\""), "status", "\"failed\""));
    CHECK(row.status == PartStatus::failed);
    CHECK(row.unreadable_error);
}

TEST_CASE("unknown members and null values are ignored") {
    CHECK(good(with(received::row(), "new_in_2031", "[{}]")).created.value == 133);
    CHECK_FALSE(good(with(received::row(), "completed_at", "null")).completed_at.has_value());
    CHECK(good(with(received::row(), "partid", "null")).partid.value == 0);
}

TEST_CASE("a time with a fraction is rounded down to its second") {
    CHECK(good(with(received::row(), "created_at", "1795222611.75")).created_at == base::from_seconds(1'795'222'611));
}

TEST_CASE("a missing required member is refused with its name") {
    CHECK(refusal(without(received::row(), "payment_hash")) == "row.payment_hash: missing");
    CHECK(refusal(without(received::row(), "status")) == "row.status: missing");
    CHECK(refusal(with(received::row(), "payment_hash", "null")) == "row.payment_hash: missing");
    CHECK(refusal(json::Tree::object()) == "row.payment_hash: missing");
}

TEST_CASE("a row that is no object is refused") {
    for (const auto& value : {json::Tree(5), json::Tree("x"), json::Tree::array(), json::Tree(), json::Tree(true)})
        CHECK(refusal(value) == "row: not an object");
}

TEST_CASE("an unknown status is refused") {
    CHECK(refusal(with(received::row(), "status", "\"settled\"")) == "row.status: an unknown status");
    CHECK(refusal(with(received::row(), "status", "\"COMPLETE\"")) == "row.status: an unknown status");
    CHECK(refusal(with(received::row(), "status", "1")) == "row.status: not a string");
}

TEST_CASE("an invalid or too large number is refused with its path") {
    for (const std::string name : {"groupid", "partid", "created_index", "updated_index"})
        for (const auto* value :
             {"-1", "1.0", "1.5", "18446744073709551616", "1e30", "true", "\"1\"", "[]", "{}", "[1]"}) {
            INFO(name, " ", value);
            CHECK(refusal(with(received::row(), name, value)) == "row." + name + ": not an unsigned integer");
        }
}

TEST_CASE("an invalid amount is refused with its path") {
    for (const std::string name : {"amount_msat", "amount_sent_msat"})
        for (const auto* value :
             {"-1", "1.5", "18446744073709551616", "true", "\"\"", "\"msat\"", "\"1sat\"", "\"-1msat\"", "\" 1msat\"",
              "\"1.5msat\"", "\"18446744073709551616msat\"", "\"1msatmsat\"", "[]", "{}"}) {
            INFO(name, " ", value);
            CHECK(refusal(with(received::row(), name, value)) == "row." + name + ": not an amount in msat");
        }
}

TEST_CASE("an invalid time is refused with its path") {
    for (const std::string name : {"created_at", "completed_at"})
        for (const auto* value : {"-1", "-0.5", "1e300", "\"1795222611\"", "true", "[]"}) {
            INFO(name, " ", value);
            CHECK(refusal(with(received::row(), name, value)) == "row." + name + ": not a time in seconds");
        }
    CHECK(good(with(received::row(), "created_at", "18446744073709551615")).created_at.value > 0);
}

TEST_CASE("a number too large for a double is refused") {
    CHECK_FALSE(json::parse(R"({"amount_msat":1e400})").has_value());
}

TEST_CASE("invalid bytes are refused and not quoted") {
    for (const auto* value : {"\"\"", "\"5ec3e7\"", "\"zz\"", "5", "[]"}) {
        INFO(value);
        CHECK(refusal(with(received::row(), "payment_preimage", value)).starts_with("row.payment_preimage: not a"));
        CHECK(refusal(with(received::row(), "payment_hash", value)).starts_with("row.payment_hash: not a"));
        CHECK(refusal(with(received::row(), "payment_preimage", value)).find("5ec3e7") == std::string::npos);
    }
    CHECK(refusal(with(received::row(), "bolt11", "5")) == "row.bolt11: not a string");
}

TEST_CASE("of several faults the first is reported") {
    const auto object = with(with(received::row(), "groupid", "-1"), "status", "5");
    CHECK(refusal(object) == "row.groupid: not an unsigned integer");
}

} // namespace row_test
