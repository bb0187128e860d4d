// Decoders for the answers of getinfo, wait, listpays, renepaystatus and decode.
#pragma once

#include "bolt/invoice.hpp"
#include "cln/fields.hpp"

#include <optional>
#include <vector>

namespace cln {

struct NodeInfo {
    base::NodeId id;
    std::uint32_t height = 0; ///< of the chain; 0 if lightningd does not report it
};
[[nodiscard]] Decoded<NodeInfo> decode_getinfo(Value result);

/// One entry of `listpays`: a group, without its groupid.
struct Pay {
    base::CreatedIndex created; ///< of its first row
    bool failed = false;        ///< the payer gave it up
};
[[nodiscard]] Decoded<std::vector<Pay>> decode_listpays(Value result);

/// `renepaystatus` of one invoice: true while renepay tries to pay it; false if it has ended or never began.
[[nodiscard]] Decoded<bool> decode_renepaystatus(Value result);

/// `decode` of an invoice, BOLT 11 or 12.
[[nodiscard]] Decoded<bolt::Invoice> decode_invoice(Value result);

enum class Index { created, updated, deleted };
[[nodiscard]] const char* name(Index index);

/// `wait sendpays`: the counter. Also the row that moved it, if it moved while the call was waiting.
struct WaitReply {
    std::uint64_t counter = 0;
    struct Details {
        base::PaymentHash hash;
        base::GroupId group;
        base::PartId partid;
        bool failed = false; ///< its new status
    };
    std::optional<Details> details;
};
[[nodiscard]] Decoded<WaitReply> decode_wait(Value result, Index index);

} // namespace cln
