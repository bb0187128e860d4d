// What the metrics read: a payment that has ended, and the tracker's own state. The input is the JSON of both.
#include "json_input.hpp"
#include "metrics/page.hpp"

#include <algorithm>
#include <set>

namespace metrics_target {

namespace {

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

void check_error(const std::string& error, const std::string& input) {
    fuzz::require(!error.empty() && error.size() < 200, "an error names the place");
    fuzz::require(input.size() < 40 || error.find(input) == std::string::npos, "an error does not quote the input");
}

void check_payment(const metrics::EndedPayment& payment, const fuzz::Tree& object) {
    fuzz::require(object.at("failure_reason") == payment.reason, "the reason is the member");
    fuzz::require(payment.seconds >= 0, "no time is negative");
    const auto* htlcs = fuzz::at(object, "htlcs");
    fuzz::require(payment.attempts.size() == (htlcs && htlcs->is_array() ? htlcs->size() : 0), "all attempts");
    std::multiset<std::uint64_t> ids;
    std::size_t failed = 0;
    for (const auto& attempt : payment.attempts) {
        ids.insert(attempt.id);
        failed += attempt.failure ? 1U : 0U;
    }
    fuzz::require(std::is_sorted(payment.attempts.begin(), payment.attempts.end(),
                                 [](const auto& a, const auto& b) { return a.id < b.id; }),
                  "attempts are in the order of their ids");
    for (std::size_t n = 0; n < payment.attempts.size(); ++n) {
        const auto& htlc = htlcs->at(n);
        const auto* status = fuzz::at(htlc, "status");
        failed -= status && *status == "FAILED" ? 1U : 0U;
        const auto id = htlc.at("attempt_id").get<std::string>();
        fuzz::require(ids.contains(std::stoull(id)), "an id is the member");
    }
    fuzz::require(failed == 0, "those that failed have a failure");
}

void check_counted(const consumer::Snapshot& payment) {
    metrics::PaymentMetrics metrics;
    const auto first = metrics.ended(payment).has_value();
    (void)metrics::page(metrics, {}, std::nullopt); // shows 0 for a new series
    const auto once = metrics::page(metrics, {}, std::nullopt);
    fuzz::require(metrics.ended(payment).has_value() == first, "the same payment is read in the same way");
    fuzz::require(metrics::page(metrics, {}, std::nullopt) == once, "a payment counts once");
    fuzz::require(once.find("\n\n") == std::string::npos && once.ends_with('\n'), "a page is lines");
}

void check_status(const std::string& input, const std::optional<fuzz::Tree>& object) {
    const auto status = metrics::decode_tracker_status(input);
    if (!status)
        return check_error(status.error(), input);
    if (!object)
        return;
    fuzz::require(text(status->parts) == object->at("parts").dump(), "a number is the member");
    fuzz::require(text(status->read.updated) == object->at("read").at("updated").dump(), "a position is the member");
    const auto* counters = fuzz::at(*object, "counters");
    fuzz::require(status->counters.has_value() == (counters && !counters->is_null()), "counters may be missing");
}

} // namespace

FUZZ_TARGET(metrics) {
    const std::string input(fuzz::text_of(data, size));
    auto object = fuzz::parsed(input);
    if (object && !fuzz::unambiguous(input))
        object.reset();
    for (const auto status : {consumer::Status::succeeded, consumer::Status::failed}) {
        consumer::Snapshot snapshot;
        snapshot.status = status;
        snapshot.json = input;
        const auto payment = metrics::read_ended_payment(snapshot);
        if (!payment)
            check_error(payment.error(), input);
        else if (object)
            check_payment(*payment, *object);
        const auto begun = metrics::creation_time(snapshot);
        fuzz::require(!begun || *begun >= 0, "a time is after 1970");
        check_counted(snapshot);
    }
    check_status(input, object);
    return 0;
}

} // namespace metrics_target
