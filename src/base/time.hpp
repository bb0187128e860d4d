// Points in time as Unix nanoseconds. Times that come from lightningd are whole seconds.
#pragma once

#include <compare>
#include <cstdint>

namespace base {

struct UnixNs {
    std::int64_t value = 0;
    auto operator<=>(const UnixNs&) const = default;
    [[nodiscard]] constexpr std::int64_t seconds() const { return value / 1'000'000'000; }
};

/// The first nanosecond of a Unix second. Limited to the year 2262, where int64 ends.
[[nodiscard]] constexpr UnixNs from_seconds(std::uint64_t seconds) {
    constexpr std::uint64_t last = 9'223'372'035; // the last second that fits whole
    return {static_cast<std::int64_t>(seconds < last ? seconds : last) * 1'000'000'000};
}

/// `when` itself if it lies in that second, else the nearer end of the second.
[[nodiscard]] constexpr UnixNs clamp_into_second(UnixNs when, UnixNs second) {
    if (when < second)
        return second;
    const UnixNs last{second.value + 999'999'999};
    return when > last ? last : when;
}

} // namespace base
