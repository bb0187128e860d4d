#include "commands/host_rows.hpp"

#include "facts.hpp"

#include <doctest/doctest.h>

namespace host_rows_test {

using namespace facts;

namespace {

std::string row(std::uint64_t index) {
    return R"({"created_index":)" + std::to_string(index) + R"(,"status":"failed","label":"tea"})";
}

std::string listing(std::uint64_t index) {
    return R"({"payments":[)" + row(index) + "]}";
}

bool is_known(const commands::HostRows& rows, std::uint64_t index) {
    return rows.of({hash(1), {9}}, payments::Part::of(pending(1, 9, 1, index)), "").json().find("tea") !=
           std::string::npos;
}

} // namespace

TEST_CASE("the rows of parts that the table has evicted are dropped") {
    payments::Table table(100);
    commands::HostRows rows;
    (void)table.apply(seen(pending(1, 9, 1, 1)));
    for (std::uint64_t index = 1; index <= 10'000; ++index) {
        rows.listed(listing(index), table);
        CHECK(is_known(rows, index)); // its part may reach the table a little later
    }
    CHECK(rows.size() <= 2001);
    CHECK(is_known(rows, 1));
    CHECK_FALSE(is_known(rows, 2));
}

TEST_CASE("a row that is no JSON is ignored") {
    payments::Table table(100);
    commands::HostRows rows;
    rows.listed(R"({"payments":[{"created_index":1,"label":tea}]})", table);
    rows.notified("sendpay_success", R"({"sendpay_success":{"created_index":1,"label":"tea"},"x":tru})", table);
    rows.notified("pay_failure", R"({"pay_failure":{"created_index":1,"label":"tea"}})", table);
    rows.notified("sendpay_failure", R"({"sendpay_failure":{"created_index":1,"label":"tea"}})", table);
    rows.notified("sendpay_success", "5", table);
    CHECK(rows.size() == 0);
    rows.notified("sendpay_success", R"({"payload":{"sendpay_success":)" + row(1) + "}}", table);
    rows.notified("sendpay_failure", R"({"payload":{"code":204,"data":)" + row(2) + "}}", table);
    CHECK(is_known(rows, 1));
    CHECK(is_known(rows, 2));
    rows.erase({1});
    CHECK_FALSE(is_known(rows, 1));
}

} // namespace host_rows_test
