// Input that is JSON as a decoder may get it: the framer passes on nothing that is nested deeper than 128
// levels.
#pragma once

#include "fuzz.hpp"
#include "json/text.hpp"
#include "rpc/framer.hpp"
#include "unit/nodes.hpp"

#include <optional>
#include <string>

namespace fuzz {

using json::Tree;
using unit::Nodes;

/// The depth of brackets outside of strings, as the framer counts it.
bool shallow(std::string_view text);
/// Nothing when it is no JSON, or too deep.
std::optional<Tree> parsed(std::string_view text);
std::optional<Tree> json_of(const std::uint8_t* data, std::size_t size);
/// True if every parser reads the same: no key twice in an object, no escapes that could spell a key in two ways.
bool unambiguous(std::string_view text);

/// The member if it is there and not null.
const Tree* at(const Tree& object, const char* name);
/// True if the text is the bytes' hex, in either case.
bool is_hex(const Tree* value, const std::string& lower);
/// A number, or digits in a string with or without the older `msat`.
bool is_amount(const Tree* value, std::uint64_t amount);

} // namespace fuzz
