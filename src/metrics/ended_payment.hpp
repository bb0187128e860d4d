// What the counters need of a payment that has ended. Payments in flight are never read: they change too often.
#pragma once

#include "consumer/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace metrics {

/// A failed attempt.
struct AttemptFailure {
    std::string code;               ///< LND's name, such as TEMPORARY_CHANNEL_FAILURE, as the snapshot has it
    std::uint64_t source_index = 0; ///< of the node that failed: 0 is ours
};

struct Attempt {
    std::uint64_t id = 0; ///< never changes, and is never used again
    std::optional<AttemptFailure> failure = std::nullopt;
};

struct EndedPayment {
    base::PaymentHash hash;
    bool succeeded = false;
    std::string reason; ///< LND's name, such as FAILURE_REASON_NO_ROUTE, as the snapshot has it
    std::uint64_t value_msat = 0;
    std::uint64_t fee_msat = 0;
    double seconds = 0;            ///< from the start of its first attempt to the end of its last settled one
    std::vector<Attempt> attempts; ///< by id
};

/// `payment` must have ended. The error names the member that cannot be read, and never quotes the snapshot.
[[nodiscard]] tl::expected<EndedPayment, std::string> read_ended_payment(const consumer::Snapshot& payment);

/// When the payment began (creation_time_ns), in seconds since 1970. Nothing if that cannot be read. Scans the members
/// without parsing them: for a payment in flight, once a scrape.
[[nodiscard]] std::optional<double> creation_time(const consumer::Snapshot& payment);

} // namespace metrics
