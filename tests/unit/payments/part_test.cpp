#include "facts.hpp"

#include <doctest/doctest.h>

namespace part_test {

using namespace facts;
using payments::Part;
using payments::PartStatus;
using payments::Status;

TEST_CASE("the status follows all sixteen rows of LND's truth table") {
    for (int bits = 0; bits < 16; ++bits) {
        const payments::StatusInputs in{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
        auto expected = Status::in_flight;
        if (!in.pending && in.complete)
            expected = Status::succeeded;
        else if (!in.pending && in.reason)
            expected = Status::failed;
        CHECK(payments::decide(in) == expected);
    }
}

TEST_CASE("an observed time is clamped into the second that lightningd recorded") {
    Part part;
    part.created_at = second(50);
    CHECK(part.attempt_time() == second(50)); // not observed
    part.saw_attempt({50'250'000'000});
    CHECK(part.attempt_time().value == 50'250'000'000);
    part.attempt_seen = base::UnixNs{49'999'999'999};
    CHECK(part.attempt_time() == second(50));
    part.attempt_seen = base::UnixNs{51'000'000'003};
    CHECK(part.attempt_time().value == 50'999'999'999);
}

TEST_CASE("a failure has its observed time until a row gives the second") {
    Part part;
    CHECK_FALSE(part.resolve_time().has_value());
    part.status = PartStatus::failed;
    part.saw_resolution({61'500'000'000});
    CHECK(part.resolve_time()->value == 61'500'000'000);
    part.completed_at = second(60);
    CHECK(part.resolve_time()->value == 60'999'999'999);
}

TEST_CASE("no part ends before it began, however the clocks are set") {
    struct Case {
        std::uint64_t created, completed; // seconds
        std::optional<std::int64_t> attempt_seen, resolve_seen;
        std::int64_t attempt, resolve;
    };
    constexpr std::int64_t s = 1'000'000'000;
    const std::vector<Case> cases{
        {50, 50, {}, {}, 50 * s, 50 * s},
        {50, 50, 50 * s + 700, {}, 50 * s + 700, 50 * s + 700},           // its end was not observed
        {50, 50, 50 * s + 700, 50 * s + 300, 50 * s + 700, 50 * s + 700}, // our clock was set back meanwhile
        {50, 50, 50 * s + 700, 50 * s + 900, 50 * s + 700, 50 * s + 900},
        {50, 40, {}, {}, 50 * s, 50 * s}, // lightningd's clock was set back
        {50, 40, 50 * s + 700, 40 * s + 900, 50 * s + 700, 50 * s + 700},
        {50, 60, 60 * s + 5, 60 * s + 3, 51 * s - 1, 60 * s + 3},
        {50, 60, {}, 10 * s, 50 * s, 60 * s},
    };
    for (const auto& c : cases)
        for (const auto status : {PartStatus::failed, PartStatus::complete}) {
            Part part;
            part.status = status;
            part.created_at = second(c.created);
            part.completed_at = second(c.completed);
            if (c.attempt_seen)
                part.attempt_seen = base::UnixNs{*c.attempt_seen};
            if (c.resolve_seen)
                part.resolve_seen = base::UnixNs{*c.resolve_seen};
            CHECK(part.attempt_time().value == c.attempt);
            CHECK(part.resolve_time()->value == c.resolve);
        }
    Part unknown; // a failure from a notification: no row has the second yet
    unknown.status = PartStatus::failed;
    unknown.created_at = second(50);
    unknown.saw_resolution({40 * s});
    CHECK(unknown.resolve_time() == second(50));
    Part old; // older rows do not have completed_at
    old.status = PartStatus::complete;
    old.created_at = second(50);
    CHECK(old.resolve_time() == second(50));
}

TEST_CASE("of several observed times the earliest counts") {
    Part part;
    part.saw_attempt({7});
    part.saw_attempt({3});
    part.saw_attempt({5});
    CHECK(part.attempt_seen->value == 3);
}

TEST_CASE("of two reports of a failure the more detailed one is kept") {
    using Kind = payments::Failure::Kind;
    Part part;
    part.status = PartStatus::failed;
    CHECK(part.merge(payments::Failure{Kind::unreadable, 0, 0, false, {}}));
    CHECK(part.merge(payments::Failure{Kind::wire, 0x400F, 2, false, {}}));
    CHECK_FALSE(part.merge(payments::Failure{Kind::unreadable, 0, 0, false, {}}));
    CHECK_FALSE(part.merge(payments::Failure{Kind::wire, 0x400F, 2, false, {}}));
    CHECK(part.failure.code == 0x400F);
}

TEST_CASE("a failing node's message is a change only if it has more than the known code") {
    using Kind = payments::Failure::Kind;
    bolt::FailureMessage bare;
    bare.code = 0x1007;
    auto more = bare;
    more.height = 108;
    for (const auto& [message, news] : {std::pair{bare, false}, std::pair{more, true}}) {
        payments::Part part;
        part.merge(failed(pending(1, 1, 1, 10), 5));
        REQUIRE(part.merge(payments::Failure{Kind::wire, 0x1007, 1, false, {}}));
        CHECK(part.merge(payments::Failure{Kind::wire, 0x1007, 1, false, base::HeapOptional(message)}) == news);
        CHECK(bool(part.failure.message)); // stored in either case
    }
}

TEST_CASE("a part never becomes pending again") {
    Part part;
    part.merge(complete(pending(1, 1, 0, 5), 1));
    CHECK_FALSE(part.merge(pending(1, 1, 0, 5)));
    CHECK(part.status == PartStatus::complete);
}

TEST_CASE("the value is the expected total, else the highest sum of live parts, else the largest part") {
    payments::Payment payment;
    Part part;
    part.status = PartStatus::failed;
    part.amount = base::Msat{400};
    payment.insert(part);
    CHECK(payment.value() == base::Msat{400});
    payment.live_peak = {900};
    CHECK(payment.value() == base::Msat{900});
    payment.total = {payments::TotalSource::sendpay_amount, {1000}};
    CHECK(payment.value() == base::Msat{1000});
}

TEST_CASE("the fee counts settled parts whose amount is known") {
    payments::Payment payment;
    for (const auto status : {PartStatus::complete, PartStatus::failed, PartStatus::pending}) {
        Part part;
        part.created = {static_cast<std::uint64_t>(status) + 1};
        part.status = status;
        part.amount = base::Msat{1000};
        part.sent = {1011};
        payment.insert(part);
    }
    CHECK(payment.fee() == base::Msat{11});
    payment.find(base::CreatedIndex{static_cast<std::uint64_t>(PartStatus::complete) + 1})->amount.reset();
    CHECK(payment.fee() == base::Msat{0});
}

} // namespace part_test
