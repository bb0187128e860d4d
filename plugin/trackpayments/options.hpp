// The options of `trackpayments`.
#pragma once

#include "host/option.hpp"

#include <array>

namespace trackpayments {

inline constexpr host::Option failed_after_option{
    .name = "trackpayments-failed-after",
    .unit = "SECONDS",
    .description =
        "Seconds after its last attempt until a payment whose parts have all failed is published as FAILED. Sooner if "
        "something else shows that it ended",
    .least = 0,
    .most = 86'400,
    .default_value = 10,
    .old_name = "trackpayments-linger",
};
inline constexpr host::Option retain_option{
    .name = "trackpayments-retain",
    .unit = "PARTS",
    .description = "Parts of finished payments kept in memory",
    .least = 0,
    .most = 10'000'000,
    .default_value = 20'000,
};
inline constexpr std::array<host::Option, 2> options{failed_after_option, retain_option};

} // namespace trackpayments
