#include "cln/replies.hpp"

namespace cln {

Decoded<NodeInfo> decode_getinfo(const json& result) {
    Fields fields(result, "result");
    const auto id = base::NodeId::from_hex(fields.string("id"));
    if (!id)
        fields.refuse("id", "not a node id");
    if (fields.error())
        return tl::unexpected(*fields.error());
    return NodeInfo{*id};
}

const char* name(Index index) {
    switch (index) {
    case Index::created:
        return "created";
    case Index::updated:
        return "updated";
    case Index::deleted:
        return "deleted";
    }
    return "";
}

Decoded<WaitReply> decode_wait(const json& result, Index index) {
    Fields fields(result, "result");
    WaitReply reply;
    reply.counter = fields.u64(name(index));
    // `sendpays` since v25.05; `details` before, and deprecated but still there after.
    for (const char* where : {"sendpays", "details"}) {
        const auto* object = fields.find(where);
        if (!object || reply.details)
            continue;
        Fields details(*object, fields.path() + "." + where);
        reply.details =
            WaitReply::Details{details.hash("payment_hash"), {details.u64("groupid")}, {details.u64("partid")}};
        if (details.error())
            return tl::unexpected(*details.error());
    }
    if (fields.error())
        return tl::unexpected(*fields.error());
    return reply;
}

} // namespace cln
