#include "bolt11_examples.hpp"
#include "invoice_text.hpp"
#include "wire.hpp"

#include "bolt/bolt11_amount.hpp"
#include "bolt/invoice.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace bolt11_test {

using bolt::read_invoice;
using invoice_text::Field;
using invoice_text::groups;
using invoice_text::Groups;

namespace {

const wire::Octets hash = wire::counting(1, 32);
const wire::Octets secret = wire::counting(101, 32);

std::vector<Field> fields() {
    return {{'p', groups(hash)}, {'s', groups(secret)}, {'d', {}}};
}
std::vector<Field> with(const Field& field) {
    auto all = fields();
    all.push_back(field);
    return all;
}
bool is_read(const Field& field) {
    return read_invoice(invoice_text::bolt11("lnbc", with(field))).has_value();
}
std::string refusal(const std::string& text) {
    return to_string(read_invoice(text).error());
}

} // namespace

TEST_CASE("the examples of BOLT 11") {
    for (const auto& example : bolt11_examples::valid) {
        INFO(example.about);
        const auto invoice = read_invoice(example.text);
        REQUIRE(invoice.has_value());
        CHECK(invoice->amount == (example.msat ? std::optional(base::Msat{*example.msat}) : std::nullopt));
        CHECK(base::to_hex(*invoice->payment_secret) == std::string(64, '1'));
        CHECK(invoice->hash.hex() == (example.about.starts_with("Please send 0.00967878534")
                                          ? "462264ede7e14047e9b249da94fefc47f41f7d02ee9b091815a5506bc8abf75f"
                                          : "0001020304050607080900010203040506070809000102030405060708090102"));
        std::string upper(example.text);
        std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
        CHECK(read_invoice(upper) == invoice);
        CHECK(read_invoice("lightning:" + std::string(example.text)) == invoice);
        CHECK(read_invoice("LIGHTNING:" + upper) == invoice);
        CHECK_FALSE(read_invoice("Lightning:" + upper).has_value());
        CHECK_FALSE(read_invoice("lightning:lightning:" + std::string(example.text)).has_value());
    }
}

TEST_CASE("the invalid examples of BOLT 11 are refused, unless only the signature is false") {
    for (const auto& example : bolt11_examples::invalid) {
        INFO(example.about);
        CHECK_FALSE(read_invoice(example.text).has_value());
    }
    for (const auto& example : bolt11_examples::false_signature) {
        INFO(example.about);
        CHECK(read_invoice(example.text).has_value());
    }
}

TEST_CASE("amounts and their units") {
    const auto msat = [](std::string_view prefix) -> std::optional<std::uint64_t> {
        const auto amount = bolt::read_bolt11_amount(prefix); // nothing: refused, or any
        return amount && *amount ? std::optional((*amount)->value) : std::nullopt;
    };
    CHECK(msat("lnbc1") == 100'000'000'000);
    CHECK(msat("lntb20m") == 2'000'000'000);
    CHECK(msat("lnbcrt2500u") == 250'000'000);
    CHECK(msat("lntbs3n") == 300);
    CHECK(msat("lnbc9678785340p") == 967'878'534);
    CHECK(msat("lnbc10p") == 1);
    CHECK(bolt::read_bolt11_amount("lnbc").has_value());
    CHECK_FALSE(msat("lnbc").has_value());
    CHECK(msat("lnbc18446744073709551610p") == 1'844'674'407'370'955'161);
    CHECK(msat("lnbc18446744") == 1'844'674'400'000'000'000);
    for (const std::string_view wrong : {"",
                                         "l",
                                         "ln",
                                         "lnb",
                                         "lnbc0",
                                         "lnbc01m",
                                         "lnbc1p",
                                         "lnbc19p",
                                         "lnbc1x",
                                         "lnbc1mm",
                                         "lnbc1-",
                                         "lnbc-1",
                                         "lnbc m",
                                         "lnbcm",
                                         "lnbc+1",
                                         "lnbc1 ",
                                         "lnxy",
                                         "lnxy1",
                                         "lnbcr1",
                                         "bc1",
                                         "xnbc1",
                                         "lnbc18446745",
                                         "lnbc18446744073709551616p",
                                         "lnbc18446744073709551620p",
                                         "lnbc99999999999999999999999",
                                         "lnbc1.5m",
                                         "lnbc0x1m"}) {
        INFO(wrong);
        CHECK_FALSE(bolt::read_bolt11_amount(wrong).has_value());
    }
}

TEST_CASE("hash and secret are needed, and a description or its hash") {
    for (const char left_out : {'p', 's', 'd'}) {
        auto some = fields();
        std::erase_if(some, [&](const Field& field) { return field.tag == left_out; });
        CHECK(refusal(invoice_text::bolt11("lnbc", some)).starts_with("a required field is missing"));
        if (left_out == 'd')
            some.push_back({'h', groups(hash)});
        CHECK(read_invoice(invoice_text::bolt11("lnbc", some)).has_value() == (left_out == 'd'));
    }
}

TEST_CASE("the first of several fields counts, and one of wrong length does not") {
    std::vector<Field> all{{'p', groups(wire::counting(7, 31))},
                           {'s', groups(wire::counting(7, 33))},
                           {'p', groups(hash)},
                           {'p', groups(secret)},
                           {'s', groups(secret)},
                           {'s', groups(hash)},
                           {'d', groups(wire::counting('a', 3))},
                           {'d', groups(wire::Octets{0xff})},
                           {'z', {1}},
                           {'z', {}}};
    const auto invoice = read_invoice(invoice_text::bolt11("lnbcrt1m", all));
    REQUIRE(invoice.has_value());
    CHECK(base::to_hex(invoice->hash.bytes) == base::to_hex(hash));
    CHECK(base::to_hex(*invoice->payment_secret) == base::to_hex(secret));
    CHECK(invoice->amount == base::Msat{100'000'000});
}

TEST_CASE("what lightningd refuses in other fields is refused") {
    const auto address = [](std::uint8_t version, std::size_t size) {
        Groups data{version};
        const auto bytes = groups(wire::Octets(size, 7));
        data.insert(data.end(), bytes.begin(), bytes.end());
        return Field{'f', data};
    };
    CHECK(is_read(address(17, 20)));
    CHECK_FALSE(is_read(address(17, 21)));
    CHECK(is_read(address(18, 20)));
    CHECK_FALSE(is_read(address(18, 32)));
    CHECK(is_read(address(0, 20)));
    CHECK(is_read(address(0, 32)));
    CHECK_FALSE(is_read(address(0, 33)));
    CHECK(is_read(address(1, 32)));
    CHECK_FALSE(is_read(address(1, 20)));
    CHECK(is_read(address(16, 2)));
    CHECK(is_read(address(2, 40)));
    CHECK_FALSE(is_read(address(2, 41)));
    CHECK_FALSE(is_read(address(2, 1)));
    CHECK(is_read(address(19, 1))); // unknown: skipped
    CHECK_FALSE(is_read({'f', {}}));

    CHECK(is_read({'x', {1, 0}}));
    CHECK(is_read({'x', {}}));
    CHECK(is_read({'x', {0}}));
    CHECK_FALSE(is_read({'x', {0, 1}}));
    CHECK(is_read({'x', Groups(12, 31)}));
    CHECK_FALSE(is_read({'x', Groups(13, 1)}));
    CHECK(is_read({'c', {3, 31, 31, 31, 31, 31, 31}}));
    CHECK_FALSE(is_read({'c', {4, 0, 0, 0, 0, 0, 0}}));

    CHECK(is_read({'9', {8, 8, 0}})); // 8 and 13
    CHECK(is_read({'9', {4, 0}}));    // 7 is odd
    CHECK_FALSE(is_read({'9', {2, 0}}));
    CHECK_FALSE(is_read({'9', {1, 0, 0}}));
    CHECK_FALSE(is_read({'9', {0, 16, 8, 0}}));
    CHECK(is_read({'9', {}}));

    auto hop = wire::join({wire::counting(2, 33), wire::Octets(18, 0)});
    CHECK(is_read({'r', groups(hop)}));
    CHECK(is_read({'r', groups(wire::join({hop, hop}))}));
    CHECK_FALSE(is_read({'r', groups(wire::first(hop, 50))}));
    CHECK_FALSE(is_read({'r', {}}));
    hop[0] = 4;
    CHECK_FALSE(is_read({'r', groups(hop)}));

    CHECK(is_read({'n', groups(wire::counting(3, 33))}));
    CHECK_FALSE(is_read({'n', groups(wire::counting(4, 33))}));
    CHECK(is_read({'n', groups(wire::counting(4, 32))})); // wrong length: skipped
    CHECK(is_read({'m', groups(wire::counting(4, 3))}));
    CHECK_FALSE(is_read({'m', {1, 1}}));
    auto padded = groups(hash);
    padded.back() = static_cast<std::uint8_t>(padded.back() | 1);
    CHECK_FALSE(is_read({'h', padded}));
}

TEST_CASE("a description is UTF-8 without NUL") {
    const auto described = [](std::string_view text) {
        auto all = fields();
        all.back().data = groups(wire::Octets(text.begin(), text.end()));
        return read_invoice(invoice_text::bolt11("lnbc", all)).has_value();
    };
    for (const std::string_view good : {"", "coffee", "\u00e9", "\u20bf", "\U0001f600", "\U0010ffff", "\ud7ff",
                                        "\ue000", "\u0080", "\u0800", "\U00010000"})
        CHECK(described(good));
    CHECK_FALSE(described(std::string_view("a\0", 2)));
    for (const std::string_view bad :
         {"\x80", "\xc3", "\xc3\x28", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "a\xe2\x82"})
        CHECK_FALSE(described(bad));
}

TEST_CASE("an invoice that ends anywhere is refused") {
    const auto text = invoice_text::bolt11(hash, 5000, secret);
    REQUIRE(read_invoice(text).has_value());
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_FALSE(read_invoice(text.substr(0, size)).has_value());
    // With a right checksum too.
    const auto whole = [&](std::size_t size) {
        Groups data(7);
        for (const auto& field : fields()) {
            data.push_back(static_cast<std::uint8_t>(invoice_text::alphabet.find(field.tag)));
            data.push_back(static_cast<std::uint8_t>(field.data.size() / 32));
            data.push_back(static_cast<std::uint8_t>(field.data.size() % 32));
            data.insert(data.end(), field.data.begin(), field.data.end());
        }
        data.insert(data.end(), 104, 0);
        data.resize(size);
        return invoice_text::bech32("lnbc", data);
    };
    const std::size_t right = 7 + 3 * 3 + 2 * 52 + 104;
    CHECK(read_invoice(whole(right)).has_value());
    for (std::size_t size = 0; size < right; ++size)
        CHECK_FALSE(read_invoice(whole(size)).has_value());
    CHECK_FALSE(read_invoice(whole(right + 1)).has_value());
    CHECK_FALSE(read_invoice(whole(right + 2)).has_value());
}

TEST_CASE("a recovery id is at most 3") {
    auto text = [&](std::uint8_t last) {
        Groups data(7);
        data.insert(data.end(), 104, 0);
        data.back() = last;
        return refusal(invoice_text::bech32("lnbc", data));
    };
    CHECK(text(3).starts_with("a required field is missing"));
    CHECK(text(4).starts_with("a false recovery id"));
}

} // namespace bolt11_test
