// Amounts in thousandths of a satoshi, never a bare integer. Sums saturate, so that a hostile amount cannot wrap around
// to a small one.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace base {

struct Msat {
    /// Millisatoshi.
    std::uint64_t value = 0;

    auto operator<=>(const Msat&) const = default;

    /// Satoshi, rounded down: LND's rule for every `*_sat` field (lnwire/msat.go).
    [[nodiscard]] constexpr std::uint64_t sat() const { return value / 1000; }
};

[[nodiscard]] constexpr Msat operator+(Msat a, Msat b) {
    const std::uint64_t sum = a.value + b.value;
    return {sum < a.value ? std::numeric_limits<std::uint64_t>::max() : sum};
}

/// Returns zero when `b` is greater, instead of wrapping around.
[[nodiscard]] constexpr Msat operator-(Msat a, Msat b) {
    return {a.value < b.value ? 0 : a.value - b.value};
}

} // namespace base
