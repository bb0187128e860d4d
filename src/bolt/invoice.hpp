// Reads invoices, BOLT 11 (lnbc…) and BOLT 12 (lni…), to the values that lightningd's `decode` gives for them.
//
// Stricter than BOLT 11 and 12 ask of a reader: where versions of lightningd differ, or something is unknown, the
// invoice is refused, and the caller asks lightningd (common/bolt11.c, common/bolt12.c). Signatures are not checked,
// nor keys being on the curve, nor the fields of BOLT 12 beside those needed. So invoices are read that lightningd
// refuses. This matters little: no payer pays them. Only a raw `sendpay` or `sendonion` stores any string that the
// node's own operator gives, and the caller compares the payment hash. A damaged BOLT 11 invoice fails its checksum; in
// a damaged BOLT 12 invoice with the right hash, the amount may be the damaged one.
#pragma once

#include "base/bytes.hpp"
#include "base/msat.hpp"
#include "bolt/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

namespace bolt {

struct Invoice {
    base::PaymentHash hash;
    /// The requested amount. None if the payer chooses it (BOLT 11 only).
    std::optional<base::Msat> amount;
    /// Secret: never logged. BOLT 11 only; not every version of lightningd asks for it.
    std::optional<std::array<std::uint8_t, 32>> payment_secret;

    bool operator==(const Invoice&) const = default;
};

/// Accepts `lightning:` in front, upper or lower case, and the `+` of BOLT 12. The offset of an error counts bytes of
/// the text in bech32, groups of five bits in BOLT 11 data, and bytes of BOLT 12 data.
[[nodiscard]] tl::expected<Invoice, Error> read_invoice(std::string_view text);

} // namespace bolt
