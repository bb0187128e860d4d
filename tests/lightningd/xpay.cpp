// The payer that poses as plugin cln-xpay: commands xpay and xpay-as-pay. Order of calls and notifications, ids,
// results and errors as the real one's (core-lightning.md 3.7, 3.11; observed-v26.06.6.md, "Order of events"); which
// parts there are and what becomes of them is the scenario's.
#include "args.hpp"
#include "entropy.hpp"
#include "failcode.hpp"
#include "payment.hpp"

#include <algorithm>

namespace standin {

namespace {

const std::string plugin = "cln-xpay";

class Payment final : public std::enable_shared_from_this<Payment> {
  public:
    Payment(Node& node, RequestPtr request, const Invoice& invoice, std::uint64_t amount, std::string label,
            bool as_pay)
        : node_(node),
          request_(std::move(request)),
          invoice_(invoice),
          amount_(amount),
          label_(std::move(label)),
          as_pay_(as_pay),
          groupid_(random_u64() >> 1) {
        ++node_.xpay_ongoing[invoice_.hash];
    }
    ~Payment() {
        if (--node_.xpay_ongoing[invoice_.hash] == 0)
            node_.xpay_ongoing.erase(invoice_.hash);
    }
    Payment(const Payment&) = delete;
    Payment& operator=(const Payment&) = delete;

    void begin() {
        const Script& script = node_.scenario.script_for(invoice_.hash, &invoice_);
        think_ms_ = script.think_ms;
        if (script.payer_code != 0)
            return give_up(script.payer_code,
                           "Failed: " + (script.payer_message.empty() ? no_paths() : script.payer_message));
        for (auto& plan : node_.scenario.parts_for(script, amount_))
            waiting_.push_back({std::move(plan), 0, next_number_++});
        later_send_all();
    }

  private:
    struct Attempt {
        PayerPart part;
        std::uint64_t partid = 0;
        Route route;
        std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
    };
    using AttemptPtr = std::shared_ptr<Attempt>;

    void later_send_all() {
        node_.schedule.after(std::chrono::milliseconds(think_ms_), [self = shared_from_this()] {
            for (; !self->waiting_.empty(); self->waiting_.pop_front())
                self->send(self->waiting_.front());
        });
    }

    void send(const PayerPart& part) {
        const auto attempt = std::make_shared<Attempt>();
        attempt->part = part;
        attempt->partid = ++last_partid_;
        const std::uint64_t amount = part.plan.amount;
        if (!invoice_.to_self)
            attempt->route = make_route(part.outcome().via, part.number, amount, part.outcome().fee);
        const std::uint64_t sent = attempt->route.empty() ? amount : attempt->route.front().amount;
        const std::uint32_t cltv = attempt->route.empty() ? block_height + 6 : attempt->route.front().cltv;
        ++attempts_;
        live_amount_ += amount;
        live_sent_ += sent;
        ++live_;
        Plan plan;
        plan.outcome = part.outcome();
        plan.set_total = amount_;
        plan.delivers = amount;
        plan.route = attempt->route;
        node_.sendpays.plan({invoice_.hash, groupid_, attempt->partid}, std::move(plan));

        std::string params = R"({"onion":"0002)" + random_hex(1364) + R"(","payment_hash":")" + invoice_.hash.hex() +
                             R"(","amount_msat":)" + std::to_string(sent) + R"(,"cltv_expiry":)" +
                             std::to_string(cltv) + R"(,"partid":)" + std::to_string(attempt->partid) +
                             R"(,"groupid":)" + std::to_string(groupid_) + R"(,"invstring":")" + invoice_.text + "\"";
        if (node_.version.injected_rows_are_whole())
            params.append(R"(,"destination_msat":)").append(std::to_string(amount));
        if (!label_.empty())
            params.append(R"(,"label":)").append(rpc::quote(label_));
        params.push_back('}');
        // The notification and the call go two ways to lightningd: either may be first (observed, "Order of events").
        const bool notice_first = attempt->partid % 2 == 0;
        if (notice_first)
            notify_start(*attempt);
        node_.call_as(*request_, plugin, "injectpaymentonion", params,
                      [self = shared_from_this(), attempt](Request& call, const Reply& reply) {
                          self->ended(attempt, call, reply);
                      });
        if (!notice_first)
            node_.schedule.later([self = shared_from_this(), attempt] { self->notify_start(*attempt); });
    }

    std::string key_fields(const Attempt& attempt) const {
        return R"("payment_hash":")" + invoice_.hash.hex() + R"(","groupid":)" + std::to_string(groupid_) +
               R"(,"partid":)" + std::to_string(attempt.partid);
    }

    void notify_start(const Attempt& attempt) {
        if (!node_.version.has_pay_part_topics() || !node_.plugins.wanted("pay_part_start"))
            return;
        std::string json = R"({"pay_part_start":{)" + key_fields(attempt) + R"(,"total_payment_msat":)" +
                           std::to_string(amount_) + R"(,"attempt_msat":)" + std::to_string(attempt.part.plan.amount) +
                           R"(,"hops":[)";
        std::uint64_t in = attempt.route.empty() ? 0 : attempt.route.front().amount;
        Route route = attempt.route;
        // What is behind the introduction node of a blinded path is one hop to nobody (recording bolt12_offer).
        if (invoice_.bolt12 && !route.empty())
            route.push_back({"02" + std::string(62, '0') + "01", "0x0x0", 1, attempt.part.plan.amount, 0});
        for (const Hop& hop : route) {
            json.append(json.back() == '[' ? "{" : ",{").append(R"("next_node":")").append(hop.node);
            json.append(R"(","short_channel_id":")").append(hop.channel);
            json.append(R"(","direction":)").append(std::to_string(hop.direction));
            json.append(R"(,"channel_in_msat":)").append(std::to_string(in));
            json.append(R"(,"channel_out_msat":)").append(std::to_string(hop.amount)).append("}");
            in = hop.amount;
        }
        node_.plugins.notify("pay_part_start", plugin, json + "]}}");
    }

    void notify_end(const Attempt& attempt, const PartFailure* failure) {
        if (!node_.version.has_pay_part_topics() || !node_.plugins.wanted("pay_part_end"))
            return;
        const std::string duration = R"("duration":)" + seconds_since(attempt.begin);
        if (!failure)
            return node_.plugins.notify("pay_part_end", plugin,
                                        R"({"pay_part_end":{"status":"success",)" + duration + "," +
                                            key_fields(attempt) + "}}");
        std::string json = R"({"pay_part_end":{"status":"failure",)" + key_fields(attempt);
        const bool garbled = failure->failcode == 0;
        if (!garbled)
            json.append(R"(,"failed_msg":")").append(failed_msg(attempt, *failure)).append("\"");
        json.append(",").append(duration);
        if (!garbled) {
            const auto index = std::min(static_cast<std::size_t>(failure->erring_index), attempt.route.size());
            if (index > 0)
                json.append(R"(,"failed_node_id":")").append(attempt.route[index - 1].node).append("\"");
            if (index < attempt.route.size()) {
                json.append(R"(,"failed_short_channel_id":")").append(attempt.route[index].channel);
                json.append(R"(","failed_direction":)").append(std::to_string(attempt.route[index].direction));
            }
            json.append(R"(,"error_code":)").append(std::to_string(failure->failcode));
        }
        json.append(R"(,"error_message":)").append(rpc::quote(error_name(*failure)));
        node_.plugins.notify("pay_part_end", plugin, json + "}}");
    }

    static std::string failed_msg(const Attempt& attempt, const PartFailure& failure) {
        return failure.raw_message.empty() ? raw_failure(failure.failcode, attempt.part.plan.amount, block_height)
                                           : failure.raw_message;
    }

    static std::string error_name(const PartFailure& failure) {
        const auto name = failcode_name(failure.failcode);
        return failure.failcode == 0 ? "Garbled" : name.empty() ? wire_name(failure.failcode) : std::string(name);
    }

    void ended(const AttemptPtr& attempt, Request& call, const Reply& reply) {
        if (reply.ok) {
            const auto result = rpc::parse(reply.body);
            preimage_ = result ? result->value("payment_preimage", "") : "";
            notify_end(*attempt, nullptr);
            return succeed_once();
        }
        --live_;
        live_amount_ -= attempt->part.plan.amount;
        live_sent_ -= attempt->route.empty() ? attempt->part.plan.amount : attempt->route.front().amount;
        ++failed_;
        const auto failure = call.failure;
        if (!failure) {
            const auto error = rpc::parse(reply.body);
            return give_up(-3, "Unexpected injectpaymentonion error " +
                                   std::to_string(error ? error->value("code", -1) : -1) + ": " + reply.body);
        }
        notify_end(*attempt, failure.get());
        failed(*attempt, *failure);
    }

    void failed(const Attempt& attempt, const PartFailure& failure) {
        if (answered_)
            return;
        const bool by_payee = static_cast<std::size_t>(failure.erring_index) >= attempt.route.size();
        const std::string amount = std::to_string(attempt.part.plan.amount) + "msat";
        if (failure.failcode == 0)
            add_summary("We got a garbled error message, and chose to (randomly) to disable " +
                        blamed(attempt, failure) + " for this payment.");
        else if (by_payee && failure.failcode == mpp_timeout)
            add_summary("Payment of " + amount + " reached destination, but timed out before the rest arrived.");
        else if (failure.failcode == 0x1007)
            add_summary("We got temporary_channel_failure for " + blamed(attempt, failure) +
                        ", assuming it can't carry " + amount + ".");
        else
            add_summary("We got a weird error (" + error_name(failure) + ") for " + blamed(attempt, failure) +
                        ": disabling it for this payment.");
        const auto more = retries(attempt.part, next_number_);
        if (!more.empty()) {
            waiting_.insert(waiting_.end(), more.begin(), more.end());
            return later_send_all();
        }
        if (by_payee && failure.failcode == incorrect_details)
            return give_up(203, "Destination said it doesn't know invoice: " + error_name(failure));
        const std::uint64_t rest = amount_ - live_amount_;
        const std::string complaint = rest == amount_
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

    // With the first part that settles, whatever the others do (no xpay-slow-mode).
    void succeed_once() {
        if (std::exchange(answered_, true))
            return;
        std::string json = R"({"payment_preimage":")" + preimage_ + R"(","amount_msat":)" + std::to_string(amount_) +
                           R"(,"amount_sent_msat":)" + std::to_string(live_sent_);
        if (as_pay_)
            json += R"(,"parts":)" + std::to_string(live_) + R"(,"destination":")" +
                    std::string(invoice_.to_self ? our_node : payee_node) + R"(","payment_hash":")" +
                    invoice_.hash.hex() + R"(","status":"complete","created_at":)" + begin_time_ + "}";
        else
            json += R"(,"failed_parts":)" + std::to_string(failed_) + R"(,"successful_parts":)" +
                    std::to_string(live_) + "}";
        standin::succeed(*request_, json);
    }

    void give_up(int code, const std::string& why) {
        if (std::exchange(answered_, true))
            return;
        waiting_.clear();
        fail(*request_, code, why);
    }

    Node& node_;
    RequestPtr request_;
    Invoice invoice_;
    std::uint64_t amount_;
    std::string label_;
    bool as_pay_;
    std::uint64_t groupid_;
    std::uint32_t think_ms_ = 0;
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

void pay_invoice(Node& node, const RequestPtr& request, const std::string& text, std::optional<std::uint64_t> msat,
                 std::string label, bool as_pay) {
    const Invoice* invoice = node.invoices.by_text(text);
    if (!invoice)
        return fail(*request, rpc::invalid_params, "Invalid bolt11: Bad bech32 string");
    const std::uint32_t now = node.now();
    if (now > invoice->created_at + invoice->expiry)
        return fail(*request, 207,
                    "Invoice expired " + std::to_string(now - invoice->created_at - invoice->expiry) + " seconds ago");
    if (invoice->amount == 0 && !msat)
        return fail(*request, rpc::invalid_params, "amount_msat required");
    if (invoice->amount != 0 && msat)
        return fail(*request, rpc::invalid_params, "amount_msat unnecessary");
    for (const Row* row : node.ledger.of_hash(invoice->hash))
        if (row->status == Status::complete)
            return standin::succeed(*request, R"({"payment_preimage":")" + row->preimage.hex() + R"(","amount_msat":)" +
                                                  std::to_string(row->amount) + R"(,"amount_sent_msat":)" +
                                                  std::to_string(row->sent) +
                                                  R"(,"failed_parts":0,"successful_parts":1})");
    std::make_shared<Payment>(node, request, *invoice, msat.value_or(invoice->amount), std::move(label), as_pay)
        ->begin();
}

std::vector<rpc::Param> xpay_params(const Version& version) {
    std::vector<rpc::Param> known = {{"invstring", true}, {"amount_msat"}, {"maxfee"},
                                     {"layers"},          {"retry_for"},   {"partial_msat"}};
    if (version.xpay_has_maxdelay())
        known.push_back({"maxdelay"});
    if (version.xpay_has_label())
        known.insert(known.end(), {{"payer_note"}, {"label"}});
    return known;
}

} // namespace

void pay_by_xpay(Node& node, const RequestPtr& request, const std::string& text, std::optional<std::uint64_t> msat,
                 std::string label) {
    pay_invoice(node, request, text, msat, std::move(label), node.version.has_xpay_as_pay());
}

void add_xpay(Node& node) {
    node.commands.add_inner(plugin, "xpay", rpc::usage(xpay_params(node.version)), [&node](const RequestPtr& request) {
        Args args(*request, xpay_params(node.version));
        const auto text = args.string("invstring");
        const auto msat = args.msat("amount_msat");
        const auto label = node.version.xpay_has_label() ? args.string("label") : std::nullopt;
        if (!args.refused(*request))
            pay_invoice(node, request, *text, msat, label.value_or(""), false);
    });
}

} // namespace standin
