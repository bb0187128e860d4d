// What a consumer of the tracker's stream gets: payments as they were received, each with a cursor.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
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
};

/// An answer of the command `trackpayments`.
struct Answer {
    std::vector<SnapshotPtr> payments;
    CursorPtr cursor;
    bool more = false;    ///< further payments follow after the cursor
    bool live = true;     ///< false: the tracker's option leaves out the topic `trackpayments`
    bool complete = true; ///< false: the tracker is still searching for payments in flight
};

} // namespace consumer
