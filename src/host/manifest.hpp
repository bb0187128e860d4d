// What a program says of itself to the question `getmanifest`.
#pragma once

#include "host/declaration.hpp"
#include "host/parent.hpp"

#include <string>

namespace host {

/// The parent does not have a command of its own by this name. lightningd crashes when a plugin registers a second one.
[[nodiscard]] bool registers(const CommandSpec& command, const Parent& parent);

/// The result as raw JSON.
[[nodiscard]] std::string manifest(const Declaration& declared, const Parent& parent);

} // namespace host
