// What the plugin tells lightningd about itself. Under lightningd `delpay` is never among the methods: a second one
// crashes it.
#pragma once

#include "plugin/host.hpp"

#include <string>

namespace plugin {

/// The result of getmanifest as raw JSON.
[[nodiscard]] std::string manifest(const Host& host);

} // namespace plugin
