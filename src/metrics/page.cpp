#include "metrics/page.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <prometheus/text_serializer.h>

namespace metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

template <class Figures>
struct Row {
    const char* name;
    MetricType type;
    const char* help;
    double (*value)(const Figures&);
};

constexpr std::array<Row<ServerFigures>, 6> server_rows{{
    {"process_start_time_seconds", MetricType::Gauge, "When trackpayments-lnd started, in seconds since 1970.",
     [](const ServerFigures& of) { return of.started; }},
    {"trackpayments_payments_in_flight", MetricType::Gauge, "Payments in flight.",
     [](const ServerFigures& of) { return static_cast<double>(of.payments_in_flight); }},
    {"trackpayments_lnd_connections", MetricType::Gauge, "Open connections of clients.",
     [](const ServerFigures& of) { return static_cast<double>(of.connections); }},
    {"trackpayments_lnd_backlog_bytes", MetricType::Gauge, "Bytes of payments that wait for clients to read them.",
     [](const ServerFigures& of) { return static_cast<double>(of.backlog_bytes); }},
    {"trackpayments_lnd_messages_sent_total", MetricType::Counter, "Messages handed over to clients.",
     [](const ServerFigures& of) { return static_cast<double>(of.messages_sent); }},
    {"trackpayments_lnd_calls_refused_total", MetricType::Counter, "Calls refused for their macaroon or rune.",
     [](const ServerFigures& of) { return static_cast<double>(of.calls_refused); }},
}};

constexpr std::array<Row<TrackerStatus>, 7> tracker_rows{{
    {"trackpayments_tracker_payments", MetricType::Gauge, "Payments in the tracker's memory.",
     [](const TrackerStatus& of) { return static_cast<double>(of.payments); }},
    {"trackpayments_tracker_payments_in_flight", MetricType::Gauge,
     "Payments in the tracker's memory that have not ended.",
     [](const TrackerStatus& of) { return static_cast<double>(of.payments_in_flight); }},
    {"trackpayments_tracker_parts", MetricType::Gauge, "Parts of the payments in the tracker's memory.",
     [](const TrackerStatus& of) { return static_cast<double>(of.parts); }},
    {"trackpayments_tracker_waiting_callers", MetricType::Gauge, "Callers of the command trackpayments that wait.",
     [](const TrackerStatus& of) { return static_cast<double>(of.callers); }},
    {"trackpayments_tracker_queued_bytes", MetricType::Gauge,
     "Output of the tracker that waits because lightningd does not read.",
     [](const TrackerStatus& of) { return static_cast<double>(of.queued_bytes); }},
    {"trackpayments_tracker_merged_snapshots_total", MetricType::Counter,
     "Snapshots that were replaced by newer ones while lightningd did not read, since the tracker's start.",
     [](const TrackerStatus& of) { return static_cast<double>(of.merged_snapshots); }},
    {"trackpayments_tracker_reconnects_total", MetricType::Counter,
     "How often the tracker lost lightningd's RPC socket and connected again, since its start.",
     [](const TrackerStatus& of) { return static_cast<double>(of.reconnects); }},
}};

ClientMetric metric(MetricType type, double value) {
    ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return metric;
}

ClientMetric labelled(double value, const char* label, std::string_view text) {
    auto gauge = metric(MetricType::Gauge, value);
    gauge.label.push_back({label, std::string(text)});
    return gauge;
}

template <class Rows, class Figures>
void append(std::vector<MetricFamily>& out, const Rows& rows, const Figures& figures) {
    for (const auto& [name, type, help, value] : rows)
        out.push_back({name, help, type, {metric(type, value(figures))}});
}

MetricFamily behind(const char* name, const char* help, const RowPosition& counters, const RowPosition& at) {
    const auto rows = [](std::uint64_t counter, std::uint64_t position) {
        return static_cast<double>(counter - std::min(counter, position));
    };
    return {name,
            help,
            MetricType::Gauge,
            {labelled(rows(counters.created, at.created), "index", "created"),
             labelled(rows(counters.updated, at.updated), "index", "updated")}};
}

void append_tracker(std::vector<MetricFamily>& out, const TrackerStatus& tracker) {
    append(out, tracker_rows, tracker);
    if (!tracker.counters)
        return;
    out.push_back(behind("trackpayments_tracker_rows_behind",
                         "Rows and changes that lightningd has counted and the tracker has not read.",
                         *tracker.counters, tracker.read));
    out.push_back(behind("trackpayments_tracker_cursor_rows_behind",
                         "The same for the cursor of a message, which waits for undecided payments too.",
                         *tracker.counters, tracker.cursor));
}

} // namespace

std::string page(PaymentMetrics& payments, const ServerFigures& server, const std::optional<TrackerStatus>& tracker) {
    auto families = payments.collect();
    append(families, server_rows, server);
    if (server.oldest_in_flight)
        families.push_back({"trackpayments_oldest_in_flight_timestamp_seconds",
                            "When the oldest payment in flight began, in seconds since 1970.",
                            MetricType::Gauge,
                            {metric(MetricType::Gauge, *server.oldest_in_flight)}});
    MetricFamily subscribers{
        "trackpayments_lnd_subscribers", "Open streams of clients, by method.", MetricType::Gauge, {}};
    for (const auto& [method, count] : server.subscribers)
        subscribers.metric.push_back(labelled(static_cast<double>(count), "method", method));
    families.push_back(std::move(subscribers));
    families.push_back({"trackpayments_up",
                        "1 if the plugin trackpayments has answered; else its metrics are missing.",
                        MetricType::Gauge,
                        {metric(MetricType::Gauge, tracker ? 1 : 0)}});
    if (tracker)
        append_tracker(families, *tracker);
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families);
    return text.str();
}

} // namespace metrics
