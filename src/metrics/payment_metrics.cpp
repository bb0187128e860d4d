#include "metrics/payment_metrics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace metrics {

namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::Registry;

constexpr double msat_per_sat = 1000;
constexpr const char* other = "OTHER";
constexpr const char* no_failure = "FAILURE_REASON_NONE";

// LND's names, in its order (lightning.proto, PaymentFailureReason).
constexpr std::array<const char*, 6> reasons{"FAILURE_REASON_TIMEOUT",
                                             "FAILURE_REASON_NO_ROUTE",
                                             "FAILURE_REASON_ERROR",
                                             "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS",
                                             "FAILURE_REASON_INSUFFICIENT_BALANCE",
                                             "FAILURE_REASON_CANCELED"};

/// lndmon's: prometheus.ExponentialBuckets(1, 2, 10).
Histogram::BucketBoundaries attempt_buckets() {
    return {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};
}

Histogram::BucketBoundaries time_buckets() {
    return {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21600, 86400};
}

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

/// The registry gives the same family for the same name and text.
Counter& lndmon_counter(Registry& registry, const char* name, const char* help, const char* status) {
    return counters(registry, name, help).Add({{"status", status}});
}

prometheus::MetricFamily satoshis(const char* name, const char* help, std::uint64_t msat) {
    prometheus::ClientMetric metric;
    metric.counter.value = static_cast<double>(msat) / msat_per_sat;
    return {name, help, prometheus::MetricType::Counter, {metric}};
}

} // namespace

PaymentMetrics::PaymentMetrics()
    : succeeded_(of_status(registry_, "succeeded")),
      failed_(of_status(registry_, "failed")),
      lndmon_per_payment_(histograms(registry_, "lnd_payment_attempts_per_payment",
                                     "Attempts of payments that ended, as lndmon counts them.")
                              .Add({}, attempt_buckets())),
      ended_(counters(registry_, "trackpayments_payments_ended_total",
                      "Payments that ended, by status and LND's failure reason.")),
      failures_(counters(registry_, "trackpayments_attempts_failed_total",
                         "Failed attempts of payments that ended, by LND's failure code and the place in the route of "
                         "the node that failed; 0 is our own node.")),
      failed_then_succeeded_(counters(registry_, "trackpayments_payments_failed_then_succeeded_total",
                                      "Payments that were counted as failed and succeeded after all. They are counted "
                                      "in both.")
                                 .Add({})),
      settle_time_(histograms(registry_, "trackpayments_settle_duration_seconds",
                              "Time from a payment's first attempt to its last settled one.")
                       .Add({}, time_buckets())) {
    ended_.Add({{"status", "succeeded"}, {"reason", no_failure}});
    for (const auto* reason : reasons)
        ended_.Add({{"status", "failed"}, {"reason", reason}});
}

PaymentMetrics::OfStatus PaymentMetrics::of_status(Registry& registry, const char* status) {
    return {lndmon_counter(registry, "lnd_total_payments", "Payments that ended, by final status.", status),
            lndmon_counter(registry, "lnd_total_htlc_attempts",
                           "Attempts of payments that ended, by the final status of the payment.", status),
            histograms(registry, "trackpayments_attempts_per_payment",
                       "Attempts of payments that ended, by status of the payment.")
                .Add({{"status", status}}, attempt_buckets())};
}

tl::expected<void, std::string> PaymentMetrics::ended(const consumer::Snapshot& payment) {
    const auto read = read_ended_payment(payment);
    if (!read)
        return tl::unexpected(read.error());
    count(*read);
    return {};
}

std::vector<prometheus::MetricFamily> PaymentMetrics::collect() {
    auto families = registry_.Collect();
    for (const auto& [labels, failures] : std::exchange(new_failures_, {}))
        failures_.Add(labels).Increment(static_cast<double>(failures));
    families.push_back(satoshis("trackpayments_paid_satoshis_total",
                                "Amounts of the payments that succeeded, without fees, in satoshis.", paid_msat_));
    families.push_back(satoshis("trackpayments_fees_paid_satoshis_total",
                                "Fees of the payments that succeeded, in satoshis, with thousandths.", fees_msat_));
    return families;
}

void PaymentMetrics::count(const EndedPayment& payment) {
    const auto news = counted_.add(payment);
    auto& of_status = payment.succeeded ? succeeded_ : failed_;
    of_status.attempts.Increment(static_cast<double>(news.attempts));
    count_failures(payment, news.attempts);
    if (!news.counts)
        return;
    of_status.payments.Increment();
    const auto attempts = static_cast<double>(payment.attempts.size());
    of_status.per_payment.Observe(attempts);
    lndmon_per_payment_.Observe(attempts);
    if (!payment.succeeded) {
        const bool known = std::find(reasons.begin(), reasons.end(), payment.reason) != reasons.end();
        return ended_.Add({{"status", "failed"}, {"reason", known ? payment.reason : other}}).Increment();
    }
    ended_.Add({{"status", "succeeded"}, {"reason", no_failure}}).Increment();
    paid_msat_ += payment.value_msat;
    fees_msat_ += payment.fee_msat;
    settle_time_.Observe(payment.seconds);
    if (news.failed_before)
        failed_then_succeeded_.Increment();
}

void PaymentMetrics::count_failures(const EndedPayment& payment, std::size_t newest) {
    for (auto attempt = payment.attempts.end() - static_cast<std::ptrdiff_t>(newest); attempt != payment.attempts.end();
         ++attempt) {
        if (!attempt->failure)
            continue;
        const auto at = attempt->failure->source_index;
        const auto source = at < last_source_index ? std::to_string(at) : std::to_string(last_source_index) + "+";
        count_failure({{"code", code_label(attempt->failure->code)}, {"source_index", source}});
    }
}

void PaymentMetrics::count_failure(const prometheus::Labels& labels) {
    const bool is_new = !failures_.Has(labels);
    auto& counter = failures_.Add(labels);
    if (is_new || new_failures_.contains(labels))
        ++new_failures_[labels];
    else
        counter.Increment();
}

std::string PaymentMetrics::code_label(const std::string& code) {
    if (codes_.size() < most_codes)
        codes_.insert(code);
    return codes_.contains(code) ? code : other;
}

} // namespace metrics
