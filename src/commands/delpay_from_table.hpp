// `delpay` on a host that has none of its own: the same contract, served from the table, with the rows as the host
// showed them. Under lightningd this is never used: there the built-in command is the authority.
#pragma once

#include "commands/delpay.hpp"
#include "commands/host_rows.hpp"

namespace commands {

struct LocalDeletion {
    std::string result; ///< `{"payments": [rows]}`
    std::vector<payments::Event> events;
};

/// -32602 for malformed parameters, 208 for an unknown payment or part, 211 when nothing of it has the status asked
/// for.
[[nodiscard]] tl::expected<LocalDeletion, rpc::Error> delpay_from_table(const payments::Table& table,
                                                                        const HostRows& rows, const json::Tree& params,
                                                                        const json::Tree* filter);

} // namespace commands
