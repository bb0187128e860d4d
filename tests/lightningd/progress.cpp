#include "progress.hpp"

namespace standin {

namespace {

std::string msat(std::uint64_t value) {
    return std::to_string(value) + "msat";
}

ProgressCheck refuse(int code, std::string message) {
    return {rpc::Error{code, std::move(message)}, nullptr, nullptr};
}

} // namespace

ProgressCheck check_progress(Ledger& ledger, const SendSpec& spec) {
    bool have_complete = false;
    std::uint64_t pending = 0;
    for (const Row* row : ledger.of_hash(spec.key.hash)) {
        switch (row->status) {
        case Status::complete:
            have_complete = true;
            if (row->partid != spec.key.partid)
                continue;
            if (row->amount != spec.amount)
                return refuse(201, "Already succeeded with amount " + msat(row->amount) + " (not " + msat(spec.amount) +
                                       ")");
            return {std::nullopt, nullptr, row};
        case Status::pending:
            if (row->groupid != spec.key.groupid)
                return refuse(200, "Payment with groupid=" + std::to_string(row->groupid) +
                                       " still in progress, cannot retry before that completes.");
            if ((row->partid == 0) != (spec.key.partid == 0))
                return refuse(200, std::string("Already have ") + (row->partid ? "parallel" : "non-parallel") +
                                       " payment in progress");
            if (row->partid == spec.key.partid) {
                if (row->amount != spec.amount)
                    return refuse(201, "Already pending with amount " + msat(row->amount) + " (not " +
                                           msat(spec.amount) + ")");
                return {std::nullopt, row, nullptr};
            }
            if (row->total != spec.total)
                return refuse(-32602, "msatoshi was previously " + msat(row->total) + ", now " + msat(spec.total));
            pending += row->amount;
            break;
        case Status::failed:
            break;
        }
        if (row->partid == spec.key.partid && row->groupid == spec.key.groupid)
            return refuse(201,
                          "There already is a payment with payment_hash=" + spec.key.hash.hex() + ", groupid=" +
                              std::to_string(spec.key.groupid) + ", partid=" + std::to_string(spec.key.partid) +
                              ". Either change the partid, or wait for the payment to complete and start a new group.");
    }
    if (have_complete)
        return refuse(201, "Already succeeded other parts");
    if (spec.total != 0 && pending >= spec.total)
        return refuse(200, "Already have " + msat(pending) + " of " + msat(spec.total) + " payments in progress");
    return {};
}

} // namespace standin
