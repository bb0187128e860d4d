#include "http/date.hpp"

#include <doctest/doctest.h>

TEST_CASE("a date has the form of RFC 9110") {
    const auto date = [](std::int64_t seconds) {
        return http::date(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
    };
    CHECK(date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT"); // the RFC's example
    CHECK(date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(date(951'868'799) == "Tue, 29 Feb 2000 23:59:59 GMT");
}
