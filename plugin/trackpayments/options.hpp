// The options of `trackpayments`.
#pragma once

#include "host/option.hpp"

#include <array>

namespace trackpayments {

inline constexpr host::Option linger_option{
    .name = "trackpayments-linger",
    .unit = "SECONDS",
    .description = "Seconds without a new attempt after which a payment whose parts all failed is told to have failed, "
                   "where nothing else says so",
    .least = 0,
    .most = 86'400,
    .default_value = 10,
};
inline constexpr host::Option retain_option{
    .name = "trackpayments-retain",
    .unit = "PARTS",
    .description = "How many parts of finished payments are kept in memory",
    .least = 0,
    .most = 10'000'000,
    .default_value = 20'000,
};
inline constexpr std::array<host::Option, 2> options{linger_option, retain_option};

} // namespace trackpayments
