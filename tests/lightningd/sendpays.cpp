#include "sendpays.hpp"

#include "entropy.hpp"
#include "failcode.hpp"
#include "node.hpp"

#include <algorithm>

namespace standin {

using Do = Outcome::Do;

Plan Sendpays::take_plan(const PartKey& key) {
    if (const auto at = plans_.find(key); at != plans_.end()) {
        Plan plan = std::move(at->second);
        plans_.erase(at);
        return plan;
    }
    Plan plan;
    const Invoice* invoice = node_.invoices.by_hash(key.hash);
    Script& script = node_.scenario.script_for(key.hash, invoice);
    if (!script.outcomes.empty())
        plan.outcome = script.outcomes[std::min(script.used++, script.outcomes.size() - 1)];
    else if (!script.parts.empty() && !script.parts.front().attempts.empty())
        plan.outcome = script.parts.front().attempts.front().outcome;
    if (!invoice && (plan.outcome.what == Do::settle || plan.outcome.what == Do::settle_alone)) {
        // The preimage of such a hash is unknown.
        plan.outcome.what = Do::fail;
        plan.outcome.failcode = incorrect_details;
    }
    return plan;
}

Row& Sendpays::send(SendSpec spec, const Plan& plan) {
    Row row;
    row.hash = spec.key.hash;
    row.groupid = spec.key.groupid;
    row.partid = spec.key.partid;
    row.amount = spec.amount;
    row.sent = spec.sent;
    row.total = spec.total;
    row.created_at = node_.now();
    if (const auto destination = base::NodeId::from_hex(spec.destination)) {
        row.destination = *destination;
        row.has_destination = true;
    }
    row.extra = std::make_unique<RowExtra>(std::move(spec.extra));
    Row& kept = node_.ledger.add(std::move(row));
    const auto created_index = kept.created_index;
    node_.schedule.after(std::chrono::milliseconds(plan.outcome.delay_ms),
                         [this, created_index, plan] { happen(created_index, plan); });
    return kept;
}

void Sendpays::when_done(const Row& row, Done done) {
    waiting_[row.created_index].push_back(std::move(done));
}

void Sendpays::happen(std::uint64_t created_index, const Plan& plan) {
    Row* row = node_.ledger.by_created(created_index);
    if (!row || row->status != Status::pending)
        return;
    const Invoice* invoice = node_.invoices.by_hash(row->hash);
    switch (plan.outcome.what) {
    case Do::settle:
        return arrive(*row, plan, node_.scenario.script_for(row->hash, invoice).mpp_timeout_ms);
    case Do::settle_alone:
        return settle(*row);
    case Do::hold:
    case Do::refuse:
    case Do::peer_away:
        return;
    case Do::fail:
    case Do::garble:
    case Do::local_fail:
    case Do::malformed:
        return fail(*row, plan.outcome);
    }
}

// A payee settles nothing before the whole set has arrived, and fails it after a timeout (BOLT 4).
void Sendpays::arrive(Row& row, const Plan& plan, std::uint32_t timeout_ms) {
    const std::uint64_t total = plan.set_total ? plan.set_total : row.total;
    const std::uint64_t amount = row.amount ? row.amount : plan.delivers;
    if (total <= amount)
        return settle(row);
    const SetKey key{row.hash, row.groupid};
    HtlcSet& set = sets_[key];
    set.arrived.emplace(row.created_index, amount);
    set.amount += amount;
    if (set.amount < total) {
        const auto created_index = row.created_index;
        node_.schedule.after(std::chrono::milliseconds(timeout_ms),
                             [this, key, created_index] { time_out(key, created_index); });
        return;
    }
    const auto arrived = std::move(set.arrived);
    sets_.erase(key);
    for (const auto& [index, msat] : arrived)
        if (Row* part = node_.ledger.by_created(index); part && part->status == Status::pending)
            settle(*part);
}

void Sendpays::time_out(const SetKey& key, std::uint64_t created_index) {
    const auto at = sets_.find(key);
    if (at == sets_.end())
        return;
    auto& arrived = at->second.arrived;
    const auto mine = arrived.find(created_index);
    if (mine == arrived.end())
        return;
    const auto amount = mine->second;
    arrived.erase(mine);
    Row* row = node_.ledger.by_created(created_index);
    if (row && row->status == Status::pending) {
        at->second.amount -= amount;
        Outcome outcome;
        outcome.failcode = mpp_timeout;
        fail(*row, outcome);
    }
}

void Sendpays::settle(Row& row) {
    if (const Invoice* invoice = node_.invoices.by_hash(row.hash))
        row.preimage = invoice->preimage;
    finish(row, Status::complete, nullptr);
}

void Sendpays::fail(Row& row, const Outcome& outcome) {
    finish(row, Status::failed, std::make_shared<const PartFailure>(describe(row, outcome)));
}

PartFailure Sendpays::describe(const Row& row, const Outcome& outcome) const {
    const RowExtra& extra = *row.extra;
    const bool payees_own = outcome.failcode == incorrect_details || outcome.failcode == mpp_timeout ||
                            outcome.failcode == 0x0012 || outcome.failcode == 0x0013;
    const int hops = static_cast<int>(extra.hops);
    PartFailure failure;
    failure.failcode = outcome.failcode;
    failure.erring_index = std::min(hops, outcome.erring_index >= 0 ? outcome.erring_index : payees_own ? hops : 1);
    failure.detail = "reply from remote";
    failure.raw_message =
        outcome.raw_message.empty() ? raw_failure(outcome.failcode, row.amount, block_height) : outcome.raw_message;
    if (outcome.what == Do::local_fail) {
        failure.erring_index = 0;
        failure.raw_message.clear();
        failure.detail = outcome.message.empty()
                             ? wire_name(outcome.failcode) + ": Capacity exceeded - HTLC fee: 1626sat"
                             : outcome.message;
        failure.erring_node = our_node;
        if (hops == 0 && payees_own)
            failure.code = 203; // we are the payee
    } else if (outcome.what == Do::malformed) {
        failure.failcode = static_cast<std::uint16_t>(outcome.failcode & badonion ? outcome.failcode : 0xc005);
        failure.raw_message = raw_failure(failure.failcode, row.amount, block_height);
        failure.erring_index = 1;
        failure.detail = "local failure";
    } else if (outcome.what == Do::garble || extra.sent_by == SentBy::injectpaymentonion ||
               extra.sent_by == SentBy::sendonion_blind) {
        failure.code = 202;
        failure.decoded = false;
        failure.onionreply = random_hex(292);
        if (outcome.what == Do::garble)
            failure.failcode = 0;
        return failure;
    }
    if (extra.nodes.empty())
        return failure;
    // As remote_routing_failure and local_routing_failure in lightningd/pay.c: the next channel is named, for the payee
    // the last one.
    const auto index = static_cast<std::size_t>(failure.erring_index);
    const std::size_t blamed = std::min(index, extra.nodes.size() - 1);
    const bool last = index == extra.nodes.size();
    failure.erring_channel = extra.channels[blamed];
    failure.erring_direction = extra.directions[blamed];
    if (index > 0)
        failure.erring_node = extra.nodes[failure.failcode & badonion && !last ? blamed : index - 1];
    if (last && failure.failcode & badonion)
        failure.code = 202;
    else if (last && failure.failcode & perm)
        failure.code = 203;
    return failure;
}

void Sendpays::finish(Row& row, Status status, const Failure& failure) {
    row.extra->failure = failure;
    node_.ledger.resolve(row, status, node_.now());
    const std::string_view topic = failure ? "sendpay_failure" : "sendpay_success";
    if (node_.plugins.wanted(topic)) {
        std::string json = "{\"" + std::string(topic) + "\":{";
        if (failure) {
            json.append("\"code\":").append(std::to_string(failure->code)).append(",\"message\":");
            json.append(json::quote(failure_message(*failure))).append(",\"data\":{");
        }
        append_fields(json, row, failure != nullptr);
        if (failure) {
            append_failure(json, *failure);
            json.push_back('}');
        }
        json.append("}}");
        node_.plugins.notify(topic, {}, json);
    }
    const auto waiting = waiting_.extract(row.created_index);
    if (!waiting.empty())
        for (const auto& done : waiting.mapped())
            done(row, failure);
}

std::size_t Sendpays::release(const base::PaymentHash& hash, std::optional<std::uint64_t> partid,
                              const Outcome& outcome) {
    std::size_t ended = 0;
    for (Row* row : node_.ledger.of_hash(hash)) {
        if (row->status != Status::pending || (partid && row->partid != *partid))
            continue;
        ++ended;
        if (outcome.what == Do::settle || outcome.what == Do::settle_alone)
            settle(*row);
        else
            fail(*row, outcome);
    }
    return ended;
}

} // namespace standin
