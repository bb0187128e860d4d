#include "bolt/bolt12_invoice.hpp"

#include "bolt/bech32.hpp"
#include "bolt/feature_bits.hpp"
#include "bolt/reader.hpp"

namespace bolt {

namespace {

/// Fields that lightningd demands (common/bolt12.c, invoice_decode).
struct Required {
    bool paths = false;
    bool payinfo = false;
    bool created_at = false;
    bool hash = false;
    bool amount = false;
    bool node_id = false;
    bool signature = false;

    [[nodiscard]] bool complete() const {
        return paths && payinfo && created_at && hash && amount && node_id && signature;
    }
};

/// Even types that every version of lightningd knows; a reader must not accept unknown ones (BOLT 1).
bool is_known(std::uint64_t type) {
    return type <= 22 || (type >= 80 && type <= 90) || (type >= 160 && type <= 176) || type == 240;
}

void read_value(std::uint64_t type, Reader& value, Invoice& invoice, Required& seen) {
    switch (type) {
    case 160:
        seen.paths = !value.rest().empty();
        return;
    case 162:
        seen.payinfo = !value.rest().empty();
        return;
    case 164:
        value.tu64();
        seen.created_at = true;
        return;
    case 168:
        invoice.hash.bytes = value.array<32>();
        seen.hash = true;
        return;
    case 170:
        invoice.amount = base::Msat{value.tu64()};
        seen.amount = true;
        return;
    case 174:
        if (!knows_even_bits(value.rest(), 8, {16}))
            value.fail("an unknown feature");
        return;
    case 176:
        value.array<33>();
        seen.node_id = true;
        return;
    case 240:
        value.array<64>();
        seen.signature = true;
        return;
    default:
        value.rest();
        if (type % 2 == 0 && !is_known(type))
            value.fail("an unknown field");
    }
}

} // namespace

tl::expected<Invoice, Error> read_bolt12_invoice(std::string_view text) {
    const auto bech32 = decode_bech32_without_checksum(text);
    if (!bech32)
        return tl::unexpected(bech32.error());
    if (bech32->prefix != "lni")
        return tl::unexpected(Error{"not an invoice", 0});
    const auto bytes = octets(bech32->groups);
    if (!bytes)
        return tl::unexpected(Error{"false padding", text.size()});

    Invoice invoice;
    Required seen;
    Reader tlvs(*bytes);
    std::optional<std::uint64_t> previous;
    while (tlvs.ok() && !tlvs.empty()) {
        const std::size_t start = tlvs.offset();
        const std::uint64_t type = tlvs.big_size();
        if (tlvs.ok() && previous && type <= *previous)
            return tl::unexpected(Error{"a TLV twice or out of order", start});
        previous = type;
        const std::uint64_t size = tlvs.big_size();
        Reader value = tlvs.part(size);
        if (!tlvs.ok())
            break;
        read_value(type, value, invoice, seen);
        value.end();
        if (const auto& error = value.error())
            return tl::unexpected(*error);
    }
    if (const auto& error = tlvs.error())
        return tl::unexpected(*error);
    if (!seen.complete())
        return tl::unexpected(Error{"a required field is missing", bytes->size()});
    return invoice;
}

} // namespace bolt
