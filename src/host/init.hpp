// The params of `init`, which lightningd sends once, after it has read the manifest.
#pragma once

#include "host/option.hpp"

namespace host {

struct Init {
    Settings settings;
    std::string lightning_dir;
    std::string rpc_file; ///< relative to lightning_dir, or absolute
    std::string network;  ///< lightningd's name of it: bitcoin, testnet, signet, regtest …; empty if unknown
    bool startup = false; ///< lightningd itself is starting
};

/// Why the plugin cannot run, for the answer `disable`.
struct CannotRun {
    std::string reason;
    bool bad_option = false; ///< the operator can correct an option
};

/// Reads the `params` of `init`.
[[nodiscard]] tl::expected<Init, CannotRun> read_init(std::span<const Option> options, const json::Tree& params);

} // namespace host
