#include "cln/topics.hpp"

#include <set>

#include <doctest/doctest.h>

namespace topics_test {

TEST_CASE("each topic has one row, and xpay's topics need a later version") {
    std::set<std::string_view> names;
    for (const auto& topic : cln::topics()) {
        CHECK(names.insert(topic.name).second);
        CHECK((topic.since > cln::Version{0, 0}) == topic.name.starts_with("pay_part_"));
    }
    CHECK(names.contains("shutdown"));
}

TEST_CASE("a topic that reports a fact about a payment is decoded") {
    for (const auto* name : {"sendpay_success", "sendpay_failure", "pay_failure", "pay_part_start", "pay_part_end"}) {
        REQUIRE(cln::decoded_topic(name) != nullptr);
        CHECK(cln::decoded_topic(name)->name == name);
    }
    for (const auto* name : {"block_added", "shutdown", "sendpay", ""})
        CHECK(cln::decoded_topic(name) == nullptr);
}

TEST_CASE("a notification that cannot be decoded gives the reason without its content") {
    std::string buffer;
    const cln::Notification empty{{}, {}, buffer};
    for (const auto& topic : cln::topics())
        if (topic.decode) {
            const auto fact = topic.decode(empty);
            REQUIRE_FALSE(fact.has_value());
            CHECK(fact.error().starts_with("params"));
        }
}

} // namespace topics_test
