#include "host/parent.hpp"

#include <cstdlib>
#include <initializer_list>
#include <utility>

#include <doctest/doctest.h>

namespace parent_test {

namespace {

/// The environment of a plugin, with only these of the variables that matter.
host::Parent with(std::initializer_list<std::pair<const char*, const char*>> set) {
    for (const auto* name : {"LIGHTNINGD_PLUGIN", "LIGHTNINGD_VERSION"})
        ::unsetenv(name);
    for (const auto& [name, value] : set)
        ::setenv(name, value, 1);
    return host::read_parent();
}

} // namespace

TEST_CASE("either of lightningd's environment variables identifies it") {
    CHECK_FALSE(with({}).lightningd);
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}}).lightningd);
    CHECK(with({{"LIGHTNINGD_VERSION", "v26.06.6"}}).lightningd);
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}, {"LIGHTNINGD_VERSION", "v26.06.6"}}).lightningd);
}

TEST_CASE("lightningd's version is read; an unreadable one counts as new") {
    CHECK(with({{"LIGHTNINGD_VERSION", "v25.05-gabc"}}).version == cln::Version{25, 5});
    CHECK(with({{"LIGHTNINGD_VERSION", "strange"}}).version == cln::Version{});
    CHECK(with({{"LIGHTNINGD_PLUGIN", "1"}}).version == cln::Version{});
}

} // namespace parent_test
