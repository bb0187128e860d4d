// The options of `trackpayments`.
#pragma once

#include "host/option.hpp"

#include <array>

namespace trackpayments {

/// Why a value of trackpayments-topics is refused, if it is.
[[nodiscard]] std::optional<std::string> check_topics(std::string_view value);

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
/// Not dynamic: a subscriber could not see that messages are missing. After a restart their cursors have a new run id.
inline constexpr host::Option topics_option{
    .name = "trackpayments-topics",
    .unit = "TOPICS",
    .description = "Topics to publish, with commas between them, or `none`",
    .kind = host::Option::Kind::text,
    .default_text = "trackpayments,trackpayments_final,trackpayments_deleted",
    .check = check_topics,
};
inline constexpr std::array<host::Option, 3> options{failed_after_option, retain_option, topics_option};

} // namespace trackpayments
