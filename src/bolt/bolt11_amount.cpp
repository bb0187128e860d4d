#include "bolt/bolt11_amount.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace bolt {

namespace {

/// bitcoin/chainparams.c of lightningd, lightning_hrp.
constexpr std::array<std::string_view, 6> networks{"bc", "tb", "bcrt", "tbs", "ex", "ert"};

/// Tenths of a millisatoshi, because `p` is one tenth. Nothing for other characters.
std::optional<std::uint64_t> unit(char multiplier) {
    switch (multiplier) {
    case 'm':
        return 1'000'000'000;
    case 'u':
        return 1'000'000;
    case 'n':
        return 1'000;
    case 'p':
        return 1;
    default:
        return std::nullopt;
    }
}

} // namespace

tl::expected<std::optional<base::Msat>, Error> read_bolt11_amount(std::string_view prefix) {
    const auto digits = std::min(prefix.find_first_of("0123456789"), prefix.size());
    const auto refuse = [&](std::string_view what) { return tl::unexpected(Error{what, digits}); };
    if (!prefix.starts_with("ln") || std::ranges::find(networks, prefix.substr(2, digits - 2)) == networks.end())
        return refuse("not a network");
    auto amount = prefix.substr(digits);
    if (amount.empty())
        return std::nullopt;
    std::uint64_t tenths = 1'000'000'000'000; // of a millisatoshi in a bitcoin
    if (const auto smaller = unit(amount.back())) {
        tenths = *smaller;
        amount.remove_suffix(1);
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(amount.data(), amount.data() + amount.size(), number);
    if (error != std::errc() || end != amount.data() + amount.size() || amount.front() == '0')
        return refuse("not an amount");
    if (number > UINT64_MAX / tenths)
        return refuse("an amount too large");
    if (number * tenths % 10 != 0)
        return refuse("a part of a millisatoshi");
    return base::Msat{number * tenths / 10};
}

} // namespace bolt
