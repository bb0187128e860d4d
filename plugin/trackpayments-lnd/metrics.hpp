// The page of `/metrics`: follows the stream to count payments that end, and at each scrape asks the tracker for its
// state. A tracker that does not answer soon only makes its own metrics missing.
#pragma once

#include "http/server.hpp"
#include "io/timer.hpp"
#include "lndapi/service.hpp"
#include "metrics/page.hpp"
#include "rpc/client.hpp"

namespace trackpayments_lnd {

class Metrics final : public lndapi::MetricsSource, private lndapi::Hub::Subscriber {
  public:
    struct Sources {
        rpc::Client& client;
        const consumer::Reader& reader;
        lndapi::Hub& hub;
        const lndapi::Service& service;
        const http::Server& http;
    };
    /// How long a scrape waits for the tracker: well below Prometheus' own limit of 10 s.
    static constexpr std::chrono::milliseconds patience{2000};

    Metrics(io::Loop& loop, const Sources& sources, base::Log log);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics() override;

    void scrape(Reply reply) override;

  private:
    void updated(const lndapi::Item& item) override;
    void ask();
    void answered(const std::optional<metrics::TrackerStatus>& tracker);
    [[nodiscard]] metrics::ServerFigures figures() const;

    Sources sources_;
    base::Log log_;
    double started_;
    metrics::PaymentMetrics payments_;
    std::vector<Reply> waiting_; // scrapes; one call to the tracker serves all
    bool asking_ = false;        // that call has no answer yet
    io::Timer patience_;
    bool unreadable_logged_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace trackpayments_lnd
