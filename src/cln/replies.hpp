// The other answers of lightningd that we read: `getinfo` and `wait sendpays`.
#pragma once

#include "cln/fields.hpp"

#include <optional>

namespace cln {

struct NodeInfo {
    base::NodeId id;
};
[[nodiscard]] Decoded<NodeInfo> decode_getinfo(const json& result);

enum class Index { created, updated, deleted };
[[nodiscard]] const char* name(Index index);

/// `wait sendpays`: the counter, and whose row moved it if lightningd tells: only when it was waiting at that moment.
struct WaitReply {
    std::uint64_t counter = 0;
    struct Details {
        base::PaymentHash hash;
        base::GroupId group;
        base::PartId partid;
    };
    std::optional<Details> details;
};
[[nodiscard]] Decoded<WaitReply> decode_wait(const json& result, Index index);

} // namespace cln
