#include "metrics/page.hpp"

#include <doctest/doctest.h>

namespace page_test {

namespace {

const metrics::ServerFigures server{
    {{"TrackPayments", 3}, {"SubscribeState", 0}}, 4, 5, 6, 7, 8, 1795222301.5, 1795222000};

std::string page(const std::optional<metrics::TrackerStatus>& tracker, const metrics::ServerFigures& figures = server) {
    metrics::PaymentMetrics payments;
    return "\n" + metrics::page(payments, figures, tracker);
}

bool has(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("the figures of the server") {
    const auto text = page(std::nullopt);
    for (const auto* line :
         {R"(trackpayments_lnd_subscribers{method="TrackPayments"} 3)",
          R"(trackpayments_lnd_subscribers{method="SubscribeState"} 0)", "trackpayments_lnd_connections 4",
          "trackpayments_lnd_backlog_bytes 5", "trackpayments_lnd_messages_sent_total 6",
          "trackpayments_lnd_calls_refused_total 7", "trackpayments_payments_in_flight 8",
          "trackpayments_oldest_in_flight_timestamp_seconds 1795222301.5", "process_start_time_seconds 1795222000",
          "# TYPE trackpayments_lnd_messages_sent_total counter", "# TYPE trackpayments_lnd_backlog_bytes gauge"})
        CHECK_MESSAGE(has(text, line), line);
    auto idle = server;
    idle.oldest_in_flight.reset();
    CHECK(page(std::nullopt, idle).find("oldest_in_flight") == std::string::npos);
}

TEST_CASE("without the tracker its metrics are missing, and up is 0") {
    const auto text = page(std::nullopt);
    CHECK(has(text, "trackpayments_up 0"));
    CHECK(text.find("trackpayments_tracker") == std::string::npos);
}

TEST_CASE("the figures of the tracker, and how far it is behind") {
    metrics::TrackerStatus status{20, 21, 22, 23, 24, 25, 26, {100, 50}, {90, 60}, metrics::RowPosition{107, 55}};
    const auto text = page(status);
    for (const auto* line :
         {"trackpayments_up 1", "trackpayments_tracker_payments 20", "trackpayments_tracker_payments_in_flight 21",
          "trackpayments_tracker_parts 22", "trackpayments_tracker_waiting_callers 23",
          "trackpayments_tracker_queued_bytes 24", "trackpayments_tracker_merged_snapshots_total 25",
          "trackpayments_tracker_reconnects_total 26", R"(trackpayments_tracker_rows_behind{index="created"} 7)",
          R"(trackpayments_tracker_rows_behind{index="updated"} 5)",
          R"(trackpayments_tracker_cursor_rows_behind{index="created"} 17)",
          R"(trackpayments_tracker_cursor_rows_behind{index="updated"} 0)"})
        CHECK_MESSAGE(has(text, line), line);
    status.counters.reset();
    CHECK(page(status).find("_behind") == std::string::npos);
}

TEST_CASE("every metric has a help text before its type") {
    std::string last;
    std::size_t types = 0;
    auto text = page(metrics::TrackerStatus{});
    for (std::size_t at = 1; at < text.size(); at = text.find('\n', at) + 1) {
        const auto line = text.substr(at, text.find('\n', at) - at);
        if (line.starts_with("# TYPE ")) {
            ++types;
            const auto name = line.substr(7, line.find(' ', 7) - 7);
            CHECK_MESSAGE(last.starts_with("# HELP " + name + " "), name);
        }
        last = line;
    }
    CHECK(types > 20);
}

} // namespace page_test
