// Input that is JSON, as far as it can get to a decoder: the framer lets nothing through that is nested deeper than 128
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

/// Brackets outside strings, as the framer counts them.
bool shallow(std::string_view text);
/// Nothing when it is no JSON, or too deep.
std::optional<Tree> parsed(std::string_view text);
std::optional<Tree> json_of(const std::uint8_t* data, std::size_t size);
/// Says the same to everybody: no key twice in one object, no escapes by which a key could be spelled in two ways.
bool unambiguous(std::string_view text);

/// The member if it is there and not null.
const Tree* at(const Tree& object, const char* name);
/// The bytes' hex is the text, whatever its case.
bool is_hex(const Tree* value, const std::string& lower);
/// A number or digits in a string, with or without the old `msat`.
bool is_amount(const Tree* value, std::uint64_t amount);

} // namespace fuzz
