#include "token.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>

namespace standin {

namespace {

std::size_t digits(std::string_view text) {
    return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// `whole` and `decimals` are digits; the number with this many decimal places, if it has no more and fits.
std::optional<std::uint64_t> shifted(std::string_view whole, std::string_view decimals, std::size_t places) {
    if (decimals.size() > places)
        return std::nullopt;
    std::string text(whole);
    text.append(decimals).append(places - decimals.size(), '0');
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> read_integer(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    errno = 0;
    const auto number = std::strtoull(copy.c_str(), &end, 0);
    return end == copy.c_str() + copy.size() && errno != ERANGE ? std::optional<std::uint64_t>(number) : std::nullopt;
}

std::optional<std::uint64_t> read_amount(std::string_view text) {
    const auto whole = text.substr(0, digits(text));
    auto unit = text.substr(whole.size());
    std::string_view decimals;
    if (unit.starts_with('.')) {
        decimals = unit.substr(1, digits(unit.substr(1)));
        unit.remove_prefix(1 + decimals.size());
        if (!unit.starts_with("btc"))
            return std::nullopt;
    }
    // Only the beginning is compared with the unit: `1msat ` is an amount.
    constexpr std::size_t sat_places = 3;
    constexpr std::size_t btc_places = 11;
    if (unit.empty() || unit.starts_with("msat"))
        return shifted(whole, {}, 0);
    if (unit.starts_with("sat"))
        return shifted(whole, {}, sat_places);
    return unit.starts_with("btc") ? shifted(whole, decimals, btc_places) : std::nullopt;
}

} // namespace standin
