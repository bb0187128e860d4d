// JSON that the code under test wrote, read by simdjson for the checks. simdjson is compiled without sanitizers;
// nlohmann's parser, which is compiled with them, took half of the time of some targets.
#pragma once

#include <optional>
#include <string_view>

#include <simdjson.h>

namespace fuzz {

/// Valid until the next call. Nothing if it is no JSON, or has a number of more than 64 bits.
std::optional<simdjson::dom::element> quickly_parsed(std::string_view text);

/// The member if it is a string.
std::optional<std::string_view> text_at(simdjson::dom::element object, std::string_view key);

} // namespace fuzz
