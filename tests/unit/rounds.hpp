// How often a test with random input repeats: fewer times in a usual run than in the long form, TRACKPAYMENTS_LONG=yes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace unit {

[[nodiscard]] inline std::uint64_t rounds(std::uint64_t usual, std::uint64_t in_long_form) {
    const char* const form = std::getenv("TRACKPAYMENTS_LONG");
    return form && std::string_view(form) == "yes" ? in_long_form : usual;
}

} // namespace unit
