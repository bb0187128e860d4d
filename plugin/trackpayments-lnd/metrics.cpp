#include "plugin/trackpayments-lnd/metrics.hpp"

#include <utility>

namespace trackpayments_lnd {

namespace {

double seconds_since_1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// `TrackPayments` of `/routerrpc.Router/TrackPayments`.
std::string_view short_name(std::string_view grpc_path) {
    return grpc_path.substr(grpc_path.rfind('/') + 1);
}

} // namespace

Metrics::Metrics(io::Loop& loop, const Sources& sources, base::Log log)
    : sources_(sources), log_(std::move(log)), started_(seconds_since_1970()), patience_(loop) {
    sources_.hub.add(*this);
}

Metrics::~Metrics() {
    sources_.hub.remove(*this);
}

void Metrics::updated(const lndapi::Item& item) {
    const auto& payment = item.frame->payment();
    if (payment.status == consumer::Status::in_flight)
        return; // not read: that would cost a parse for each change
    const auto counted = payments_.ended(payment);
    if (!counted && !std::exchange(unreadable_logged_, true))
        log_(base::LogLevel::unusual, "/metrics cannot count a payment: " + counted.error());
}

void Metrics::scrape(Reply reply) {
    waiting_.push_back(std::move(reply));
    if (!patience_.armed())
        patience_.start(patience, [this] { answered(std::nullopt); });
    if (!asking_)
        ask();
}

void Metrics::ask() {
    asking_ = true;
    const std::weak_ptr<const bool> alive = alive_;
    const auto done = [this, alive](const std::optional<metrics::TrackerStatus>& status) {
        if (alive.expired())
            return;
        asking_ = false;
        answered(status);
    };
    sources_.client.call(
        lndapi::MetricsEndpoint::rune_method, "{}",
        [done](const tl::expected<std::string_view, rpc::Client::Failure>& result) {
            const auto status = result ? metrics::decode_tracker_status(*result) : tl::unexpected(std::string());
            done(status ? std::optional(*status) : std::nullopt);
        },
        [done] { done(std::nullopt); });
}

void Metrics::answered(const std::optional<metrics::TrackerStatus>& tracker) {
    patience_.cancel();
    const auto scrapes = std::exchange(waiting_, {});
    if (scrapes.empty())
        return;
    const auto page = metrics::page(payments_, figures(), tracker);
    for (const auto& reply : scrapes)
        reply(page);
}

metrics::ServerFigures Metrics::figures() const {
    metrics::ServerFigures now;
    for (const auto& method : lndapi::methods())
        if (method.streaming)
            now.subscribers.push_back({short_name(method.grpc_path), sources_.service.subscribers(method)});
    now.connections = sources_.http.connections();
    now.backlog_bytes = sources_.hub.ledger().bytes();
    now.messages_sent = sources_.service.counts().sent;
    now.calls_refused = sources_.service.counts().refused;
    const auto& in_flight = sources_.reader.in_flight();
    now.payments_in_flight = in_flight.size();
    if (!in_flight.empty())
        now.oldest_in_flight = metrics::creation_time(*in_flight.begin()->second);
    now.started = started_;
    return now;
}

} // namespace trackpayments_lnd
