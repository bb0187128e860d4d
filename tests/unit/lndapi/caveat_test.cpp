// Caveats, with the texts that an LND 0.21 answered, and Go's rules for addresses and ranges (net.ParseCIDR,
// IPNet.Contains).
#include "lndapi/caveat.hpp"

#include <doctest/doctest.h>

namespace caveat_test {

using namespace std::chrono;

namespace {

const auto noon = time_point_cast<system_clock::duration>(sys_days(year(2026) / 11 / 28) + 12h);

/// `holds`, or why not, after the part that names the caveat.
std::string check(const std::string& caveat, std::string_view peer = "127.0.0.1") {
    const auto reason = lndapi::why_caveat_fails(caveat, noon, peer);
    if (!reason)
        return "holds";
    const auto start = "caveat \"" + caveat + "\" not satisfied: ";
    return reason->starts_with(start) ? reason->substr(start.size()) : *reason;
}

bool is_in(const std::string& range, std::string_view peer) {
    const auto answer = check("iprange " + range, peer);
    CHECK((answer == "holds" || answer == "macaroon locked to different IP range"));
    return answer == "holds";
}

} // namespace

TEST_CASE("time-before holds until its moment") {
    CHECK(check("time-before 2026-11-28T12:00:00.000001Z") == "holds");
    CHECK(check("time-before 2026-11-28T12:00:00Z") == "macaroon has expired");
    CHECK(check("time-before 2026-11-28T13:00:00+01:00") == "macaroon has expired");
    CHECK(check("time-before 2026-11-28T11:30:00-01:00") == "holds");
    CHECK(check("time-before 9999-12-31T23:59:59Z") == "holds");
    CHECK(check("time-before 0001-01-01T00:00:00Z") == "macaroon has expired");
    CHECK(check("time-before foo") ==
          R"(parsing time "foo" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "foo" as "2006")");
    CHECK(check("time-before").starts_with(R"(parsing time "" as )"));
}

TEST_CASE("the end of time-before is known, and no other caveat has one") {
    CHECK(lndapi::caveat_end("time-before 2026-11-28T13:00:00.25+01:00") ==
          sys_days(year(2026) / 11 / 28) + 12h + 250ms);
    for (const auto* none : {"", "time-before", "time-before ", "time-before foo", "time-before2026-11-28T12:00:00Z",
                             "ipaddr 127.0.0.1", "lnd-custom time-before 2026-11-28T12:00:00Z"})
        CHECK_MESSAGE(!lndapi::caveat_end(none), none);
}

TEST_CASE("ipaddr is the client's address, IPv4 also as a mapped one") {
    const std::string other = "macaroon locked to different IP address";
    CHECK(check("ipaddr 127.0.0.1") == "holds");
    CHECK(check("ipaddr 127.0.0.1", "::ffff:127.0.0.1") == "holds");
    CHECK(check("ipaddr ::ffff:7f00:1", "127.0.0.1") == "holds");
    CHECK(check("ipaddr 0:0::1", "::1") == "holds");
    CHECK(check("ipaddr 10.1.2.3") == other);
    CHECK(check("ipaddr ::1") == other);
    for (const auto* address : {"", "x", "127.0.0.1 ", "127.0.0.01", "127.1", "::1%lo"})
        CHECK(check(std::string("ipaddr ") + address) == other);
    CHECK(check("ipaddr x", "x") == other);
    CHECK(lndapi::why_caveat_fails(std::string("ipaddr 127.0.0.1\0x", 18), noon, "127.0.0.1").has_value());
}

TEST_CASE("iprange holds for addresses of its own kind inside") {
    CHECK(is_in("127.0.0.0/8", "127.255.0.1"));
    CHECK_FALSE(is_in("10.0.0.0/8", "127.0.0.1"));
    CHECK(is_in("127.0.0.99/8", "127.0.0.1"));
    CHECK(is_in("10.1.2.128/25", "10.1.2.129"));
    CHECK_FALSE(is_in("10.1.2.128/25", "10.1.2.127"));
    CHECK(is_in("0.0.0.0/0", "1.2.3.4"));
    CHECK(is_in("1.2.3.4/32", "::ffff:1.2.3.4"));
    CHECK_FALSE(is_in("0.0.0.0/0", "::1"));
    CHECK_FALSE(is_in("::/0", "1.2.3.4"));
    CHECK(is_in("::/0", "fd00::1"));
    CHECK(is_in("fd00:8000::/17", "fd00:ffff::1"));
    CHECK_FALSE(is_in("fd00:8000::/17", "fd00:7fff::1"));
    CHECK(is_in("::ffff:0:0/96", "1.2.3.4"));
    CHECK_FALSE(is_in("::ffff:0:0/95", "1.2.3.4"));
    CHECK(is_in("::ffff:1.2.3.0/120", "1.2.3.4"));
    CHECK_FALSE(is_in("10.0.0.0/8", "not an address"));
}

TEST_CASE("a malformed range is named") {
    for (const std::string range : {"", "x", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+1",
                                    "::/129", "10.0.0.0/8 ", "/8", "10.0.0.0/4294967297"})
        CHECK(check("iprange " + range) == "unable to parse macaroon IP range: invalid CIDR address: " + range);
}

TEST_CASE("any other caveat is refused") {
    CHECK(check("foo bar") == "caveat not recognized");
    CHECK(check("foo") == "caveat not recognized");
    CHECK(check("TIME-BEFORE 2030-01-01T00:00:00Z") == "caveat not recognized");
    CHECK(check("") == R"(cannot parse caveat "": empty caveat)");
    CHECK(check(" ipaddr 127.0.0.1") ==
          R"(cannot parse caveat " ipaddr 127.0.0.1": caveat starts with space character)");
    CHECK(check("lnd-custom foo bar") ==
          "cannot accept macaroon with custom caveat 'foo', no middleware registered to handle it");
    CHECK(check("lnd-custom") == "expected custom caveat, got empty string");
    CHECK(check("lnd-custom  foo") == "unexpected white space found in caveat condition");
}

TEST_CASE("a refusal quotes the caveat") {
    CHECK(lndapi::why_caveat_fails("a\nb", noon, "::1") == R"(caveat "a\nb" not satisfied: caveat not recognized)");
}

} // namespace caveat_test
