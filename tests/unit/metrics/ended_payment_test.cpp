#include "metrics/ended_payment.hpp"

#include "ends.hpp"

#include <doctest/doctest.h>

namespace ended_payment_test {

namespace {

/// The same payment with another text in one place.
consumer::Snapshot with(consumer::Snapshot payment, const std::string& old, const std::string& replacement) {
    const auto at = payment.json.find(old);
    REQUIRE(at != std::string::npos);
    payment.json.replace(at, old.size(), replacement);
    return payment;
}

} // namespace

TEST_CASE("amounts, time, and the attempts by their ids") {
    const auto read = metrics::read_ended_payment(unit::end_of(true, {{9}, {4, "FEE_INSUFFICIENT"}})).value();
    CHECK(read.succeeded);
    CHECK(read.reason == "FAILURE_REASON_NONE");
    CHECK(read.value_msat == 2'000'500);
    CHECK(read.fee_msat == 1'250);
    CHECK(read.seconds == 2.5);
    REQUIRE(read.attempts.size() == 2);
    CHECK(read.attempts[0].id == 4);
    CHECK(read.attempts[0].failure->code == "FEE_INSUFFICIENT");
    CHECK(read.attempts[0].failure->source_index == 2);
    CHECK(read.attempts[1].id == 9);
    CHECK_FALSE(read.attempts[1].failure);
}

TEST_CASE("a clock that was set back makes no negative time") {
    const auto late =
        with(unit::end_of(true, {{1}}), R"("attempt_time_ns":"17952223)", R"("attempt_time_ns":"18952223)");
    CHECK(metrics::read_ended_payment(late)->seconds == 0);
}

TEST_CASE("a member that cannot be read is named, and its value is not") {
    const auto good = unit::end_of(false, {{1, "UNKNOWN_FAILURE"}});
    const auto error = [&](const std::string& old, const std::string& replacement) {
        return metrics::read_ended_payment(with(good, old, replacement)).error();
    };
    CHECK(error(R"("fee_msat":"1250")", R"("fee_msat":"x")") == "fee_msat: missing or malformed");
    CHECK(error(R"("value_msat":"2000500")", R"("value_msat":2000500)") == "value_msat: missing or malformed");
    CHECK(error("FAILURE_REASON_NO_ROUTE", "no\\nroute") == "failure_reason: missing or malformed");
    CHECK(error(R"("attempt_id":"1")", R"("attempt_id":"-1")") == "htlcs: attempt_id: missing or malformed");
    CHECK(error("UNKNOWN_FAILURE", "a b") == "htlcs: failure: missing or malformed");
    CHECK(error(R"("failure_source_index":2)", R"("failure_source_index":"2")") ==
          "htlcs: failure: missing or malformed");
}

TEST_CASE("when a payment began") {
    const auto payment = unit::end_of(true, {{1}});
    CHECK(metrics::creation_time(payment).value_or(0) == doctest::Approx(1795222301.0));
    CHECK_FALSE(metrics::creation_time(with(payment, R"("1795222301000000000")", "7")));
    CHECK_FALSE(metrics::creation_time(with(payment, "creation_time_ns", "x")));
}

} // namespace ended_payment_test
