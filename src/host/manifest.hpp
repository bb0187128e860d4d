// Answers `getmanifest` from a program's declaration.
#pragma once

#include "host/declaration.hpp"
#include "host/parent.hpp"

#include <string>

namespace host {

/// True if the plugin must register this command: the parent has none of that name. lightningd crashes when a plugin
/// registers a name it already has.
[[nodiscard]] bool registers(const CommandSpec& command, const Parent& parent);

/// The result of getmanifest as raw JSON.
[[nodiscard]] std::string manifest(const Declaration& declared, const Parent& parent);

} // namespace host
