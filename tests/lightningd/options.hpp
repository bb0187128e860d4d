// The command line: lightningd's own options, the stand-in's (`--scenario`, `--db`, `--start-limit`), and the rest,
// which plugins may claim with their manifests.
#pragma once

#include "version.hpp"

#include <map>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace standin {

struct Options {
    std::string lightning_dir;
    std::string network = "regtest";
    std::string rpc_file = "lightning-rpc";
    std::string log_file; ///< relative to the network directory; empty: stdout
    std::string scenario; ///< file with the outcomes of payments, see README.md
    std::string db;       ///< journal to start from and append to; empty: none
    std::string node_id;  ///< what getinfo says; empty: l1 of the small network
    Version version;      ///< `--version-as`
    std::vector<std::string> plugins;
    bool developer = false;
    bool deprecated_apis = true;
    bool xpay_handle_pay = false; ///< lightningd's default is true; see README.md
    long start_limit_ms = 0;      ///< 0: as the imitated version
    long shutdown_limit_ms = 0;
    /// `--name=value` of plugins' options, in order; a bare `--flag` has no value.
    std::vector<std::pair<std::string, std::vector<std::string>>> for_plugins;
};

/// The error is the reason why it is invalid.
[[nodiscard]] tl::expected<Options, std::string> read_options(int argc, char** argv);

} // namespace standin
