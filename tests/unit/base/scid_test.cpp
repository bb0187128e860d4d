#include "base/scid.hpp"

#include <string_view>

#include <doctest/doctest.h>

namespace scid_test {

using base::parse_channel_direction;
using base::parse_short_channel_id;
using std::string_view;

TEST_CASE("a short channel id is block, transaction and output in one number") {
    CHECK(parse_short_channel_id("849000x12x0") == base::ShortChannelId{933485371982610432});
    CHECK(parse_short_channel_id("103x2x0") == base::ShortChannelId{0x0000670000020000});
    CHECK(parse_short_channel_id("0x0x0") == base::ShortChannelId{0});
    CHECK(parse_short_channel_id("16777215x16777215x65535") == base::ShortChannelId{UINT64_MAX});
}

TEST_CASE("a number too big for its bits is refused") {
    for (const string_view text :
         {"16777216x0x0", "0x16777216x0", "0x0x65536", "18446744073709551616x0x0", "0x0x18446744073709551616"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_short_channel_id(text).has_value());
    }
}

TEST_CASE("a text that is not three numbers is refused as a short channel id") {
    for (const string_view text :
         {"", "1", "1x", "1x2", "1x2x", "x2x3", "1xx3", "1x2x3x", "1x2x3x4", "1x2x3/0", " 1x2x3", "1x2x3 ", "-1x2x3",
          "+1x2x3", "1X2x3", "1:2:3", "0x1fx2x3", "1.0x2x3", "933485371982610433"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_short_channel_id(text).has_value());
    }
    CHECK_FALSE(parse_short_channel_id(string_view("1x2x3\0", 6)).has_value());
}

TEST_CASE("a direction of a channel is 0 or 1") {
    CHECK(parse_channel_direction("103x2x0/0") == base::ChannelDirection{{0x0000670000020000}, 0});
    CHECK(parse_channel_direction("103x2x0/1") == base::ChannelDirection{{0x0000670000020000}, 1});
    for (const string_view text :
         {"103x2x0", "103x2x0/", "103x2x0/2", "103x2x0/10", "103x2x0/01", "103x2/0", "/0", ""}) {
        CAPTURE(text);
        CHECK_FALSE(parse_channel_direction(text).has_value());
    }
}

} // namespace scid_test
