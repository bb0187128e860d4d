// Whether lightningd will start this plugin again by itself. If it does not, an option that setconfig writes into its
// configuration is unknown to it at the next start, and an unknown option keeps the whole node from starting.
#pragma once

#include "cln/config.hpp"
#include "host/option.hpp"

#include <filesystem>
#include <string>

namespace host {

/// `self`: the absolute path of this program, as the kernel knows it.
[[nodiscard]] bool starts_with_node(const cln::PluginConfig& config, const std::filesystem::path& self);

/// Why setconfig is refused while it does not, and what to do instead.
[[nodiscard]] std::string not_in_config(const Setting& setting, const std::filesystem::path& self);

/// The path of this program; its name alone where the kernel does not tell.
[[nodiscard]] std::filesystem::path own_path();

} // namespace host
