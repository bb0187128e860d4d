// The text of a Payment, and the places that a message of a stream may have to change: preimages, hops, attempts. They
// are found by the structure of the JSON, because texts in it, such as invoices, may look like them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace sink {

/// What is left out of a payment.
enum class Omitted : std::uint8_t { nothing, hops, htlcs };

/// Views into the JSON, which must outlive it.
struct PaymentText {
    struct Place {
        enum class Kind : std::uint8_t {
            hex,    ///< the digits of a preimage
            base64, ///< the same, with padding
            hops,   ///< the array of a route
            htlcs   ///< the array
        };
        Kind kind = Kind::hex;
        std::string_view text;
    };
    struct Attempt {
        std::string_view id; ///< raw
        std::size_t hops = 0;
    };

    std::string_view json;
    std::vector<Place> places; ///< in their order; those of an array follow it
    std::vector<Attempt> attempts;
    // Raw members; empty if they are missing.
    std::string_view failure_reason;
    std::string_view value_msat;
    std::string_view fee_msat;
    std::string_view payment_request;

    /// `preimages`: else there are zeros in their place, as many. Omitted arrays are empty.
    [[nodiscard]] std::string write(bool preimages, Omitted omitted) const;
};

/// Finds payment_preimage, the preimage of each attempt, and that which keysend sends to the payee in a custom record.
/// The error names the member that is not as in LND's proto: a preimage might be anywhere then. It quotes nothing.
[[nodiscard]] tl::expected<PaymentText, std::string> find_places(std::string_view json);

} // namespace sink
