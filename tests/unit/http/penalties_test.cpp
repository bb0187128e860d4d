#include "http/penalties.hpp"

#include <doctest/doctest.h>

namespace penalties_test {

using namespace std::chrono_literals;

TEST_CASE("a network is slowed after some refusals, and forgotten a minute after the last one") {
    http::Penalties penalties(3);
    penalties.count("a", 1s);
    penalties.count("a", 2s);
    penalties.count("b", 2s);
    CHECK_FALSE(penalties.slowed("a", 2s));
    penalties.count("a", 3s);
    CHECK(penalties.slowed("a", 3s));
    CHECK_FALSE(penalties.slowed("b", 3s));
    CHECK_FALSE(penalties.slowed("c", 3s));
    CHECK(penalties.slowed("a", 62s));
    CHECK_FALSE(penalties.slowed("a", 63s));
    penalties.count("a", 64s);
    CHECK_FALSE(penalties.slowed("a", 64s));
}

TEST_CASE("no more networks are remembered than fit; the oldest leave first") {
    http::Penalties penalties(1);
    penalties.count("first", 1s);
    for (std::size_t i = 0; i < 2 * http::Penalties::most_networks; ++i)
        penalties.count(std::to_string(i), 2s + std::chrono::milliseconds(i));
    CHECK(penalties.networks() == http::Penalties::most_networks);
    CHECK_FALSE(penalties.slowed("first", 12s));
    CHECK(penalties.slowed(std::to_string(2 * http::Penalties::most_networks - 1), 12s));
}

} // namespace penalties_test
