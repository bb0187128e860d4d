// What a consumer of the tracker's stream gets: payments as they were received, each with a cursor.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace consumer {

enum class Status : std::uint8_t { in_flight, succeeded, failed };

/// A payment at one moment. Shared, never changed.
struct Snapshot {
    std::uint64_t payment_index = 0;
    base::PaymentHash payment_hash;
    Status status = Status::in_flight;
    std::string json; ///< the complete lnrpc.Payment, one line, as received
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// A position in the stream: opaque text, printable ASCII without quotes. Pass it to `trackpayments since=`.
using CursorPtr = std::shared_ptr<const std::string>;

struct Update {
    SnapshotPtr payment;
    CursorPtr cursor; ///< everything up to and including this payment has been received
    /// It came as it happened. False: from an answer, which may repeat a state that was received before.
    bool live = false;
};

/// A page of all payments, as the command `trackpayments` makes it. Names and meaning are those of LND's ListPayments;
/// lightning-trackpayments(7).
struct PageQuery {
    std::uint64_t index_offset = 0; ///< exclusive
    std::uint64_t max_payments = 0; ///< 1 to 100
    bool reversed = false;
    bool include_incomplete = false;
    std::uint64_t creation_date_start = 0; ///< second
    std::uint64_t creation_date_end = 0;   ///< second; 0: no end
    bool omit_hops = false;
    bool count_total_payments = false; ///< only count
};

/// An answer of the command `trackpayments`.
struct Answer {
    std::vector<SnapshotPtr> payments;
    CursorPtr cursor;
    bool more = false;    ///< further payments follow after the cursor
    bool live = true;     ///< false: the tracker's option leaves out the topic `trackpayments`
    bool complete = true; ///< false: the tracker is still searching for payments in flight
    std::optional<std::uint64_t> next_index_offset{}; ///< of the next page of all payments, if there is one
    std::uint64_t num_payments = 0;                   ///< of that page, if they were only counted
};

} // namespace consumer
