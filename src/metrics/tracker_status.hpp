// The result of the tracker's command `trackpayments-status`, as far as metrics need it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace metrics {

/// Indexes of lightningd's rows.
struct RowPosition {
    std::uint64_t created = 0;
    std::uint64_t updated = 0;
    bool operator==(const RowPosition&) const = default;
};

struct TrackerStatus {
    std::uint64_t payments = 0;
    std::uint64_t payments_in_flight = 0;
    std::uint64_t parts = 0;
    std::uint64_t callers = 0;
    std::uint64_t queued_bytes = 0;
    std::uint64_t merged_snapshots = 0;
    std::uint64_t reconnects = 0;
    RowPosition read;
    RowPosition cursor;
    std::optional<RowPosition> counters; ///< lightningd's; nothing if the tracker does not know them
};

/// The error names the member that cannot be read.
[[nodiscard]] tl::expected<TrackerStatus, std::string> decode_tracker_status(std::string_view result);

} // namespace metrics
