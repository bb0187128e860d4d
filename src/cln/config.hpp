// Which plugins lightningd's configuration starts, as `listconfigs` shows it (v23.08 and later).
#pragma once

#include "cln/fields.hpp"

#include <string>
#include <vector>

namespace cln {

struct PluginConfig {
    std::vector<std::string> plugins;     ///< plugin= and important-plugin=: paths as they were written
    std::vector<std::string> directories; ///< plugin-dir=: as they were written
    std::string lightning_dir;            ///< its `plugins` folder is always searched (`lightningd/plugin.c`)
    std::string builtin;                  ///< path of autoclean: its folder is Core Lightning's own. May be empty
};
[[nodiscard]] Decoded<PluginConfig> decode_listconfigs(Value result);

} // namespace cln
