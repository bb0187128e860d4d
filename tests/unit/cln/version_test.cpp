#include "cln/version.hpp"

#include <string_view>

#include <doctest/doctest.h>

namespace version_test {

using cln::read_version;
using cln::Version;

TEST_CASE("the version is the first NN.NN of lightningd's version string") {
    const struct {
        std::string_view text;
        Version version;
    } known[] = {
        {"v26.06.6", {26, 6}},
        {"v26.06-241-gb35b848-modded", {26, 6}},
        {"25.12", {25, 12}},
        {"v23.11", {23, 11}},
        {"v23.08.1", {23, 8}},
        {"v24.11rc2", {24, 11}},
        {"lightningd v25.09.3 (something)", {25, 9}},
    };
    for (const auto& one : known)
        CHECK_MESSAGE((read_version(one.text) == one.version), one.text);
}

TEST_CASE("an unreadable version counts as newer than every other") {
    for (const std::string_view text : {"", "v", "unknown", "v26", "26.", "26.6", ".06", "26-06", "gb35b848", "v1.2"}) {
        CHECK_MESSAGE(read_version(text) == Version{}, text);
        CHECK_MESSAGE((read_version(text) > Version{99, 12}), text);
    }
}

TEST_CASE("each feature of lightningd is present from its version on") {
    const struct {
        Version version;
        bool wait_sendpays;
        bool part_topics;
        bool xpay_silent;
        bool pay_waits;
    } known[] = {
        {{23, 8}, false, false, false, true}, {{23, 11}, true, false, false, true}, {{24, 8}, true, false, false, true},
        {{24, 11}, true, false, true, false}, {{25, 5}, true, false, true, false},  {{25, 9}, true, true, true, false},
        {{25, 12}, true, true, true, false},  {{26, 4}, true, true, true, false},   {{26, 6}, true, true, false, false},
        {{}, true, true, false, false},
    };
    for (const auto& one : known) {
        INFO(one.version.year, ".", one.version.month);
        CHECK(cln::has_wait_sendpays(one.version) == one.wait_sendpays);
        CHECK((one.version >= cln::part_topics_since) == one.part_topics);
        CHECK(cln::xpay_ends_silently(one.version) == one.xpay_silent);
        CHECK(cln::pay_waits_for_blocks(one.version) == one.pay_waits);
    }
}

} // namespace version_test
