// What lightningd passes to a plugin once, after it has taken its manifest.
#pragma once

#include "host/option.hpp"

namespace host {

struct Init {
    Settings settings;
    std::string lightning_dir;
    std::string rpc_file; ///< relative to it, or absolute
    bool startup = false; ///< lightningd itself was just started
};

/// Why the plugin cannot run, for the answer `disable`.
struct CannotRun {
    std::string reason;
    bool bad_option = false; ///< the operator can correct it
};

/// `params` of `init`.
[[nodiscard]] tl::expected<Init, CannotRun> read_init(std::span<const Option> options, const json::Tree& params);

} // namespace host
