#include "base/pool.hpp"

#include <string>

#include <doctest/doctest.h>

namespace pool_test {

TEST_CASE("the object given back last is handed out first") {
    base::Pool<std::string> pool(2);
    CHECK(pool.take().empty());
    pool.give_back("first");
    pool.give_back("second");
    CHECK(pool.take() == "second");
    CHECK(pool.take() == "first");
    CHECK(pool.take().empty());
}

TEST_CASE("a pool keeps no more objects than its limit") {
    base::Pool<std::string> pool(1);
    pool.give_back("first");
    pool.give_back("second");
    CHECK(pool.size() == 1);
    CHECK(pool.take() == "first");
    CHECK(pool.size() == 0);
}

TEST_CASE("an object keeps its allocated memory while in the pool") {
    base::Pool<std::string> pool(1);
    std::string text(1000, 'x');
    const auto* memory = text.data();
    text.clear();
    pool.give_back(std::move(text));
    CHECK(pool.take().data() == memory);
}

} // namespace pool_test
