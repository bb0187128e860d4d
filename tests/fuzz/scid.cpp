// Short channel ids as text, with and without a direction.
#include "base/scid.hpp"
#include "fuzz.hpp"

#include <string>

namespace scid_target {

namespace {

std::string written(base::ShortChannelId channel) {
    return std::to_string(channel.value >> 40) + "x" + std::to_string(channel.value >> 16 & 0xFF'FFFF) + "x" +
           std::to_string(channel.value & 0xFFFF);
}

} // namespace

FUZZ_TARGET(scid) {
    const auto text = fuzz::text_of(data, size);
    const auto channel = base::parse_short_channel_id(text);
    const auto directed = base::parse_channel_direction(text);
    fuzz::require(!channel || !directed, "a text is with a direction or without");
    if (channel) {
        fuzz::require(text.find_first_not_of("0123456789x") == std::string_view::npos,
                      "only digits and x are accepted");
        fuzz::require(base::parse_short_channel_id(written(*channel)) == channel,
                      "written and read again, it is the same");
        for (const char* direction : {"/0", "/1"}) {
            const auto both = base::parse_channel_direction(std::string(text) + direction);
            fuzz::require(both && both->channel == *channel && both->direction == direction[1] - '0',
                          "a channel has two directions");
        }
    }
    if (directed)
        fuzz::require(directed->direction <= 1 &&
                          base::parse_short_channel_id(text.substr(0, size - 2)) == directed->channel,
                      "without its direction it is the channel");
    return 0;
}

} // namespace scid_target
