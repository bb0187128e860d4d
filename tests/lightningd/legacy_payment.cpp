#include "legacy_payment.hpp"

#include "entropy.hpp"
#include "payment.hpp"

#include <algorithm>

namespace standin {

namespace {

class Payment final : public std::enable_shared_from_this<Payment> {
  public:
    Payment(Node& node, RequestPtr request, LegacyOrder order)
        : node_(node), request_(std::move(request)), order_(std::move(order)) {
        if (order_.plugin == "pay")
            is_first_ = node_.first_pay_ongoing.try_emplace(order_.invoice.hash, true).second;
    }
    ~Payment() {
        if (is_first_)
            node_.first_pay_ongoing[order_.invoice.hash] = false;
    }
    Payment(const Payment&) = delete;
    Payment& operator=(const Payment&) = delete;

    void begin() {
        const Script& script = node_.scenario.script_for(order_.invoice.hash, &order_.invoice);
        think_ms_ = script.think_ms;
        groupid_ = order_.plugin == "keysend" ? 0 : node_.ledger.last_groupid(order_.invoice.hash) + 1;
        if (script.payer_code != 0)
            return give_up(script.payer_code,
                           script.payer_message.empty() ? "Ran out of routes to try after 1 attempt: see `paystatus`"
                                                        : script.payer_message,
                           "");
        if (order_.invoice.to_self)
            return pay_ourselves();
        auto plans = node_.scenario.parts_for(script, order_.amount);
        // An unsplit first attempt has partid 0; after a split 0 is the whole, which was never sent.
        was_split_ = plans.size() > 1;
        next_partid_ = was_split_ ? 1 : 0;
        std::vector<PayerPart> parts;
        for (auto& plan : plans)
            parts.push_back({std::move(plan), 0, next_number_++});
        send_all(std::move(parts));
    }

  private:
    struct Attempt {
        PayerPart part;
        std::uint64_t partid = 0;
        Route route;
        std::string secrets; ///< raw array of createonion's reply
        std::string onion;
    };
    using AttemptPtr = std::shared_ptr<Attempt>;

    // sendpay with an empty route, which is answered at the end (recording self_payment).
    void pay_ourselves() {
        std::string params = R"({"route":[],"payment_hash":")" + order_.invoice.hash.hex() + R"(","amount_msat":)" +
                             std::to_string(order_.amount) + R"(,"bolt11":)" + json::quote(order_.invoice.text) +
                             R"(,"payment_secret":")" + order_.invoice.payment_secret + R"(","groupid":)" +
                             std::to_string(groupid_) + "}";
        attempts_ = live_ = 1;
        node_.call_as(*request_, order_.plugin, "sendpay", params,
                      [self = shared_from_this()](Request&, const Reply& reply) { self->part_ended(reply); });
    }

    // First an onion for each part, then each is sent (recording pay_legacy_mpp).
    void send_all(std::vector<PayerPart> parts) {
        const auto batch = std::make_shared<std::vector<AttemptPtr>>();
        const auto missing = std::make_shared<std::size_t>(parts.size());
        for (auto& part : parts) {
            const auto attempt = std::make_shared<Attempt>();
            attempt->partid = next_partid_++;
            attempt->route = make_route(part.outcome().via, part.number, part.plan.amount, part.outcome().fee);
            attempt->part = std::move(part);
            batch->push_back(attempt);
            ++live_;
        }
        std::reverse(batch->begin(), batch->end()); // the last part is sent first (recording pay_legacy_mpp)
        attempts_ += batch->size();
        std::uint32_t wait_ms = think_ms_;
        for (const auto& attempt : *batch)
            wait_ms = std::max(wait_ms, attempt->part.outcome().wait_ms);
        node_.schedule.after(std::chrono::milliseconds(wait_ms), [self = shared_from_this(), batch, missing] {
            for (const auto& attempt : *batch)
                self->make_onion(attempt, [self, batch, missing] {
                    if (--*missing == 0)
                        for (const auto& ready : *batch)
                            self->send(ready);
                });
        });
    }

    void make_onion(const AttemptPtr& attempt, std::function<void()> ready) {
        const Invoice& invoice = order_.invoice;
        const std::string secret = order_.plugin == "keysend" ? "" : invoice.payment_secret;
        const std::string params = R"({"hops":)" + onion_hops(attempt->route, secret, order_.amount, invoice.preimage) +
                                   R"(,"assocdata":")" + invoice.hash.hex() + "\"}";
        node_.call_as(*request_, order_.plugin, "createonion", params,
                      [self = shared_from_this(), attempt, ready = std::move(ready)](Request&, const Reply& reply) {
                          const auto result = reply.ok ? json::parse(reply.body) : json::parse("{}");
                          attempt->onion = result->value("onion", "");
                          attempt->secrets = json::dump(result->value("shared_secrets", json::Tree::array()));
                          ready();
                      });
    }

    void send(const AttemptPtr& attempt) {
        const PartKey key{order_.invoice.hash, groupid_, attempt->partid};
        Plan plan;
        plan.outcome = attempt->part.outcome();
        plan.set_total = order_.amount;
        plan.route = attempt->route;
        node_.sendpays.plan(key, std::move(plan));
        const Hop& first = attempt->route.front();
        std::string params =
            R"({"onion":")" + attempt->onion + R"(","first_hop":{"amount_msat":)" + std::to_string(first.amount) +
            R"(,"delay":)" + std::to_string(first.cltv - block_height - 1) + R"(,"id":")" + first.node +
            R"(","channel":")" + first.channel + R"("},"payment_hash":")" + key.hash.hex() + R"(","amount_msat":)" +
            std::to_string(attempt->part.plan.amount) + R"(,"shared_secrets":)" + attempt->secrets + R"(,"partid":)" +
            std::to_string(key.partid) + R"(,"groupid":)" + std::to_string(key.groupid);
        if (!order_.label.empty())
            params.append(R"(,"label":)").append(json::quote(order_.label));
        // Retries are sent without the invoice (recordings pay_legacy*).
        if (!invoice_sent_) {
            if (!order_.invoice.text.empty() && order_.plugin == "pay")
                params.append(R"(,"bolt11":)").append(json::quote(order_.invoice.text));
            if (!order_.description.empty())
                params.append(R"(,"description":)").append(json::quote(order_.description));
        }
        params.append(R"(,"destination":")").append(payee_node).append("\"}");
        node_.call_as(*request_, order_.plugin, "sendonion", params,
                      [self = shared_from_this(), attempt, key](Request&, const Reply& reply) {
                          self->sent(attempt, key, reply);
                      });
    }

    void sent(const AttemptPtr& attempt, const PartKey& key, const Reply& reply) {
        if (!reply.ok)
            return failed(*attempt, reply.body);
        std::string params = R"({"payment_hash":")" + key.hash.hex() + R"(","partid":)" + std::to_string(key.partid) +
                             R"(,"groupid":)" + std::to_string(key.groupid) + "}";
        node_.call_as(*request_, order_.plugin, "waitsendpay", params,
                      [self = shared_from_this(), attempt](Request&, const Reply& ended) {
                          if (!ended.ok)
                              return self->failed(*attempt, ended.body);
                          self->part_ended(ended);
                      });
    }

    void part_ended(const Reply& reply) {
        if (const auto row = json::parse(reply.body); reply.ok && row) {
            preimage_ = row->value("payment_preimage", "");
            amount_sent_ += row->value("amount_sent_msat", std::uint64_t{0});
        } else {
            last_error_ = reply.body;
        }
        part_over();
    }

    void failed(const Attempt& attempt, const std::string& error) {
        last_error_ = error;
        invoice_sent_ = true;
        auto more = retries(attempt.part, next_number_);
        if (!more.empty()) {
            next_partid_ = std::max<std::uint64_t>(next_partid_, 1);
            send_all(std::move(more));
        }
        part_over();
    }

    void part_over() {
        if (--live_ > 0)
            return;
        if (!preimage_.empty())
            return finish();
        const auto error = json::parse(last_error_);
        const auto data = error->value("data", json::Tree::object());
        // Only the payee's own PERM failure is answered as such; all others end in "ran out of routes".
        if (data.value("failcode", 0) & 0x4000 && data.value("erring_index", 0) == 2)
            return give_up(203, error->value("message", ""), payee_fields(data));
        give_up(210,
                "Ran out of routes to try after " + std::to_string(attempts_) + " attempt" +
                    (attempts_ == 1 ? "" : "s") + ": see `paystatus`",
                R"(,"attempts":[])");
    }

    std::string payee_fields(const json::Tree& data) const {
        std::string json = R"(,"id":)" + std::to_string(data.value("id", std::uint64_t{0})) + R"(,"failcode":)" +
                           std::to_string(data.value("failcode", 0)) + R"(,"failcodename":)" +
                           json::quote(data.value("failcodename", ""));
        if (order_.plugin == "pay")
            json.append(R"(,"bolt11":)").append(json::quote(order_.invoice.text));
        return json + R"(,"raw_message":)" + json::quote(data.value("raw_message", "")) + R"(,"created_at":)" +
               std::to_string(data.value("created_at", std::uint64_t{0})) + R"(,"destination":")" +
               std::string(payee_node) + R"(","payment_hash":")" + order_.invoice.hash.hex() +
               R"(","status":"failed","amount_msat":)" + std::to_string(order_.amount) +
               R"(,"amount_sent_msat":0,"erring_index":2,"erring_node":")" + std::string(payee_node) + "\"";
    }

    void notify(const std::string& topic, const std::string& error) {
        if (!node_.plugins.wanted(topic))
            return;
        std::string fields = R"({"payment_hash":")" + order_.invoice.hash.hex() + "\"";
        if (order_.plugin == "pay")
            fields.append(R"(,"bolt11":)").append(json::quote(order_.invoice.text));
        if (!error.empty())
            fields.append(R"(,"error":{"message":)").append(json::quote(error)).append("}");
        fields.push_back('}');
        if (!node_.version.names_pay_topics())
            return node_.plugins.notify(topic, order_.plugin, fields);
        // The old members are still sent when deprecated APIs are allowed; `origin` is "pay" even for keysend.
        const std::string old = node_.options.deprecated_apis ? R"("origin":"pay","payload":)" + fields + "," : "";
        node_.plugins.notify(topic, order_.plugin, "{" + old + "\"" + topic + "\":" + fields + "}");
    }

    void finish() {
        notify("pay_success", "");
        const std::string payee(order_.invoice.to_self ? our_node : payee_node);
        std::string json = R"({"destination":")" + payee + R"(","payment_hash":")" + order_.invoice.hash.hex() +
                           R"(","created_at":)" + begin_time_ + R"(,"parts":)" +
                           std::to_string(attempts_ + (was_split_ ? 1 : 0)) + R"(,"amount_msat":)" +
                           std::to_string(order_.amount) + R"(,"amount_sent_msat":)" + std::to_string(amount_sent_) +
                           R"(,"payment_preimage":")" + preimage_ + R"(","status":"complete"})";
        standin::succeed(*request_, json);
    }

    /// `more`: the error object's other members, with their leading comma.
    void give_up(int code, const std::string& why, const std::string& more) {
        notify("pay_failure", why);
        std::string body = R"({"code":)" + std::to_string(code) + R"(,"message":)" + json::quote(why) + more + "}";
        answer(*request_, {false, std::move(body), {}});
    }

    Node& node_;
    RequestPtr request_;
    LegacyOrder order_;
    std::uint64_t groupid_ = 1;
    std::uint64_t next_partid_ = 0;
    std::size_t next_number_ = 0;
    std::uint32_t think_ms_ = 0;
    std::size_t attempts_ = 0;
    std::size_t live_ = 0;
    bool invoice_sent_ = false;
    bool was_split_ = false; ///< before the first attempt: the whole counts as a part that was never sent
    bool is_first_ = false;  ///< the first `pay` of this hash
    std::uint64_t amount_sent_ = 0;
    std::string preimage_;
    std::string last_error_ = "{}";
    std::string begin_time_ = unix_time_now();
};

} // namespace

void begin_legacy_payment(Node& node, RequestPtr request, LegacyOrder order) {
    std::make_shared<Payment>(node, std::move(request), std::move(order))->begin();
}

} // namespace standin
