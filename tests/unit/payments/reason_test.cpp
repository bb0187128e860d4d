#include "payments/reason.hpp"

#include "facts.hpp"

#include <doctest/doctest.h>

namespace reason_test {

using namespace facts;
using payments::Failure;
using payments::FailureReason;
using payments::Payment;

namespace {

struct Failed {
    std::uint16_t code;
    std::uint32_t index;
    bool at_destination = false;
    std::size_t hops = 0; ///< known route length; 0 = unknown
};

FailureReason reason(const std::vector<Failed>& parts) {
    Payment payment;
    for (const auto& failed : parts) {
        payments::Part part;
        part.created = {payment.parts.size() + 1};
        part.status = payments::PartStatus::failed;
        part.failure = {Failure::Kind::wire, failed.code, failed.index, failed.at_destination, {}};
        if (failed.hops > 0)
            part.route = base::HeapOptional(payments::Route{std::vector<payments::Hop>(failed.hops), 0, false, false});
        payment.insert(part);
    }
    return payments::reason_for(payment);
}

} // namespace

TEST_CASE("the payee's refusal is INCORRECT_PAYMENT_DETAILS, with any of its three codes") {
    for (const int code : {0x400F, 0x4010, 0x0011})
        CHECK(reason({{static_cast<std::uint16_t>(code), 2}}) == FailureReason::incorrect_payment_details);
}

TEST_CASE("any other failure of the payee is ERROR, whether lightningd or the route shows that it was the payee") {
    CHECK(reason({{0x2002, 2, true}}) == FailureReason::error);
    CHECK(reason({{0x2002, 2, false, 2}}) == FailureReason::error);
    CHECK(reason({{0xC005, 2, false, 2}}) == FailureReason::error);
}

TEST_CASE("an mpp_timeout of the payee is TIMEOUT") {
    CHECK(reason({{0x0017, 2}}) == FailureReason::timeout);
    CHECK(reason({{0x0017, 2}, {0x0017, 3}}) == FailureReason::timeout);
}

TEST_CASE("failures on the way are NO_ROUTE") {
    CHECK(reason({{0x1007, 1, false, 2}}) == FailureReason::no_route);
    CHECK(reason({{0x1007, 0, false, 2}}) == FailureReason::no_route);
    CHECK(reason({{0x400A, 1}, {0x100C, 1}}) == FailureReason::no_route);
}

TEST_CASE("the payee's failure wins over later ones of other nodes; else the newest counts") {
    CHECK(reason({{0x400F, 2}, {0x1007, 1}}) == FailureReason::incorrect_payment_details);
    CHECK(reason({{0x2002, 2, true}, {0x1007, 1}}) == FailureReason::error);
    CHECK(reason({{0x0017, 2}, {0x1007, 1}}) == FailureReason::no_route);
    CHECK(reason({{0x1007, 1}, {0x0017, 2}}) == FailureReason::timeout);
}

TEST_CASE("failures without any details are ERROR, so that a FAILED payment always has a reason") {
    Payment payment;
    payments::Part part;
    part.status = payments::PartStatus::failed;
    for (const auto kind : {Failure::Kind::unknown, Failure::Kind::unreadable, Failure::Kind::local}) {
        part.failure.kind = kind;
        payment.parts = {part};
        CHECK(payments::reason_for(payment) == FailureReason::error);
    }
}

} // namespace reason_test
