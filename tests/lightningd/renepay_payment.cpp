#include "renepay_payment.hpp"

#include "entropy.hpp"

#include <algorithm>
#include <set>

namespace standin {

namespace {

/// renepay collects results for a while before it looks for other routes.
constexpr std::uint32_t gather_ms = 10;

} // namespace

std::string made_up_secrets(std::size_t hops) {
    std::string json = "[";
    for (std::size_t i = 0; i < hops; ++i)
        json.append(i ? ",\"" : "\"").append(random_hex(32)).append("\"");
    return json + "]";
}

void RenepayPayment::serve(const RequestPtr& request) {
    if (state_ == State::complete)
        return standin::succeed(*request, result_json());
    callers_.push_back(request);
    if (state_ == State::pending)
        return;
    state_ = State::pending;
    grouped_ = false;
    next_partid_ = 1;
    live_sent_ = 0;
    begin_time_ = unix_time_now();
    const Script& script = node_.scenario.script_for(order_.invoice.hash, &order_.invoice);
    if (script.payer_code != 0)
        return give_up(script.payer_code,
                       script.payer_message.empty() ? "Failed to find a route" : script.payer_message);
    for (auto& plan : node_.scenario.parts_for(script, order_.amount))
        waiting_.push_back({std::move(plan), 0, next_number_++});
    later_send_all();
}

void RenepayPayment::later_send_all() {
    if (std::exchange(gathering_, true))
        return;
    std::uint32_t wait_ms = node_.scenario.script_for(order_.invoice.hash, &order_.invoice).think_ms + gather_ms;
    for (const auto& part : waiting_)
        wait_ms = std::max(wait_ms, part.outcome().wait_ms);
    node_.schedule.after(std::chrono::milliseconds(wait_ms), [self = shared_from_this()] {
        if (self->state_ != State::pending)
            return;
        self->node_.call_as(*self->callers_.front(), renepay_plugin, "listsendpays",
                            R"({"payment_hash":")" + self->order_.invoice.hash.hex() + "\"}",
                            [self](Request&, const Reply& reply) { self->choose_group(reply); });
    });
}

// While rows are in flight their group is used; else a new one, which begins with part 1.
void RenepayPayment::choose_group(const Reply& reply) {
    gathering_ = false;
    if (state_ != State::pending)
        return;
    const auto result = json::parse(reply.ok ? reply.body : "{}");
    std::set<std::uint64_t> groups;
    std::optional<std::uint64_t> pending;
    std::uint64_t last_partid = 0;
    for (const auto& row : result->value("payments", json::Tree::array())) {
        const auto group = row.value("groupid", std::uint64_t{0});
        groups.insert(group);
        if (row.value("status", "") != "pending")
            continue;
        pending = group;
        last_partid = std::max(last_partid, row.value("partid", std::uint64_t{0}));
    }
    const bool stays = grouped_ && !node_.version.renepay_regroups();
    if (!stays && pending) {
        groupid_ = *pending;
        next_partid_ = std::max(next_partid_, last_partid + 1);
    } else if (!stays) {
        groupid_ = 1;
        if (!node_.version.renepay_fills_gaps())
            groupid_ = groups.empty() ? 1 : *groups.rbegin() + 1;
        while (groups.contains(groupid_))
            ++groupid_;
        next_partid_ = 1;
        live_sent_ = 0;
    }
    grouped_ = true;
    for (; !waiting_.empty(); waiting_.pop_front())
        send(waiting_.front());
}

void RenepayPayment::send(const PayerPart& part) {
    const auto attempt = std::make_shared<Attempt>();
    const Outcome& outcome = part.outcome();
    attempt->part = part;
    attempt->key = {order_.invoice.hash, groupid_, next_partid_++};
    attempt->route = make_route(outcome.via, part.number, part.plan.amount + outcome.overpay, outcome.fee);
    live_sent_ += attempt->route.front().amount;
    Plan plan;
    plan.outcome = outcome;
    plan.set_total = order_.amount;
    plan.route = attempt->route;
    node_.sendpays.plan(attempt->key, std::move(plan));
    using By = Version::RenepayBy;
    const By by = node_.version.renepay_by();
    const char* method = by == By::sendpay ? "sendpay" : by == By::renesendpay ? "renesendpay" : "sendonion";
    const std::string params = by == By::sendpay       ? sendpay_params(*attempt)
                               : by == By::renesendpay ? renesendpay_params(*attempt)
                                                       : sendonion_params(*attempt);
    node_.call_as(*callers_.front(), renepay_plugin, method, params,
                  [self = shared_from_this(), attempt](Request&, const Reply& reply) { self->sent(attempt, reply); });
}

namespace {

std::string route_json(const Route& route) {
    std::string json = R"("route":[)";
    std::string_view from = our_node;
    for (const Hop& hop : route) {
        json.append(json.back() == '[' ? "" : ",").append(R"({"id":")").append(hop.node);
        json.append(R"(","channel":")").append(hop.channel).append(R"(","amount_msat":)");
        json.append(std::to_string(hop.amount)).append(R"(,"direction":)");
        json.append(std::to_string(direction_between(from, hop.node))).append(R"(,"delay":)");
        json.append(std::to_string(hop.cltv - block_height - 1)).append(R"(,"style":"tlv"})");
        from = hop.node;
    }
    return json + "]";
}

std::string key_json(const PartKey& key) {
    return R"("payment_hash":")" + key.hash.hex() + R"(","partid":)" + std::to_string(key.partid) + R"(,"groupid":)" +
           std::to_string(key.groupid);
}

} // namespace

void RenepayPayment::add_texts(std::string& params, std::string_view invoice_name) const {
    if (!order_.label.empty())
        params.append(R"(,"label":)").append(json::quote(order_.label));
    params.append(",\"").append(invoice_name).append("\":").append(json::quote(order_.invoice.text));
    if (!order_.description.empty())
        params.append(R"(,"description":)").append(json::quote(order_.description));
}

std::string RenepayPayment::sendpay_params(const Attempt& attempt) const {
    std::string params = "{" + route_json(attempt.route) + R"(,"payment_hash":")" + attempt.key.hash.hex() +
                         R"(","payment_secret":")" + order_.invoice.payment_secret + R"(","amount_msat":)" +
                         std::to_string(std::max(attempt.delivers(), order_.amount)) + R"(,"partid":)" +
                         std::to_string(attempt.key.partid) + R"(,"groupid":)" + std::to_string(attempt.key.groupid);
    add_texts(params, "bolt11");
    return params + "}";
}

std::string RenepayPayment::renesendpay_params(const Attempt& attempt) const {
    std::string params = "{" + key_json(attempt.key) + R"(,"destination":")" + std::string(payee_node) +
                         R"(","amount_msat":)" + std::to_string(attempt.delivers()) + R"(,"total_amount_msat":)" +
                         std::to_string(order_.amount) + R"(,"final_cltv":5)";
    add_texts(params, "invoice");
    return params + "," + route_json(attempt.route) + "}";
}

std::string RenepayPayment::sendonion_params(const Attempt& attempt) const {
    const Hop& first = attempt.route.front();
    std::string params = R"({"onion":"0002)" + random_hex(1364) + R"(",)" + key_json(attempt.key) +
                         R"(,"amount_msat":)" + std::to_string(attempt.delivers());
    add_texts(params, "bolt11");
    // The delay is the absolute height: renepay's own mistake.
    return params + R"(,"destination":")" + std::string(payee_node) + R"(","total_amount_msat":)" +
           std::to_string(order_.amount) + R"(,"shared_secrets":)" + made_up_secrets(attempt.route.size()) +
           R"(,"first_hop":{"amount_msat":)" + std::to_string(first.amount) + R"(,"id":")" + first.node +
           R"(","channel":")" + first.channel + R"(","delay":)" + std::to_string(first.cltv) + "}}";
}

void RenepayPayment::sent(const AttemptPtr& attempt, const Reply& reply) {
    const Row* row = node_.ledger.find(attempt->key.hash, attempt->key.groupid, attempt->key.partid);
    if (!reply.ok || !row || row->status != Status::pending)
        return failed(*attempt, false);
    node_.sendpays.when_done(
        *row, [self = shared_from_this(), attempt](const Row& ended, const Sendpays::Failure& failure) {
            if (!failure)
                return self->settled(ended);
            const bool by_payee = static_cast<std::size_t>(failure->erring_index) >= attempt->route.size();
            self->failed(*attempt, by_payee && (failure->failcode & 0x4000) != 0);
        });
}

void RenepayPayment::settled(const Row& row) {
    preimage_ = row.preimage.hex();
    if (state_ != State::pending)
        return;
    if (!node_.version.renepay_regroups())
        return finish();
    node_.schedule.after(std::chrono::milliseconds(gather_ms), [self = shared_from_this()] { self->finish(); });
}

void RenepayPayment::failed(const Attempt& attempt, bool for_good) {
    live_sent_ -= std::min(attempt.route.front().amount, live_sent_);
    if (state_ != State::pending || !preimage_.empty())
        return;
    if (for_good)
        return give_up(203, node_.version.renepay_by() != Version::RenepayBy::sendpay
                                ? "Unknown invoice or wrong payment details at destination."
                            : node_.version.renepay_regroups()
                                ? "Received error code 400f (WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS) at final node."
                                : "failed: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS (reply from remote)");
    const auto more = retries(attempt.part, next_number_);
    if (more.empty())
        return give_up(205, "minflow couldn't find a feasible flow: failed to find a feasible flow: "
                            "find_admissible_path failed");
    waiting_.insert(waiting_.end(), more.begin(), more.end());
    later_send_all();
}

void RenepayPayment::finish() {
    if (state_ != State::pending)
        return;
    state_ = State::complete;
    answer_all();
}

void RenepayPayment::give_up(int code, const std::string& why) {
    state_ = State::failed;
    waiting_.clear();
    error_code_ = code;
    error_ = why;
    answer_all();
}

void RenepayPayment::answer_all() {
    for (const auto& request : std::exchange(callers_, {}))
        if (state_ == State::complete)
            standin::succeed(*request, result_json());
        else
            fail(*request, error_code_, error_);
}

std::string RenepayPayment::result_json() const {
    if (node_.version.renepay_regroups())
        return status_json();
    return R"({"payment_preimage":")" + preimage_ + R"(","payment_hash":")" + order_.invoice.hash.hex() +
           R"(","created_at":)" + begin_time_ + R"(,"parts":)" + std::to_string(next_partid_ - 1) +
           R"(,"amount_msat":)" + std::to_string(order_.amount) + R"(,"amount_sent_msat":)" +
           std::to_string(live_sent_) + R"(,"status":"complete","destination":")" + std::string(payee_node) + "\"}";
}

std::string RenepayPayment::status_json() const {
    const bool regroups = node_.version.renepay_regroups();
    std::string json = "{";
    if (!order_.label.empty())
        json.append(R"("label":)").append(json::quote(order_.label)).push_back(',');
    json.append(order_.invoice.bolt12 ? R"("bolt12":)" : R"("bolt11":)").append(json::quote(order_.invoice.text));
    json.append(R"(,"amount_msat":)").append(std::to_string(order_.amount)).append(R"(,"payment_hash":")");
    json.append(order_.invoice.hash.hex()).append(R"(","destination":")").append(payee_node).push_back('"');
    if (!regroups && !order_.description.empty())
        json.append(R"(,"description":)").append(json::quote(order_.description));
    json.append(R"(,"created_at":)").append(begin_time_).append(R"(,"groupid":)").append(std::to_string(groupid_));
    if (regroups)
        json.append(R"(,"parts":)").append(std::to_string(next_partid_));
    json.append(R"(,"status":")");
    json.append(state_ == State::complete ? "complete" : state_ == State::failed ? "failed" : "pending").push_back('"');
    if (state_ == State::complete)
        json.append(R"(,"payment_preimage":")")
            .append(preimage_)
            .append(R"(","amount_sent_msat":)")
            .append(std::to_string(live_sent_));
    return json + (regroups ? "}" : R"(,"notes":[]})");
}

} // namespace standin
