// The page that Prometheus reads (text format 0.0.4): the counters of payments, the figures of the server, and those of
// the tracker if it has answered.
#pragma once

#include "metrics/payment_metrics.hpp"
#include "metrics/tracker_status.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace metrics {

/// The server at one moment.
struct ServerFigures {
    struct Subscribers {
        std::string_view method; ///< the name of a streaming method, such as TrackPayments
        std::size_t count = 0;
    };
    std::vector<Subscribers> subscribers; ///< every streaming method, also without a subscriber
    std::size_t connections = 0;
    std::size_t backlog_bytes = 0;
    std::uint64_t messages_sent = 0; ///< since the start
    std::uint64_t calls_refused = 0; ///< since the start, for their credentials
    std::size_t payments_in_flight = 0;
    std::optional<double> oldest_in_flight; ///< when it began, in seconds since 1970
    double started = 0;                     ///< when the process started, in seconds since 1970
};

/// `tracker`: nothing if the tracker did not answer; its metrics are left out then.
[[nodiscard]] std::string page(PaymentMetrics& payments, const ServerFigures& server,
                               const std::optional<TrackerStatus>& tracker);

} // namespace metrics
