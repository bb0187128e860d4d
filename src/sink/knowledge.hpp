// How much a snapshot knows of its payment: the status, and of each attempt its state, its failure code and whether its
// route is known. A tracker that was restarted knows less of old payments (trackpayments-topics(7), "DIFFERENCES FROM
// LND"). This decides whether a snapshot that is published again adds anything to the one in the stream.
#pragma once

#include "consumer/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace sink {

struct Attempt {
    std::uint64_t id = 0;
    consumer::Status status = consumer::Status::in_flight;
    /// LND's number (Failure.FailureCode). 0 if it has not failed, and for UNREADABLE_FAILURE: that is all that
    /// lightningd knows of a failure which nobody has seen.
    std::uint32_t failure_code = 0;
    bool route_known = false; ///< it has hops

    friend bool operator==(const Attempt&, const Attempt&) = default;
};

struct Knowledge {
    consumer::Status status = consumer::Status::in_flight;
    std::vector<Attempt> attempts; ///< by id

    friend bool operator==(const Knowledge&, const Knowledge&) = default;
};

/// Reads a snapshot in passes over its text, without a tree. The error names the member that cannot be read, and never
/// quotes the snapshot.
[[nodiscard]] tl::expected<Knowledge, std::string> read_knowledge(const consumer::Snapshot& payment);

/// As text for the headers of a message: `SUCCEEDED`, and the attempts as in `5F15r,6F,7Sr`: id, I, S or F, failure
/// code, `r` if the route is known.
[[nodiscard]] std::string write_status(consumer::Status status);
[[nodiscard]] std::string write_attempts(const Knowledge& knowledge);

/// Reads those two headers, which anybody may have written. Nothing if they are not exactly as above. Without attempts
/// the second one is empty.
[[nodiscard]] std::optional<Knowledge> parse_knowledge(std::string_view status, std::string_view attempts);

/// True if `replayed` adds nothing to `stored`: the same or older states of the same attempts, or fewer of them, and no
/// failure code or route that `stored` lacks. (UNKNOWN_FAILURE is no code here: a tracker that was restarted may know
/// no other.)
///
/// The end of a payment always adds to a payment in flight, whatever rows were deleted since. The other way only
/// another attempt, or another end of one, adds anything: a tracker that was restarted may first show a failed payment
/// in flight, and a succeeded one as failed if its settled row was deleted.
[[nodiscard]] bool adds_nothing(const Knowledge& replayed, const Knowledge& stored);

} // namespace sink
