// `delpay` for a host without a delpay of its own: the same rules, served from the table, with the rows as the host
// showed them. Not used under lightningd, whose built-in command decides.
#pragma once

#include "commands/delpay.hpp"
#include "commands/host_rows.hpp"

namespace commands {

struct LocalDeletion {
    std::string result; ///< `{"payments": [rows]}`
    std::vector<payments::Event> events;
};

/// Codes: -32602 for malformed parameters, 208 for an unknown payment or part, 211 if no row has the requested status.
[[nodiscard]] tl::expected<LocalDeletion, rpc::Error> delpay_from_table(const payments::Table& table,
                                                                        const HostRows& rows, const json::Tree& params,
                                                                        const json::Tree* filter);

} // namespace commands
