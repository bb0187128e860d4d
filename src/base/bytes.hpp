// Fixed-size byte strings, each a type of its own: a payment hash cannot be used as a preimage or a node id.
#pragma once

#include "base/hex.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>

namespace base {

template <std::size_t N, class Tag>
struct Bytes {
    static constexpr std::size_t size = N;
    std::array<std::uint8_t, N> bytes{};

    auto operator<=>(const Bytes&) const = default;

    /// Returns nothing unless `text` is exactly 2 × N hex digits.
    [[nodiscard]] static std::optional<Bytes> from_hex(std::string_view text) {
        Bytes b;
        if (!base::from_hex(text, b.bytes))
            return std::nullopt;
        return b;
    }
    [[nodiscard]] std::string hex() const { return to_hex(bytes); }
};

/// SHA-256 of the preimage; identifies a payment.
using PaymentHash = Bytes<32, struct PaymentHashTag>;
/// Proof of payment. Secret until the payment is settled: never logged.
using Preimage = Bytes<32, struct PreimageTag>;
/// Compressed secp256k1 public key of a node.
using NodeId = Bytes<33, struct NodeIdTag>;

} // namespace base

template <std::size_t N, class Tag>
struct std::hash<base::Bytes<N, Tag>> {
    /// Hashes and keys are uniformly random, so eight of their bytes serve as the hash.
    std::size_t operator()(const base::Bytes<N, Tag>& b) const noexcept {
        static_assert(N >= sizeof(std::size_t));
        std::size_t h = 0;
        std::memcpy(&h, b.bytes.data() + (N - sizeof h), sizeof h);
        return h;
    }
};
