#include "lnrpc/to_lnrpc.hpp"

#include <doctest/doctest.h>

namespace to_lnrpc_test {

using lnrpc::to_lnrpc;
using payments::Failure;
using payments::Part;
using payments::PartStatus;

namespace {

Part part(std::uint64_t created, PartStatus status, std::uint64_t sent, std::optional<base::Msat> amount) {
    Part part;
    part.created = {created};
    part.status = status;
    part.sent = {sent};
    part.amount = amount;
    part.created_at = base::from_seconds(1000 + created);
    if (status != PartStatus::pending)
        part.completed_at = base::from_seconds(2000 + created);
    if (status == PartStatus::complete)
        part.preimage.emplace().bytes.fill(0x77);
    return part;
}

payments::Payment payment(std::vector<Part> parts) {
    payments::Payment payment;
    payment.key.hash.bytes.fill(0xaa);
    payment.key.group = {7};
    payment.index = {5};
    payment.creation_time = base::from_seconds(1785);
    payment.parts = std::move(parts);
    return payment;
}

lnrpc::Failure failure_of(Failure failure) {
    auto failed = part(1, PartStatus::failed, 1010, base::Msat{1000});
    failed.failure = failure;
    const auto out = to_lnrpc(payment({failed}));
    REQUIRE(out.htlcs.size() == 1);
    REQUIRE(out.htlcs[0].failure.has_value());
    return *out.htlcs[0].failure;
}

} // namespace

TEST_CASE("a payment in flight has a preimage of zeros, no fee and no failure reason") {
    const auto out = to_lnrpc(payment({part(5, PartStatus::pending, 1010, base::Msat{1000})}));
    CHECK(out.payment_hash.hex() == std::string(64, 'a'));
    CHECK(out.payment_preimage == base::Preimage{});
    CHECK(out.status == lnrpc::PaymentStatus::in_flight);
    CHECK(out.fee_msat == 0);
    CHECK(out.value_msat == 1000);
    CHECK(out.payment_request.empty());
    CHECK(out.creation_time_ns == 1'785'000'000'000);
    CHECK(out.payment_index == 5);
    CHECK(out.failure_reason == lnrpc::PaymentFailureReason::none);
    REQUIRE(out.htlcs.size() == 1);
    const auto& attempt = out.htlcs[0];
    CHECK(attempt.attempt_id == 5);
    CHECK(attempt.status == lnrpc::HtlcStatus::in_flight);
    CHECK(attempt.route.total_amt_msat == 1010);
    CHECK(attempt.route.first_hop_amount_msat == 1010);
    CHECK(attempt.route.total_fees_msat == 10);
    CHECK(attempt.route.hops.empty());
    CHECK(attempt.attempt_time_ns == 1'005'000'000'000);
    CHECK(attempt.resolve_time_ns == 0);
    CHECK_FALSE(attempt.failure.has_value());
    CHECK_FALSE(attempt.preimage.has_value());
}

TEST_CASE("the fee is that of settled parts only, and the preimage is shown while others are pending") {
    const auto out = to_lnrpc(payment(
        {part(1, PartStatus::failed, 3100, base::Msat{3000}), part(2, PartStatus::complete, 1010, base::Msat{1000}),
         part(3, PartStatus::complete, 505, base::Msat{500}), part(4, PartStatus::pending, 1530, base::Msat{1500})}));
    CHECK(out.status == lnrpc::PaymentStatus::in_flight);
    CHECK(out.fee_msat == 15);
    CHECK(out.payment_preimage.hex() == std::string(64, '7'));
    REQUIRE(out.htlcs.size() == 4);
    CHECK(out.htlcs[0].status == lnrpc::HtlcStatus::failed);
    CHECK(out.htlcs[1].status == lnrpc::HtlcStatus::succeeded);
    CHECK(out.htlcs[1].preimage == out.payment_preimage);
    CHECK(out.htlcs[1].resolve_time_ns == 2'002'000'000'000);
    CHECK(out.htlcs[3].status == lnrpc::HtlcStatus::in_flight);
}

TEST_CASE("a payment whose parts have all settled is SUCCEEDED") {
    const auto out = to_lnrpc(payment({part(1, PartStatus::complete, 1010, base::Msat{1000})}));
    CHECK(out.status == lnrpc::PaymentStatus::succeeded);
    CHECK(out.fee_msat == 10);
}

TEST_CASE("a payment whose parts have all failed is IN_FLIGHT until it has a reason") {
    auto failed = payment({part(1, PartStatus::failed, 1010, base::Msat{1000})});
    CHECK(to_lnrpc(failed).status == lnrpc::PaymentStatus::in_flight);
    using In = payments::FailureReason;
    using Out = lnrpc::PaymentFailureReason;
    const std::vector<std::pair<In, Out>> reasons{
        {In::timeout, Out::timeout},
        {In::no_route, Out::no_route},
        {In::error, Out::error},
        {In::incorrect_payment_details, Out::incorrect_payment_details},
        {In::insufficient_balance, Out::insufficient_balance},
    };
    for (const auto& [reason, expected] : reasons) {
        failed.reason = reason;
        CHECK(to_lnrpc(failed).status == lnrpc::PaymentStatus::failed);
        CHECK(to_lnrpc(failed).failure_reason == expected);
    }
    CHECK(to_lnrpc(failed).fee_msat == 0);
    CHECK(to_lnrpc(failed).payment_preimage == base::Preimage{});
}

TEST_CASE("an outcome stays whatever parts are left") {
    auto gone = payment({});
    gone.outcome = payments::Status::succeeded;
    CHECK(to_lnrpc(gone).status == lnrpc::PaymentStatus::succeeded);
    CHECK(to_lnrpc(gone).htlcs.empty());
}

TEST_CASE("every kind of failure has its code") {
    CHECK(failure_of({Failure::Kind::unknown, 0, 0}).code == "UNKNOWN_FAILURE");
    CHECK(failure_of({Failure::Kind::unreadable, 0, 0}).code == "UNREADABLE_FAILURE");
    CHECK(failure_of({Failure::Kind::local, 0, 0}).code == "INTERNAL_FAILURE");
    const auto wire = failure_of({Failure::Kind::wire, 0x100C, 3});
    CHECK(wire.code == "FEE_INSUFFICIENT");
    CHECK(wire.failure_source_index == 3);
    CHECK_FALSE(wire.channel_update.has_value());
    CHECK(failure_of({Failure::Kind::wire, 0x1234, 1}).code == "UNKNOWN_FAILURE");
}

TEST_CASE("a failure reported early is not shown before the part has failed") {
    auto pending = part(1, PartStatus::pending, 1010, base::Msat{1000});
    pending.failure = {Failure::Kind::wire, 0x1007, 1};
    CHECK_FALSE(to_lnrpc(payment({pending})).htlcs[0].failure.has_value());
}

TEST_CASE("a part whose delivered amount is unknown has no fee") {
    const auto out = to_lnrpc(payment({part(1, PartStatus::complete, 1010, std::nullopt)}));
    CHECK(out.htlcs[0].route.total_amt_msat == 1010);
    CHECK(out.htlcs[0].route.total_fees_msat == 0);
    CHECK(out.fee_msat == 0);
}

TEST_CASE("the value is taken from the best source that is known") {
    auto paid = payment(
        {part(1, PartStatus::pending, 1010, base::Msat{1000}), part(2, PartStatus::failed, 4040, base::Msat{4000})});
    CHECK(to_lnrpc(paid).value_msat == 4000); // the largest part
    paid.live_peak = {5000};
    CHECK(to_lnrpc(paid).value_msat == 5000);
    paid.total = {payments::TotalSource::part_start, {4500}};
    CHECK(to_lnrpc(paid).value_msat == 4500);
}

TEST_CASE("observed times are published to the nanosecond, within the recorded second") {
    auto settled = part(1, PartStatus::complete, 1010, base::Msat{1000});
    settled.attempt_seen = base::UnixNs{1'001'250'000'001};
    settled.resolve_seen = base::UnixNs{2'003'000'000'000};
    const auto out = to_lnrpc(payment({settled}));
    CHECK(out.htlcs[0].attempt_time_ns == 1'001'250'000'001);
    CHECK(out.htlcs[0].resolve_time_ns == 2'001'999'999'999);
}

TEST_CASE("payment_request is the payment's invoice") {
    auto paid = payment({part(1, PartStatus::pending, 1010, base::Msat{1000})});
    paid.invoice = "lnbcrt1";
    CHECK(to_lnrpc(paid).payment_request == "lnbcrt1");
}

TEST_CASE("amounts beyond int64 saturate") {
    const auto out = to_lnrpc(payment({part(1, PartStatus::complete, UINT64_MAX, base::Msat{0})}));
    CHECK(out.htlcs[0].route.total_amt_msat == INT64_MAX);
    CHECK(out.htlcs[0].route.total_fees_msat == INT64_MAX);
    CHECK(out.fee_msat == INT64_MAX);
}

} // namespace to_lnrpc_test
