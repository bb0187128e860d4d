#include "cln/payer.hpp"

#include <doctest/doctest.h>

namespace payer_rows_test {

using cln::EndKnownBy;
using payments::Payer;

TEST_CASE("a payer is recognised by its plugin's exact name") {
    for (const auto& row : cln::payers) {
        CHECK(cln::payer_of(row.caller) == row.payer);
        CHECK(cln::payer_row(row.payer) == &row);
        CHECK(cln::payer_of(std::string(row.caller) + "x") == Payer::other);
    }
    CHECK(cln::payer_of("") == Payer::unknown);
    CHECK(cln::payer_of("xpay") == Payer::other);
    CHECK(cln::payer_row(Payer::unknown) == nullptr);
    CHECK(cln::payer_row(Payer::other) == nullptr);
}

TEST_CASE("each payer's row gives how its end is known") {
    CHECK(cln::payer_row(Payer::pay)->end == EndKnownBy::pay_failure);
    CHECK(cln::payer_row(Payer::keysend)->end == EndKnownBy::pay_failure);
    CHECK(cln::payer_row(Payer::xpay)->end == EndKnownBy::listpays);
    CHECK(cln::payer_row(Payer::renepay)->end == EndKnownBy::renepaystatus);
}

TEST_CASE("each payer's row gives the versions on which it may wait silently") {
    const auto waits = [](Payer payer, cln::Version version) {
        return cln::payer_row(payer)->may_wait_silently(version);
    };
    for (const auto payer : {Payer::pay, Payer::keysend}) {
        CHECK(waits(payer, {24, 8}));
        CHECK_FALSE(waits(payer, {24, 11}));
    }
    CHECK_FALSE(waits(Payer::xpay, {24, 8}));
    CHECK(waits(Payer::xpay, {24, 11}));
    CHECK_FALSE(waits(Payer::xpay, {26, 6}));
    CHECK_FALSE(waits(Payer::renepay, {24, 8}));
    CHECK_FALSE(waits(Payer::renepay, {}));
}

} // namespace payer_rows_test
