// The plugins that lightningd's configuration starts, from `listconfigs` (v23.08 and later).
#pragma once

#include "cln/fields.hpp"

#include <string>
#include <vector>

namespace cln {

struct PluginConfig {
    std::vector<std::string> plugins;     ///< plugin= and important-plugin=: paths as written
    std::vector<std::string> directories; ///< plugin-dir=: as written
    std::string lightning_dir;            ///< lightningd always searches its `plugins` folder (`lightningd/plugin.c`)
    std::string builtin; ///< path of autoclean, in the folder of Core Lightning's own plugins. May be empty
};
[[nodiscard]] Decoded<PluginConfig> decode_listconfigs(Value result);

} // namespace cln
