// Checks whether lightningd's configuration starts this plugin. If not, lightningd does not know the plugin's options
// at its next start, and an option that setconfig wrote into its configuration would keep the node from starting.
#pragma once

#include "cln/config.hpp"
#include "host/option.hpp"

#include <filesystem>
#include <string>

namespace host {

/// `self`: the absolute path of this program, as the kernel reports it.
[[nodiscard]] bool starts_with_node(const cln::PluginConfig& config, const std::filesystem::path& self);

/// The error for setconfig: why it is refused and what to do instead.
[[nodiscard]] std::string not_in_config(const Setting& setting, const std::filesystem::path& self);

/// The path of this program; only its name if the kernel does not report the path.
[[nodiscard]] std::filesystem::path own_path();

} // namespace host
