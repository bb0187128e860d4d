#include "cln/replies.hpp"

#include "cln/calls.hpp"

#include <algorithm>

namespace cln {

Decoded<NodeInfo> decode_getinfo(Value result) {
    Fields fields(result, "result");
    const auto id = base::NodeId::from_hex(fields.text("id"));
    if (!id)
        fields.refuse("id", "not a node id");
    const auto height = fields.maybe_u64("blockheight").value_or(0);
    if (fields.error())
        return tl::unexpected(*fields.error());
    return NodeInfo{*id, height <= UINT32_MAX ? static_cast<std::uint32_t>(height) : 0};
}

Decoded<std::vector<Pay>> decode_listpays(Value result) {
    Fields fields(result, "result");
    const auto list = fields.find("pays");
    if (!list.is_array())
        return tl::unexpected(fields.error().value_or(DecodeError{"result.pays", "not an array"}));
    std::vector<Pay> pays;
    for (std::size_t i = 0; const auto value : list.elements()) {
        Fields pay(value, Path("result").then("pays").at(i++));
        pays.push_back({{pay.maybe_u64("created_index").value_or(0)}, pay.text("status") == "failed"});
        if (pay.error())
            return tl::unexpected(*pay.error());
    }
    return pays;
}

Decoded<bool> decode_renepaystatus(Value result) {
    Fields fields(result, "result");
    const auto list = fields.find("paystatus");
    if (!list.is_array())
        return tl::unexpected(fields.error().value_or(DecodeError{"result.paystatus", "not an array"}));
    bool pending = false;
    for (std::size_t i = 0; const auto value : list.elements()) {
        Fields payment(value, Path("result").then("paystatus").at(i++));
        pending |= payment.text("status") == "pending";
        if (payment.error())
            return tl::unexpected(*payment.error());
    }
    return pending;
}

Decoded<bolt::Invoice> decode_invoice(Value result) {
    Fields fields(result, "result");
    bolt::Invoice invoice;
    const bool bolt12 = static_cast<bool>(fields.find("invoice_payment_hash"));
    invoice.hash = fields.hash(bolt12 ? "invoice_payment_hash" : "payment_hash");
    invoice.amount = fields.maybe_msat(bolt12 ? "invoice_amount_msat" : "amount_msat");
    if (const auto secret = maybe_hex(fields.find("payment_secret")); secret && secret->size() == 32)
        std::copy(secret->begin(), secret->end(), invoice.payment_secret.emplace().begin());
    if (fields.error())
        return tl::unexpected(*fields.error());
    return invoice;
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

Decoded<WaitReply> decode_wait(Value result, Index index) {
    Fields fields(result, "result");
    WaitReply reply;
    reply.counter = fields.u64(name(index));
    // `sendpays` since v25.05; `details` before, and since then deprecated but still present.
    for (const char* where : {"sendpays", "details"}) {
        const auto object = fields.find(where);
        if (!object || reply.details)
            continue;
        Fields details(object, fields.path().then(where));
        reply.details = WaitReply::Details{details.hash("payment_hash"),
                                           {details.u64("groupid")},
                                           {details.u64("partid")},
                                           details.maybe_text("status") == "failed"};
        if (details.error())
            return tl::unexpected(*details.error());
    }
    if (fields.error())
        return tl::unexpected(*fields.error());
    return reply;
}

} // namespace cln
