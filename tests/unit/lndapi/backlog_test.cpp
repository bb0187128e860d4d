#include "lndapi/backlog.hpp"

#include <doctest/doctest.h>

namespace backlog_test {

namespace {

lndapi::Item item(std::string json, const char* cursor) {
    consumer::Snapshot payment;
    payment.json = std::move(json);
    return {std::make_shared<const lndapi::Frame>(std::make_shared<const consumer::Snapshot>(std::move(payment))),
            cursor ? std::make_shared<const std::string>(cursor) : nullptr};
}

consumer::CursorPtr at(const char* cursor) {
    return std::make_shared<const std::string>(cursor);
}

} // namespace

TEST_CASE("items leave in their order, and the cursor is that of the last one that left") {
    lndapi::Backlog backlog;
    CHECK_FALSE(backlog.delivered());
    backlog.start_at(at("0"));
    backlog.push(item("a", "1"));
    backlog.push(item("b", "2"));
    CHECK(*backlog.delivered() == "0");
    CHECK(backlog.pop().frame->payment().json == "a");
    CHECK(*backlog.delivered() == "1");
    CHECK(backlog.pop().frame->payment().json == "b");
    CHECK(*backlog.delivered() == "2");
    CHECK(backlog.empty());
}

TEST_CASE("an unwanted item moves the cursor only when everything before it has left") {
    lndapi::Backlog backlog;
    backlog.start_at(at("0"));
    backlog.pass_over(at("1"));
    CHECK(*backlog.delivered() == "1");
    backlog.push(item("a", "2"));
    backlog.pass_over(at("3"));
    CHECK(*backlog.delivered() == "1");
    CHECK(*backlog.pop().cursor == "3");
    CHECK(*backlog.delivered() == "3");
}

TEST_CASE("an item without a cursor leaves the cursor") {
    lndapi::Backlog backlog;
    backlog.start_at(at("0"));
    backlog.push(item("a", nullptr));
    (void)backlog.pop();
    CHECK(*backlog.delivered() == "0");
}

TEST_CASE("a client that does not read is owed too much above 64 MB") {
    lndapi::Backlog backlog;
    const auto large = item(std::string(lndapi::Backlog::most / 2, 'x'), "1");
    backlog.push(large);
    backlog.push(large);
    CHECK_FALSE(backlog.too_much());
    backlog.push(item("x", "2"));
    CHECK(backlog.too_much());
    (void)backlog.pop();
    CHECK_FALSE(backlog.too_much());
    backlog.clear();
    CHECK(backlog.empty());
    CHECK(*backlog.delivered() == "1");
}

} // namespace backlog_test
