// Texts of invoices: any text, fields of BOLT 11 with a right checksum, and TLVs of BOLT 12. Whatever else is in an
// invoice, hash, secret and amount are those written first.
#include "invoice_text.hpp"

#include "bolt/bech32.hpp"
#include "bolt/bolt11.hpp"
#include "bolt/bolt11_amount.hpp"
#include "bolt/bolt12_invoice.hpp"
#include "fuzz.hpp"

#include <algorithm>

namespace invoice_text_target {

using invoice_text::Groups;
using invoice_text::Octets;
using Read = tl::expected<bolt::Invoice, bolt::Error>;

namespace {

const Octets hash(32, 0x5a);
const Octets secret(32, 0xa5);
constexpr std::uint64_t amount = 123'450;

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

Read read(std::string_view text) {
    auto invoice = bolt::read_invoice(text);
    if (!invoice) {
        fuzz::require(!invoice.error().what.empty(), "a refusal has a reason");
        fuzz::require(invoice.error().offset <= text.size(), "a refusal is within the text");
        return invoice;
    }
    fuzz::require(bolt::read_invoice(upper(text)) == invoice, "upper case gives the same");
    if (!text.starts_with("lightning:") && !text.starts_with("LIGHTNING:"))
        fuzz::require(bolt::read_invoice("lightning:" + std::string(text)) == invoice, "lightning: changes nothing");
    for (std::size_t size = 0; size < std::min<std::size_t>(text.size(), 16); ++size)
        fuzz::require(!bolt::read_invoice(text.substr(0, size)), "the beginning of an invoice is none");
    return invoice;
}

void read_text(std::string_view text) {
    const auto invoice = read(text);
    const auto bolt11 = bolt::read_bolt11(text);
    const auto bolt12 = bolt::read_bolt12_invoice(text);
    fuzz::require(!bolt11 || !bolt12, "a text is one kind of invoice");
    fuzz::require((!bolt11 || bolt11 == invoice) && (!bolt12 || bolt12 == invoice), "whichever reader, the same");
    if (text.find('+') == std::string_view::npos && bolt::decode_bech32(text))
        fuzz::require(bolt::decode_bech32_without_checksum(text).has_value(), "a checksum is part of the data");
    const auto msat = bolt::read_bolt11_amount(text);
    fuzz::require(!msat || text.starts_with("ln"), "a prefix begins with ln");
}

void check(const bolt::Invoice& invoice) {
    fuzz::require(std::ranges::equal(invoice.hash.bytes, hash), "the first hash counts");
    fuzz::require(invoice.amount == base::Msat{amount}, "the amount is the written one");
    fuzz::require(invoice.payment_secret && std::ranges::equal(*invoice.payment_secret, secret),
                  "the first secret counts");
}

/// The input is groups behind hash, secret and description.
void read_fields(std::span<const std::uint8_t> input) {
    Groups all = invoice_text::number(0, 7);
    const auto add = [&](char tag, const Groups& data) {
        all.push_back(static_cast<std::uint8_t>(invoice_text::alphabet.find(tag)));
        const auto size = invoice_text::number(data.size(), 2);
        all.insert(all.end(), size.begin(), size.end());
        all.insert(all.end(), data.begin(), data.end());
    };
    add('p', invoice_text::groups(hash));
    add('s', invoice_text::groups(secret));
    add('d', {});
    for (const auto group : input)
        all.push_back(group & 31);
    all.insert(all.end(), 104, 0);
    const auto text = invoice_text::bech32("lnbcrt1234500p", all);
    const auto invoice = read(text);
    fuzz::require(invoice.has_value() || !input.empty(), "an invoice without more fields is read");
    if (!invoice)
        return;
    check(*invoice);
    auto changed = text;
    char& c = changed[text.size() / 2];
    c = c == 'q' ? 'p' : 'q';
    fuzz::require(!bolt::read_invoice(changed), "a changed character is noticed");
}

/// The value of a TLV of an accepted stream, whose lengths are right.
std::span<const std::uint8_t> value_of(std::uint64_t wanted, std::span<const std::uint8_t> tlvs) {
    const auto big_size = [&] {
        const std::size_t size = tlvs[0] < 0xfd ? 0 : std::size_t{2} << (tlvs[0] - 0xfd);
        std::uint64_t number = size == 0 ? tlvs[0] : 0;
        for (std::size_t at = 1; at <= size; ++at)
            number = number << 8 | tlvs[at];
        tlvs = tlvs.subspan(1 + size);
        return number;
    };
    while (!tlvs.empty()) {
        const auto type = big_size();
        const auto size = big_size();
        if (type == wanted)
            return tlvs.first(size);
        tlvs = tlvs.subspan(size);
    }
    return {};
}

/// The input is the TLVs of a BOLT 12 invoice.
void read_tlvs(std::span<const std::uint8_t> tlvs) {
    const auto text = invoice_text::bech32("lni", invoice_text::groups(tlvs), false);
    const auto invoice = read(text);
    if (!invoice)
        return;
    fuzz::require(std::ranges::equal(value_of(168, tlvs), invoice->hash.bytes), "the hash is that of the TLV");
    std::uint64_t msat = 0;
    for (const auto byte : value_of(170, tlvs))
        msat = msat << 8 | byte;
    fuzz::require(invoice->amount == base::Msat{msat} && !invoice->payment_secret, "an amount and no secret");
    auto joined = text;
    joined.insert(joined.size() / 2, "+ ");
    fuzz::require(bolt::read_invoice(joined) == invoice, "+ changes nothing");
}

} // namespace

FUZZ_TARGET(invoice_text) {
    if (size == 0)
        return 0;
    const std::span rest(data + 1, size - 1);
    switch (data[0]) {
    case 'f':
        read_fields(rest);
        return 0;
    case 'b':
        read_tlvs(rest);
        return 0;
    default:
        read_text(fuzz::text_of(rest.data(), rest.size()));
        return 0;
    }
}

} // namespace invoice_text_target
