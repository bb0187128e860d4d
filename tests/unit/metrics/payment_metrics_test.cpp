#include "metrics/page.hpp"

#include "ends.hpp"

#include <doctest/doctest.h>

namespace payment_metrics_test {

namespace {

struct Fixture {
    metrics::PaymentMetrics payments;

    void end(const consumer::Snapshot& payment) {
        REQUIRE(payments.ended(payment).has_value());
        (void)payments.collect(); // then new series have their values
    }
    /// The value of the line that begins so.
    [[nodiscard]] std::string value(const std::string& series) {
        const auto text = "\n" + metrics::page(payments, {}, std::nullopt);
        const auto at = text.find("\n" + series + " ");
        if (at == std::string::npos)
            return "(none)";
        const auto begin = at + series.size() + 2;
        return text.substr(begin, text.find('\n', begin) - begin);
    }
};

} // namespace

TEST_CASE("before the first payment every series that can be known is 0") {
    Fixture fixture;
    for (const auto* series :
         {R"(lnd_total_payments{status="succeeded"})", R"(lnd_total_payments{status="failed"})",
          R"(lnd_total_htlc_attempts{status="succeeded"})", "lnd_payment_attempts_per_payment_count",
          R"(trackpayments_payments_ended_total{reason="FAILURE_REASON_NONE",status="succeeded"})",
          R"(trackpayments_payments_ended_total{reason="FAILURE_REASON_TIMEOUT",status="failed"})",
          "trackpayments_fees_paid_satoshis_total", "trackpayments_settle_duration_seconds_count"})
        CHECK_MESSAGE(fixture.value(series) == "0", series);
}

TEST_CASE("a payment that succeeded") {
    Fixture fixture;
    fixture.end(unit::end_of(true, {{1, "FEE_INSUFFICIENT"}, {2, "FEE_INSUFFICIENT"}, {3}}));
    CHECK(fixture.value(R"(lnd_total_payments{status="succeeded"})") == "1");
    CHECK(fixture.value(R"(lnd_total_htlc_attempts{status="succeeded"})") == "3");
    CHECK(fixture.value(R"(lnd_payment_attempts_per_payment_bucket{le="2"})") == "0");
    CHECK(fixture.value(R"(lnd_payment_attempts_per_payment_bucket{le="4"})") == "1");
    CHECK(fixture.value(R"(trackpayments_attempts_per_payment_sum{status="succeeded"})") == "3");
    CHECK(fixture.value(R"(trackpayments_attempts_failed_total{code="FEE_INSUFFICIENT",source_index="2"})") == "2");
    CHECK(fixture.value("trackpayments_paid_satoshis_total") == "2000.5");
    CHECK(fixture.value("trackpayments_fees_paid_satoshis_total") == "1.25");
    CHECK(fixture.value(R"(trackpayments_settle_duration_seconds_bucket{le="1"})") == "0");
    CHECK(fixture.value(R"(trackpayments_settle_duration_seconds_bucket{le="2.5"})") == "1");
    CHECK(fixture.value("trackpayments_payments_failed_then_succeeded_total") == "0");
}

TEST_CASE("a payment that failed, went on, and succeeded") {
    Fixture fixture;
    const unit::Htlc first{1, "TEMPORARY_CHANNEL_FAILURE"};
    for (int times = 0; times < 2; ++times)
        fixture.end(unit::end_of(false, {first}));
    fixture.end(unit::end_of(true, {first, {2}}));
    CHECK(fixture.value(R"(lnd_total_payments{status="failed"})") == "1");
    CHECK(fixture.value(R"(lnd_total_payments{status="succeeded"})") == "1");
    CHECK(fixture.value(R"(lnd_total_htlc_attempts{status="failed"})") == "1");
    CHECK(fixture.value(R"(lnd_total_htlc_attempts{status="succeeded"})") == "1");
    CHECK(fixture.value(R"(trackpayments_attempts_failed_total{code="TEMPORARY_CHANNEL_FAILURE",source_index="2"})") ==
          "1");
    CHECK(fixture.value("trackpayments_payments_failed_then_succeeded_total") == "1");
    CHECK(fixture.value(R"(trackpayments_payments_ended_total{reason="FAILURE_REASON_NO_ROUTE",status="failed"})") ==
          "1");
}

TEST_CASE("a new series of failures has 0 in one scrape, so that its rise is seen") {
    Fixture fixture;
    const std::string series = R"(trackpayments_attempts_failed_total{code="FEE_INSUFFICIENT",source_index="2"})";
    const auto end = [&](int attempt, char digit) {
        REQUIRE(fixture.payments.ended(unit::end_of(false, {{attempt, "FEE_INSUFFICIENT"}}, digit)).has_value());
    };
    CHECK(fixture.value(series) == "(none)");
    end(1, 'a');
    end(2, 'b');
    CHECK(fixture.value(series) == "0");
    CHECK(fixture.value(series) == "2");
    end(3, 'c');
    CHECK(fixture.value(series) == "3");
}

TEST_CASE("thousandths of satoshis add up") {
    Fixture fixture;
    for (char digit = 'a'; digit < 'd'; ++digit) {
        auto payment = unit::end_of(true, {{digit}}, digit);
        payment.json.replace(payment.json.find("1250"), 4, "1073");
        fixture.end(payment);
    }
    CHECK(fixture.value("trackpayments_fees_paid_satoshis_total") == "3.219");
}

TEST_CASE("odd names do not make series without end") {
    Fixture fixture;
    for (std::size_t n = 0; n < metrics::PaymentMetrics::most_codes + 5; ++n)
        fixture.end(unit::end_of(false, {{static_cast<int>(n), "CODE_" + std::to_string(n)}}));
    CHECK(fixture.value(R"(trackpayments_attempts_failed_total{code="CODE_0",source_index="2"})") == "1");
    CHECK(fixture.value(R"(trackpayments_attempts_failed_total{code="OTHER",source_index="2"})") == "5");
    auto far = unit::end_of(false, {{1000, "CODE_0"}});
    const std::string source = R"("failure_source_index":)";
    far.json.replace(far.json.find(source) + source.size(), 1, "27");
    far.json.replace(far.json.find("NO_ROUTE"), 8, "NEW");
    fixture.end(far);
    CHECK(fixture.value(R"(trackpayments_attempts_failed_total{code="CODE_0",source_index="10+"})") == "1");
    CHECK(fixture.value(R"(trackpayments_payments_ended_total{reason="OTHER",status="failed"})") == "1");
}

TEST_CASE("a snapshot that cannot be read is not counted") {
    Fixture fixture;
    auto payment = unit::end_of(true, {{1}});
    payment.json = "{}";
    CHECK(fixture.payments.ended(payment).error() == "failure_reason: missing or malformed");
    CHECK(fixture.value(R"(lnd_total_payments{status="succeeded"})") == "0");
}

} // namespace payment_metrics_test
