// The order of changes and the low-water mark.
#include "sink/window.hpp"

#include <random>

#include <doctest/doctest.h>

namespace window_test {

namespace {

sink::Change change(std::uint64_t index, const char* cursor) {
    consumer::Snapshot payment;
    payment.payment_index = index;
    payment.json = "{}";
    return {.payment = std::make_shared<const consumer::Snapshot>(payment),
            .cursor = cursor != nullptr ? std::make_shared<const std::string>(cursor) : nullptr};
}

std::string low(const sink::Window& window) {
    return window.low() ? *window.low() : "none";
}

} // namespace

TEST_CASE("the low-water mark passes no change that is not stored") {
    sink::Window window;
    window.add(change(1, "a"));
    window.add(change(2, nullptr));
    window.add(change(3, "c"));
    const auto first = *window.take();
    const auto second = *window.take();
    const auto third = *window.take();
    CHECK_FALSE(window.take());
    CHECK(window.taken() == 3);
    window.stored(third);
    CHECK(low(window) == "none");
    window.stored(first);
    CHECK(low(window) == "a");
    CHECK(window.size() == 1);
    CHECK(window.length() == 2);
    window.put_back(second);
    CHECK(low(window) == "a");
    CHECK(*window.take() == second);
    window.stored(second);
    CHECK(low(window) == "c");
    CHECK(window.empty());
    CHECK(window.bytes() == 0);
}

TEST_CASE("one change of a payment is stored at a time, in order") {
    sink::Window window;
    window.add(change(1, "a"));
    window.add(change(1, "b"));
    window.add(change(2, "c"));
    const auto first = *window.take();
    const auto other = *window.take();
    CHECK(window.at(other).payment_index() == 2);
    CHECK_FALSE(window.take());
    window.stored(first);
    const auto second = *window.take();
    CHECK(*window.at(second).cursor == "b");
    window.put_back(second);
    CHECK(*window.take() == second);
}

TEST_CASE("an emptied window keeps its deletions") {
    sink::Window window;
    window.add(change(1, "a"));
    window.add({.payment = nullptr, .deletion = {{}, 1, {5}, 0}});
    window.add(change(1, "b"));
    window.clear();
    CHECK(window.size() == 1);
    CHECK(window.at(*window.take()).deletion.attempt_ids == std::vector<std::uint64_t>{5});
}

TEST_CASE("whatever is stored or lost in whatever order, all is stored once, in the order of each payment") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        sink::Window window;
        std::vector<sink::Window::Id> taken;
        std::map<std::uint64_t, std::vector<std::string>> stored;
        std::map<std::uint64_t, std::vector<std::string>> added;
        std::size_t next = 0;
        std::vector<bool> is_stored;
        while (next < 60 || !window.empty()) {
            if (next < 60 && random() % 2 == 0) {
                const auto index = random() % 5;
                const auto cursor = std::to_string(next++);
                is_stored.push_back(false);
                added[index].push_back(cursor);
                window.add(change(index, cursor.c_str()));
            } else if (random() % 3 != 0) {
                if (const auto id = window.take())
                    taken.push_back(*id);
            } else if (!taken.empty()) {
                const auto at = random() % taken.size();
                const auto id = taken[at];
                taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(at));
                if (random() % 3 == 0) {
                    window.put_back(id);
                } else {
                    const auto one = window.at(id);
                    stored[one.payment_index()].push_back(*one.cursor);
                    is_stored[std::stoul(*one.cursor)] = true;
                    window.stored(id);
                    const auto mark = static_cast<std::size_t>(std::find(is_stored.begin(), is_stored.end(), false) -
                                                               is_stored.begin());
                    CHECK(low(window) == (mark == 0 ? "none" : std::to_string(mark - 1)));
                }
            }
        }
        CHECK(stored == added);
    }
}

} // namespace window_test
