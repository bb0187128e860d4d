#include "invoice_text.hpp"
#include "wire.hpp"

#include "bolt/invoice.hpp"

#include <doctest/doctest.h>

#include <map>

namespace bolt12_invoice_test {

using bolt::read_invoice;

namespace {

const wire::Octets hash = wire::counting(1, 32);

/// The value of each type.
using Tlvs = std::map<std::uint64_t, wire::Octets>;

Tlvs fields() {
    return {{0, wire::counting(0, 16)},
            {160, wire::counting(2, 40)},
            {162, wire::counting(0, 28)},
            {164, wire::truncated(1 << 30)},
            {168, hash},
            {170, wire::truncated(950'000)},
            {176, wire::counting(3, 33)},
            {240, wire::counting(0, 64)}};
}
wire::Octets bytes(const Tlvs& all) {
    wire::Octets out;
    for (const auto& [type, value] : all)
        out = wire::join({out, wire::tlv(type, value)});
    return out;
}
std::string text(const wire::Octets& octets) {
    return invoice_text::bech32("lni", invoice_text::groups(octets), false);
}
auto read(const Tlvs& all) {
    return read_invoice(text(bytes(all)));
}
Tlvs with(std::uint64_t type, const wire::Octets& value) {
    auto all = fields();
    all[type] = value;
    return all;
}

} // namespace

TEST_CASE("amount and hash are the invoice's, whatever the offer asks") {
    auto all = fields();
    all[6] = {'U', 'S', 'D'};
    all[8] = wire::truncated(999);
    all[82] = wire::truncated(1);
    const auto invoice = read(all);
    REQUIRE(invoice.has_value());
    CHECK(invoice->amount == base::Msat{950'000});
    CHECK(base::to_hex(invoice->hash.bytes) == base::to_hex(hash));
    CHECK_FALSE(invoice->payment_secret.has_value());
    CHECK(read(with(170, {}))->amount == base::Msat{0});
    CHECK(read(with(170, wire::Octets(8, 0xff)))->amount == base::Msat{UINT64_MAX});
}

TEST_CASE("upper case, lightning: and + are accepted") {
    const auto invoice = text(bytes(fields()));
    const auto right = read_invoice(invoice);
    REQUIRE(right.has_value());
    std::string upper = invoice;
    for (char& c : upper)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(read_invoice(upper) == right);
    CHECK(read_invoice("lightning:" + invoice) == right);
    auto joined = invoice;
    joined.insert(50, "+  ").insert(9, "+");
    CHECK(read_invoice(joined) == right);
    upper[60] = static_cast<char>(std::tolower(static_cast<unsigned char>(upper[60])));
    if (upper[60] >= 'a')
        CHECK_FALSE(read_invoice(upper).has_value());
}

TEST_CASE("fields that lightningd demands must be there, in their length") {
    for (const auto type : std::initializer_list<std::uint64_t>{160, 162, 164, 168, 170, 176, 240}) {
        auto all = fields();
        all.erase(type);
        CHECK(to_string(read(all).error()).starts_with("a required field is missing"));
    }
    for (const auto type : std::initializer_list<std::uint64_t>{168, 176, 240}) {
        auto value = fields()[type];
        value.push_back(0);
        CHECK_FALSE(read(with(type, value)).has_value());
        value.resize(value.size() - 2);
        CHECK_FALSE(read(with(type, value)).has_value());
    }
    CHECK_FALSE(read(with(160, {})).has_value());
    CHECK_FALSE(read(with(162, {})).has_value());
    CHECK_FALSE(read(with(170, {0, 1})).has_value());
    CHECK_FALSE(read(with(170, wire::Octets(9, 1))).has_value());
}

TEST_CASE("unknown even fields and features are refused, odd ones skipped") {
    CHECK(read(with(177, {1, 2})).has_value());
    CHECK(read(with(1, {})).has_value());
    CHECK(read(with(3'000'000'177, {1})).has_value());
    for (const auto type : std::initializer_list<std::uint64_t>{24, 78, 92, 178, 242, 1'000'000'024})
        CHECK_FALSE(read(with(type, {1})).has_value());
    CHECK(read(with(174, {1, 0, 0})).has_value()); // 16
    CHECK(read(with(174, {2})).has_value());
    CHECK(read(with(174, {})).has_value());
    CHECK_FALSE(read(with(174, {1})).has_value());
    CHECK_FALSE(read(with(174, {4, 0, 0})).has_value());
}

TEST_CASE("other strings of BOLT 12, wrong order and wrong padding are refused") {
    const auto good = bytes(fields());
    CHECK_FALSE(read_invoice(invoice_text::bech32("lnr", invoice_text::groups(good), false)).has_value());
    CHECK_FALSE(read_invoice(invoice_text::bech32("lnix", invoice_text::groups(good), false)).has_value());
    CHECK_FALSE(read_invoice(text(wire::join({good, wire::tlv(240, wire::counting(0, 64))}))).has_value());
    CHECK_FALSE(read_invoice(text(wire::join({good, wire::tlv(1, {})}))).has_value());
    CHECK_FALSE(read_invoice(text(good) + "qqqqqqqq").has_value());
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(read_invoice(text(wire::first(good, size))).has_value());
    const auto whole = text(good);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(read_invoice(whole.substr(0, size)).has_value());
}

} // namespace bolt12_invoice_test
