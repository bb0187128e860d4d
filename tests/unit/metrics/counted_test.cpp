#include "metrics/counted.hpp"

#include <doctest/doctest.h>

namespace counted_test {

using metrics::Counted;

namespace {

metrics::EndedPayment payment(bool succeeded, std::initializer_list<std::uint64_t> ids, std::uint8_t hash = 1) {
    metrics::EndedPayment ended;
    ended.hash.bytes.fill(hash);
    ended.succeeded = succeeded;
    for (const auto id : ids)
        ended.attempts.push_back({id});
    return ended;
}

/// `attempts`, and whether it counts.
std::string add(Counted& counted, const metrics::EndedPayment& payment) {
    const auto news = counted.add(payment);
    return std::to_string(news.attempts) + (news.counts ? " counts" : "") + (news.failed_before ? " again" : "");
}

} // namespace

TEST_CASE("an end that comes again does not count, whatever is left of its attempts") {
    Counted counted;
    CHECK(add(counted, payment(true, {4, 5, 6})) == "3 counts");
    CHECK(add(counted, payment(true, {4, 5, 6})) == "0");
    CHECK(add(counted, payment(true, {5, 6})) == "0");  // its first row was deleted
    CHECK(add(counted, payment(false, {4, 5})) == "0"); // an older snapshot, late
    CHECK(add(counted, payment(true, {4, 5, 6}, 2)) == "3 counts");
}

TEST_CASE("a payment that failed and went on counts once for each way in which it ended") {
    Counted counted;
    CHECK(add(counted, payment(false, {1, 2})) == "2 counts");
    CHECK(add(counted, payment(false, {1, 2, 3})) == "1");
    CHECK(add(counted, payment(true, {1, 2, 3, 4})) == "1 counts again");
    CHECK(add(counted, payment(true, {1, 2, 3, 4})) == "0");
}

TEST_CASE("a hash that is paid again after a failure is another payment") {
    Counted counted;
    CHECK(add(counted, payment(false, {1, 2})) == "2 counts");
    CHECK(add(counted, payment(false, {3, 4})) == "2 counts");
    CHECK(add(counted, payment(true, {7})) == "1 counts");
    CHECK(add(counted, payment(false, {1, 2})) == "0");
    CHECK(counted.size() == 3);
}

TEST_CASE("a payment without attempts cannot be known again, and does not count") {
    Counted counted;
    CHECK(add(counted, payment(true, {})) == "0");
    CHECK(counted.size() == 0);
}

TEST_CASE("the oldest payments are forgotten first") {
    Counted counted(2);
    CHECK(add(counted, payment(true, {1}, 1)) == "1 counts");
    CHECK(add(counted, payment(false, {2}, 1)) == "1 counts");
    CHECK(add(counted, payment(true, {3}, 3)) == "1 counts");
    CHECK(counted.size() == 2);
    CHECK(add(counted, payment(false, {2}, 1)) == "0");
    CHECK(add(counted, payment(true, {1}, 1)) == "1 counts"); // forgotten
}

} // namespace counted_test
