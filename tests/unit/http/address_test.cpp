#include "http/address.hpp"

#include <doctest/doctest.h>

namespace address_test {

using http::Address;
using http::read_address;

TEST_CASE("an address is read in each spelling of LND's options") {
    struct Row {
        const char* text;
        Address expected;
        bool loopback;
    };
    for (const auto& row : {
             Row{"localhost:10009", {"localhost", 10009}, true},
             Row{"localhost", {"localhost", 8080}, true},
             Row{"10009", {"localhost", 10009}, true},
             Row{"127.0.0.1", {"127.0.0.1", 8080}, true},
             Row{"127.1.2.3:1", {"127.1.2.3", 1}, true},
             Row{"192.168.1.5:0", {"192.168.1.5", 0}, false},
             Row{"0.0.0.0:65535", {"0.0.0.0", 65535}, false},
             Row{":10009", {"", 10009}, false},
             Row{"[::1]:8081", {"::1", 8081}, true},
             Row{"[::1]", {"::1", 8080}, true},
             Row{"::1", {"::1", 8080}, true},
             Row{"::", {"::", 8080}, false},
             Row{"[fe80::1]:1", {"fe80::1", 1}, false},
         }) {
        CAPTURE(row.text);
        const auto address = read_address(row.text, 8080);
        REQUIRE(address.has_value());
        CHECK(*address == row.expected);
        CHECK(http::is_loopback(*address) == row.loopback);
    }
}

TEST_CASE("anything else is refused with a sentence") {
    for (const char* text : {"",
                             ":",
                             "localhost:",
                             "localhost:65536",
                             "localhost:-1",
                             "localhost: 1",
                             "localhost:1x",
                             "65536",
                             "node:10009",
                             "example.org",
                             "[::1",
                             "[::1]8080",
                             "[::1]:",
                             "[127.0.0.1]:1",
                             "[]:1",
                             "127.0.0.1:1:2",
                             "127.0.0.256:1",
                             "1.2.3:4",
                             "::1:",
                             "off"}) {
        CAPTURE(text);
        const auto address = read_address(text, 8080);
        REQUIRE_FALSE(address.has_value());
        CHECK_FALSE(address.error().empty());
    }
    CHECK_FALSE(read_address(std::string_view("127.0.0.1\0", 10), 1).has_value());
}

TEST_CASE("an address is written so that it can be read again") {
    for (const char* text : {"127.0.0.1:1", "[::1]:8080", "localhost:10009", ":10009"})
        CHECK(http::to_string(*read_address(text, 5)) == text);
}

TEST_CASE("what counts as one client is an IPv4 address, or 64 bits of IPv6") {
    CHECK(http::network_of("10.1.2.3") == "10.1.2.3");
    CHECK(http::network_of("127.0.0.1") == "127.0.0.1");
    CHECK(http::network_of("::1") == "::1");
    CHECK(http::network_of("2001:db8:0:5::1") == "2001:db8:0:5::/64");
    CHECK(http::network_of("2001:db8:0:5:ffff:1:2:3") == "2001:db8:0:5::/64");
    CHECK(http::network_of("2001:db8:0:6::1") != http::network_of("2001:db8:0:5::1"));
    CHECK(http::network_of("") == "");
}

} // namespace address_test
