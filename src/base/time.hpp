// Points in time as Unix nanoseconds. Where a value comes from lightningd it is a whole second.
#pragma once

#include <compare>
#include <cstdint>

namespace base {

struct UnixNs {
    std::int64_t value = 0;
    auto operator<=>(const UnixNs&) const = default;
    [[nodiscard]] constexpr std::int64_t seconds() const { return value / 1'000'000'000; }
};

/// The first nanosecond of a Unix second; later than the year 2262 is cut off there, because int64 ends there.
[[nodiscard]] constexpr UnixNs from_seconds(std::uint64_t seconds) {
    constexpr std::uint64_t last = 9'223'372'035; // the last one whose end fits too
    return {static_cast<std::int64_t>(seconds < last ? seconds : last) * 1'000'000'000};
}

/// `when` itself if it lies in that Unix second, else the nearest end of the second.
[[nodiscard]] constexpr UnixNs clamp_into_second(UnixNs when, UnixNs second) {
    if (when < second)
        return second;
    const UnixNs last{second.value + 999'999'999};
    return when > last ? last : when;
}

} // namespace base
