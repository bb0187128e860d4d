// Counts the payments that end, for Prometheus: under lndmon's names, and more under ours. All counters begin at 0 with
// the process. A payment counts when its end is published. FAILED may change back, and a counter cannot: a payment that
// was counted as failed and succeeds after all counts as both, and in a counter of its own.
#pragma once

#include "metrics/counted.hpp"

#include <map>
#include <set>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace metrics {

class PaymentMetrics final {
  public:
    /// Names of failure codes that get a series of their own; all further ones together are `OTHER`.
    static constexpr std::size_t most_codes = 40;
    /// Source indexes from this one on are one series, such as `10+`.
    static constexpr std::uint64_t last_source_index = 10;

    PaymentMetrics();
    PaymentMetrics(const PaymentMetrics&) = delete;
    PaymentMetrics& operator=(const PaymentMetrics&) = delete;
    ~PaymentMetrics() = default;

    /// A payment has ended; also if it comes again. The error says why it cannot be counted.
    tl::expected<void, std::string> ended(const consumer::Snapshot& payment);
    /// For one scrape. A series of failures that is new has the value 0 in it, and its own in the next: Prometheus'
    /// rate() and increase() do not see the first value of a series.
    [[nodiscard]] std::vector<prometheus::MetricFamily> collect();

  private:
    /// For one status.
    struct OfStatus {
        prometheus::Counter& payments;
        prometheus::Counter& attempts;
        prometheus::Histogram& per_payment;
    };

    [[nodiscard]] static OfStatus of_status(prometheus::Registry& registry, const char* status);
    void count(const EndedPayment& payment);
    void count_failures(const EndedPayment& payment, std::size_t newest);
    [[nodiscard]] std::string code_label(const std::string& code);
    void count_failure(const prometheus::Labels& labels);

    prometheus::Registry registry_;
    Counted counted_;
    std::set<std::string> codes_;
    std::map<prometheus::Labels, std::uint64_t> new_failures_; // of series that no scrape has shown
    OfStatus succeeded_;
    OfStatus failed_;
    prometheus::Histogram& lndmon_per_payment_;
    prometheus::Family<prometheus::Counter>& ended_;
    prometheus::Family<prometheus::Counter>& failures_;
    prometheus::Counter& failed_then_succeeded_;
    prometheus::Histogram& settle_time_;
    std::uint64_t paid_msat_ = 0; // as whole numbers: sums of fractions drift
    std::uint64_t fees_msat_ = 0;
};

} // namespace metrics
