// The answer of lightningd's command createrune.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trackpayments_lnd {

struct NewRune {
    std::string rune;      ///< secret: never logged
    std::string unique_id; ///< for blacklistrune; empty if lightningd did not say it
};

/// Nothing if the result has no rune.
[[nodiscard]] std::optional<NewRune> new_rune(std::string_view result);

} // namespace trackpayments_lnd
