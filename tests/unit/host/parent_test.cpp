#include "host/parent.hpp"

#include <cstdlib>
#include <initializer_list>
#include <utility>

#include <doctest/doctest.h>

namespace parent_test {

namespace {

/// The environment of a plugin: these and none of the others that matter.
host::Parent with(std::initializer_list<std::pair<const char*, const char*>> set) {
    for (const auto* name : {"LIGHTNINGD_PLUGIN", "LIGHTNINGD_VERSION"})
        ::unsetenv(name);
    for (const auto& [name, value] : set)
        ::setenv(name, value, 1);
    return host::read_parent();
}

} // namespace

TEST_CASE("lightningd is known by either of its environment variables") {
    CHECK_FALSE(with({}).lightningd);
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}}).lightningd);
    CHECK(with({{"LIGHTNINGD_VERSION", "v26.06.6"}}).lightningd);
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}, {"LIGHTNINGD_VERSION", "v26.06.6"}}).lightningd);
}

TEST_CASE("its version is read, and taken for new when it cannot be") {
    CHECK(with({{"LIGHTNINGD_VERSION", "v25.05-gabc"}}).version == cln::Version{25, 5});
    CHECK(with({{"LIGHTNINGD_VERSION", "strange"}}).version == cln::Version{});
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}}).version == cln::Version{});
}

} // namespace parent_test
