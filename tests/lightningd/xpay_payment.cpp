#include "xpay_payment.hpp"

#include "entropy.hpp"
#include "failcode.hpp"
#include "pay_part_topics.hpp"
#include "payment.hpp"

#include <algorithm>

namespace standin {

namespace {

class Payment final : public std::enable_shared_from_this<Payment> {
  public:
    Payment(Node& node, RequestPtr request, XpayOrder order)
        : node_(node), request_(std::move(request)), order_(std::move(order)), groupid_(random_u64() >> 1) {
        ++node_.xpay_ongoing[order_.invoice.hash];
    }
    ~Payment() {
        if (--node_.xpay_ongoing[order_.invoice.hash] == 0)
            node_.xpay_ongoing.erase(order_.invoice.hash);
    }
    Payment(const Payment&) = delete;
    Payment& operator=(const Payment&) = delete;

    void begin() {
        const Script& script = node_.scenario.script_for(order_.invoice.hash, &order_.invoice);
        think_ms_ = script.think_ms;
        forget_ms_ = script.forget_ms;
        if (script.payer_code != 0)
            return give_up(script.payer_code,
                           "Failed: " + (script.payer_message.empty() ? no_paths() : script.payer_message));
        for (auto& plan : node_.scenario.parts_for(script, order_.amount))
            waiting_.push_back({std::move(plan), 0, next_number_++});
        later_send_all();
    }

  private:
    struct Attempt : XpayAttempt {
        PayerPart part;
    };
    using AttemptPtr = std::shared_ptr<Attempt>;

    void later_send_all() {
        if (order_.kind == XpayOrder::Kind::sendamount && waiting_.size() > 1)
            return abort_plugin();
        std::uint32_t wait_ms = 0;
        for (const auto& part : waiting_)
            wait_ms = std::max(wait_ms, part.outcome().wait_ms);
        node_.schedule.after(std::chrono::milliseconds(think_ms_ + wait_ms), [self = shared_from_this()] {
            for (; !self->waiting_.empty(); self->waiting_.pop_front())
                self->send(self->waiting_.front());
        });
    }

    // v26.06.6 cannot split a sendamount: an assertion fails, and cln-xpay ends lightningd too (recording
    // sendamount_split).
    void abort_plugin() {
        answered_ = true;
        fail(*request_, -4, "Plugin terminated before replying to RPC call.");
        node_.schedule.after(std::chrono::milliseconds(40),
                             [&node = node_] { node.exit_with("cln-xpay: important plugin exited"); });
    }

    AttemptPtr attempt_of(const PayerPart& part) {
        const auto attempt = std::make_shared<Attempt>();
        const Outcome& outcome = part.outcome();
        attempt->part = part;
        attempt->key = {order_.invoice.hash, groupid_, ++last_partid_};
        attempt->total = order_.amount;
        attempt->blinded = order_.invoice.bolt12;
        attempt->amount = order_.kind == XpayOrder::Kind::sendamount
                              ? deliverable(outcome.via, part.number, part.plan.amount, outcome.fee)
                              : part.plan.amount;
        if (order_.invoice.to_self)
            attempt->amount = part.plan.amount;
        else
            attempt->route = make_route(outcome.via, part.number, attempt->amount, outcome.fee);
        if (order_.kind == XpayOrder::Kind::sendamount && !attempt->route.empty())
            attempt->route.front().amount = part.plan.amount; // the excess is a fee for the first hop
        return attempt;
    }

    void send(const PayerPart& part) {
        const AttemptPtr attempt = attempt_of(part);
        const std::uint32_t cltv = attempt->route.empty() ? block_height + 6 : attempt->route.front().cltv;
        ++attempts_;
        live_amount_ += attempt->amount;
        live_sent_ += attempt->sent();
        ++live_;
        Plan plan;
        plan.outcome = part.outcome();
        plan.set_total = order_.kind == XpayOrder::Kind::sendamount ? attempt->amount : order_.set_total;
        plan.delivers = attempt->amount;
        plan.route = attempt->route;
        node_.sendpays.plan(attempt->key, std::move(plan));

        const bool keysend = order_.kind == XpayOrder::Kind::xkeysend;
        std::string params =
            R"({"onion":"0002)" + random_hex(1364) + R"(","payment_hash":")" + attempt->key.hash.hex() +
            R"(","amount_msat":)" + std::to_string(attempt->sent()) + R"(,"cltv_expiry":)" + std::to_string(cltv) +
            R"(,"partid":)" + std::to_string(attempt->key.partid) + R"(,"groupid":)" + std::to_string(groupid_) +
            (keysend ? R"(,"destination":")" + std::string(payee_node) : R"(,"invstring":")" + order_.invoice.text) +
            "\"";
        if (node_.version.injected_rows_are_whole())
            params.append(R"(,"destination_msat":)").append(std::to_string(attempt->amount));
        if (!order_.label.empty())
            params.append(R"(,"label":)").append(json::quote(order_.label));
        params.push_back('}');
        // Two pipes to lightningd: notification or call may be first (src/cln/README.md, "Order of events").
        const bool notice_first = attempt->key.partid % 2 == 0;
        if (notice_first)
            notify_part_start(node_, *attempt);
        node_.call_as(*request_, xpay_plugin, "injectpaymentonion", params,
                      [self = shared_from_this(), attempt](Request& call, const Reply& reply) {
                          self->ended(attempt, call, reply);
                      });
        if (!notice_first)
            node_.schedule.later([self = shared_from_this(), attempt] { notify_part_start(self->node_, *attempt); });
    }

    void ended(const AttemptPtr& attempt, Request& call, const Reply& reply) {
        if (reply.ok) {
            const auto result = json::parse(reply.body);
            preimage_ = result ? result->value("payment_preimage", "") : "";
            notify_part_end(node_, *attempt, nullptr);
            return succeed_once();
        }
        --live_;
        live_amount_ -= attempt->amount;
        live_sent_ -= attempt->sent();
        ++failed_;
        const auto failure = call.failure;
        if (!failure) {
            const auto error = json::parse(reply.body);
            const int code = error ? error->value("code", -1) : -1;
            if (code == 219)
                return paid_before();
            return give_up(-3, "Unexpected injectpaymentonion error " + std::to_string(code) + ": " + reply.body);
        }
        notify_part_end(node_, *attempt, failure.get());
        failed(*attempt, *failure);
    }

    void failed(const Attempt& attempt, const PartFailure& failure) {
        if (answered_)
            return;
        const bool by_payee = static_cast<std::size_t>(failure.erring_index) >= attempt.route.size();
        const std::string amount = std::to_string(attempt.amount) + "msat";
        if (failure.failcode == 0)
            add_summary("We got a garbled error message, and chose to (randomly) to disable " +
                        blamed(attempt, failure) + " for this payment.");
        else if (by_payee && failure.failcode == mpp_timeout)
            add_summary("Payment of " + amount + " reached destination, but timed out before the rest arrived.");
        else if (failure.failcode == 0x1007)
            add_summary("We got temporary_channel_failure for " + blamed(attempt, failure) +
                        ", assuming it can't carry " + amount + ".");
        else
            add_summary("We got a weird error (" + xpay_error_name(failure) + ") for " + blamed(attempt, failure) +
                        ": disabling it for this payment.");
        const auto more = retries(attempt.part, next_number_);
        if (!more.empty()) {
            waiting_.insert(waiting_.end(), more.begin(), more.end());
            return later_send_all();
        }
        if (by_payee && failure.failcode == incorrect_details)
            return give_up(203, "Destination said it doesn't know invoice: " + xpay_error_name(failure));
        const std::uint64_t rest = order_.amount - live_amount_;
        const std::string complaint = rest == order_.amount
                                          ? "Then routing failed"
                                          : "Then routing for remaining " + std::to_string(rest) + "msat failed";
        give_up(209,
                "Failed after " + std::to_string(attempts_) + " attempts. " + summary_ + complaint + ": " + no_paths());
    }

    void add_summary(const std::string& sentence) { summary_.append(sentence).push_back(' '); }

    static std::string blamed(const Attempt& attempt, const PartFailure& failure) {
        if (attempt.route.empty())
            return "ourselves";
        const auto index = std::min(static_cast<std::size_t>(failure.erring_index), attempt.route.size() - 1);
        return attempt.route[index].channel + "/" + std::to_string(attempt.route[index].direction);
    }

    static std::string no_paths() { return "We could not find a usable set of paths."; }

    // Answered with the first part that settles, whatever the others do (no xpay-slow-mode).
    void succeed_once() {
        if (std::exchange(answered_, true))
            return;
        std::string json = R"({"payment_preimage":")" + preimage_ + R"(","amount_msat":)" +
                           std::to_string(order_.amount) + R"(,"amount_sent_msat":)" + std::to_string(live_sent_);
        if (order_.kind == XpayOrder::Kind::as_pay)
            json += R"(,"parts":)" + std::to_string(live_) + R"(,"destination":")" +
                    std::string(order_.invoice.to_self ? our_node : payee_node) + R"(","payment_hash":")" +
                    order_.invoice.hash.hex() + R"(","status":"complete","created_at":)" + begin_time_ + "}";
        else
            json += R"(,"failed_parts":)" + std::to_string(failed_) + R"(,"successful_parts":)" +
                    std::to_string(live_) + "}";
        standin::succeed(*request_, json);
        stay_for_a_while();
    }

    void give_up(int code, const std::string& why) {
        if (std::exchange(answered_, true))
            return;
        waiting_.clear();
        fail(*request_, code, why);
        stay_for_a_while();
    }

    // Only a redirected pay has pay's own answer.
    void paid_before() {
        if (order_.kind != XpayOrder::Kind::as_pay || !node_.version.has_already_paid_code())
            return give_up(node_.version.has_already_paid_code() ? 219 : 218, "Already paid this invoice successfully");
        live_ = live_sent_ = 0;
        for (const Row* row : node_.ledger.of_hash(order_.invoice.hash)) {
            if (row->status != Status::complete)
                continue;
            preimage_ = row->preimage.hex();
            live_sent_ += row->sent;
            ++live_;
        }
        succeed_once();
    }

    // listpays shows it as pending for some milliseconds after the answer (recording two_invoices_one_hash).
    void stay_for_a_while() {
        node_.schedule.after(std::chrono::milliseconds(forget_ms_), [self = shared_from_this()] {});
    }

    Node& node_;
    RequestPtr request_;
    XpayOrder order_;
    std::uint64_t groupid_;
    std::uint32_t think_ms_ = 0;
    std::uint32_t forget_ms_ = 0;
    std::deque<PayerPart> waiting_;
    std::size_t next_number_ = 0;
    std::uint64_t last_partid_ = 0;
    std::uint64_t attempts_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t live_ = 0; ///< parts pending or settled
    std::uint64_t live_amount_ = 0;
    std::uint64_t live_sent_ = 0;
    std::string summary_;
    std::string preimage_;
    std::string begin_time_ = unix_time_now();
    bool answered_ = false;
};

} // namespace

void begin_xpay(Node& node, RequestPtr request, XpayOrder order) {
    std::make_shared<Payment>(node, std::move(request), std::move(order))->begin();
}

} // namespace standin
