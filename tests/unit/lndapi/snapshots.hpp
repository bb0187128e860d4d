// Snapshots as the tracker publishes them, of any size, without a reader.
#pragma once

#include "lndapi/frame.hpp"

namespace unit {

inline consumer::CursorPtr at(const std::string& cursor) {
    return std::make_shared<const std::string>(cursor);
}

/// `attempts`: all in flight, or all ended as the payment. `digit`: of the payment hash.
inline lndapi::FramePtr frame(std::uint64_t index, consumer::Status status, std::size_t attempts,
                              std::size_t padding = 0, char digit = 'a') {
    const std::string name = status == consumer::Status::in_flight   ? "IN_FLIGHT"
                             : status == consumer::Status::succeeded ? "SUCCEEDED"
                                                                     : "FAILED";
    consumer::Snapshot payment{index, {}, status, R"({"status":")" + name + R"(","htlcs":[)"};
    payment.payment_hash.bytes.fill(static_cast<std::uint8_t>(digit));
    for (std::size_t n = 0; n < attempts; ++n)
        payment.json += (n == 0 ? R"({"status":")" : R"(,{"status":")") + name + "\"}";
    payment.json += R"(],"payment_request":")" + std::string(padding, 'x') + "\"}";
    return std::make_shared<const lndapi::Frame>(std::make_shared<const consumer::Snapshot>(std::move(payment)));
}

/// `cursor` may be null.
inline lndapi::Item item(std::uint64_t index, consumer::Status status, std::size_t attempts, const char* cursor,
                         std::size_t padding = 0, char digit = 'a') {
    return {frame(index, status, attempts, padding, digit), cursor ? at(cursor) : nullptr};
}

} // namespace unit
