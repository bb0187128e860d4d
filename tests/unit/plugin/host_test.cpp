#include "plugin/host.hpp"

#include <cstdlib>
#include <initializer_list>

#include <doctest/doctest.h>

namespace host_test {

namespace {

/// The environment of a plugin: these and none of the others that matter.
plugin::Host with(std::initializer_list<std::pair<const char*, const char*>> set) {
    for (const auto* name : {"LIGHTNINGD_PLUGIN", "LIGHTNINGD_VERSION", "TRACKPAYMENTS_NO_HOOK"})
        ::unsetenv(name);
    for (const auto& [name, value] : set)
        ::setenv(name, value, 1);
    return plugin::read_host();
}

} // namespace

TEST_CASE("lightningd is known by either of its marks") {
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

TEST_CASE("the hook is left out on request only") {
    CHECK(with({}).hook);
    CHECK_FALSE(with({{"TRACKPAYMENTS_NO_HOOK", "1"}}).hook);
    CHECK(with({{"TRACKPAYMENTS_NO_HOOK", "0"}}).hook);
    CHECK(with({{"TRACKPAYMENTS_NO_HOOK", ""}}).hook);
}

} // namespace host_test
