// Serves the command `trackpayments-status`: how the plugin itself is doing, for metrics. It asks lightningd nothing,
// and shows nothing of any payment, so a rune for it can be given to a program that only watches.
#pragma once

#include "host/declaration.hpp"
#include "mirror/mirror.hpp"

namespace commands {

extern const host::CommandSpec status_spec;

struct StatusSources {
    const payments::Table& table;
    const mirror::Mirror& mirror;
    const publish::Progress& progress;
    const publish::Publisher& publisher;
};

/// The result, or the error for a parameter: it has none. `connections`: to lightningd's RPC socket so far. `callers`:
/// of `trackpayments`, waiting. `filter`: raw, empty if there is none.
[[nodiscard]] tl::expected<std::string, rpc::Error> status(const StatusSources& sources, std::uint64_t connections,
                                                           std::size_t callers, const json::Tree& params,
                                                           std::string_view filter);

/// The error with which it would be refused, if any.
[[nodiscard]] std::optional<rpc::Error> check_status(const json::Tree& params);

} // namespace commands
