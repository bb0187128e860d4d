// `delpay` on a host that has none of its own: the same contract, served from the table, with the rows as the host
// showed them. Under lightningd this is never used: there the built-in command is the authority.
#pragma once

#include "track/delpay.hpp"
#include "track/host_rows.hpp"

namespace track {

struct LocalDeletion {
    std::string result; ///< `{"payments": [rows]}`
    std::vector<payments::Event> events;
};

/// -32602 for malformed parameters, 208 for an unknown payment or part, 211 when nothing of it has the status asked
/// for.
[[nodiscard]] tl::expected<LocalDeletion, rpc::Error> delete_from(const payments::Table& table, const HostRows& rows,
                                                                  const rpc::json& params, const rpc::json* filter);

} // namespace track
