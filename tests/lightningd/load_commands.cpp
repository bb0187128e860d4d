// load and history: many payments at a given rate, and many old rows at once.
#include "args.hpp"
#include "entropy.hpp"
#include "invoice_text.hpp"
#include "node.hpp"

#include "rpc/write.hpp"

#include <algorithm>

namespace standin {

namespace {

/// One `load` command: keeps `in_flight` payments going, or starts `rate` a second, until `total` have ended.
class Load final : public std::enable_shared_from_this<Load> {
  public:
    struct Wish {
        std::uint64_t total = 0;
        std::uint64_t rate = 0; ///< a second; 0: as fast as possible
        std::uint64_t in_flight = 200;
        std::uint64_t parts = 1;
        std::uint64_t fail_percent = 0;
        std::vector<std::pair<std::string, std::uint64_t>> mix;
    };

    Load(Node& node, RequestPtr request, Wish wish)
        : node_(node), request_(std::move(request)), wish_(std::move(wish)) {}

    void step() {
        std::uint64_t may = wish_.in_flight > running_ ? wish_.in_flight - running_ : 0;
        if (wish_.rate) {
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
            const auto due = static_cast<std::uint64_t>(passed.count() * static_cast<double>(wish_.rate)) + 1;
            may = std::min(may, due > started_ ? due - started_ : 0);
            if (started_ < wish_.total)
                node_.schedule.after(std::chrono::milliseconds(1), [self = shared_from_this()] { self->step(); });
        }
        for (; may > 0 && started_ < wish_.total; --may)
            start_one();
    }

  private:
    std::string pick_kind() const {
        std::uint64_t sum = 0;
        for (const auto& [kind, weight] : wish_.mix)
            sum += weight;
        std::uint64_t at = started_ % sum;
        for (const auto& [kind, weight] : wish_.mix) {
            if (at < weight)
                return kind;
            at -= weight;
        }
        return "xpay";
    }

    void start_one() {
        const std::string kind = pick_kind();
        const std::uint64_t number = ++started_;
        const std::uint64_t amount = 1'000'000 + number % 1000;
        const bool fails = random_u64() % 100 < wish_.fail_percent;
        const std::string label = request_->chain + "/" + std::to_string(number);
        if (fails || wish_.parts > 1) {
            json::Tree parts = json::Tree::array();
            for (std::uint64_t i = 0; i < wish_.parts; ++i)
                parts.push_back(fails ? "incorrect_or_unknown_payment_details" : "settle");
            (void)node_.scenario.add({{"label", label}, {"parts", parts}});
        }
        std::string params;
        if (kind == "keysend") {
            params = R"({"destination":")" + std::string(payee_node) + R"(","amount_msat":)" + std::to_string(amount) +
                     R"(,"label":)" + json::quote(label) + "}";
        } else {
            Invoice invoice;
            invoice.label = label;
            invoice.amount = amount;
            invoice.created_at = node_.now();
            const Invoice& made = node_.invoices.add(std::move(invoice));
            node_.journal.invoice(made);
            if (kind == "sendpay")
                params = sendpay_params(made);
            else
                params = (kind == "pay" ? R"({"bolt11":")" : R"({"invstring":")") + made.text + "\"}";
        }
        call(kind, params, number);
    }

    static std::string sendpay_params(const Invoice& invoice) {
        const Route route = make_route("", 0, invoice.amount);
        std::string json = R"({"route":[)";
        for (const Hop& hop : route)
            json.append(json.back() == '[' ? "" : ",")
                .append(R"({"id":")")
                .append(hop.node)
                .append(R"(","channel":")")
                .append(hop.channel)
                .append(R"(","amount_msat":)")
                .append(std::to_string(hop.amount))
                .append(R"(,"delay":)")
                .append(std::to_string(hop.cltv - block_height - 1))
                .append("}");
        return json + R"(],"payment_hash":")" + invoice.hash.hex() + R"(","payment_secret":")" +
               invoice.payment_secret + R"(","bolt11":")" + invoice.text + "\"}";
    }

    void call(const std::string& kind, const std::string& params, std::uint64_t number) {
        const std::string id = "\"load:" + kind + "#" + std::to_string(number) + "\"";
        std::string text = rpc::request(id, kind, params);
        text.erase(text.size() - 2);
        const auto request = std::make_shared<Request>(std::move(text), id);
        ++running_;
        request->done = [self = shared_from_this()](Request&, const Reply& reply) {
            --self->running_;
            ++(reply.ok ? self->good_ : self->bad_);
            if (self->good_ + self->bad_ == self->wish_.total)
                return self->finish();
            if (!self->wish_.rate)
                self->node_.schedule.later([self] { self->step(); });
        };
        node_.schedule.later([this, request] { node_.commands.begin(request); });
    }

    void finish() {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
        succeed(*request_, R"({"started":)" + std::to_string(started_) + R"(,"succeeded":)" + std::to_string(good_) +
                               R"(,"failed":)" + std::to_string(bad_) + R"(,"seconds":)" +
                               std::to_string(took.count()) + "}");
    }

    Node& node_;
    RequestPtr request_;
    Wish wish_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    std::uint64_t started_ = 0;
    std::uint64_t running_ = 0;
    std::uint64_t good_ = 0;
    std::uint64_t bad_ = 0;
};

void load(Node& node, const RequestPtr& request) {
    Args args(*request, {{"total"}, {"rate"}, {"seconds"}, {"in_flight"}, {"parts"}, {"fail_percent"}, {"mix"}});
    Load::Wish wish;
    wish.rate = args.u64("rate").value_or(0);
    wish.total = args.u64("total").value_or(wish.rate * args.u64("seconds").value_or(1));
    wish.in_flight = args.u64("in_flight").value_or(wish.in_flight);
    wish.parts = std::max<std::uint64_t>(args.u64("parts").value_or(1), 1);
    wish.fail_percent = args.u64("fail_percent").value_or(0);
    if (const auto* mix = args.find("mix"); mix && mix->is_object())
        for (const auto& [kind, weight] : mix->items())
            if (weight.is_number_unsigned() && weight.get<std::uint64_t>() > 0)
                wish.mix.emplace_back(kind, weight.get<std::uint64_t>());
    if (wish.mix.empty())
        wish.mix.emplace_back("xpay", 1);
    for (const auto& [kind, weight] : wish.mix)
        if (kind != "xpay" && kind != "pay" && kind != "keysend" && kind != "sendpay")
            args.refuse("mix", "knows xpay, pay, keysend and sendpay");
    if (wish.total == 0)
        args.refuse("total", "load needs total, or rate and seconds");
    if (!args.refused(*request))
        std::make_shared<Load>(node, request, std::move(wish))->step();
}

// Old rows of one part each: settled, and every tenth failed. Only waits are notified.
void history(Node& node, const RequestPtr& request) {
    Args args(*request, {{"count", true}, {"bolt11"}, {"parts"}});
    const auto count = args.u64("count");
    const bool with_invoice = args.boolean("bolt11").value_or(false);
    const auto parts = std::max<std::uint64_t>(args.u64("parts").value_or(1), 1);
    if (args.refused(*request))
        return;
    const std::uint32_t then = node.now() - 86400;
    base::Preimage preimage;
    std::uint64_t groupid = 0;
    for (std::uint64_t i = 0; i < *count; ++i) {
        if (i % parts == 0) {
            preimage = random_preimage();
            groupid = random_u64() >> 1;
        }
        Row row;
        row.hash = hash_of(preimage);
        row.preimage = preimage;
        row.destination = *base::NodeId::from_hex(payee_node);
        row.has_destination = true;
        row.created_at = then;
        row.groupid = groupid;
        row.partid = i % parts + 1;
        row.amount = 1'000'000;
        row.sent = 1'000'011;
        if (with_invoice) {
            row.extra = std::make_unique<RowExtra>();
            row.extra->invstring = invoice_text::bolt11(row.hash.bytes, parts * row.amount, preimage.bytes);
        }
        Row& kept = node.ledger.add(std::move(row));
        node.ledger.resolve(kept, i / parts % 10 == 9 ? Status::failed : Status::complete, then + 1);
    }
    succeed(*request, R"({"created":)" + std::to_string(node.ledger.counter(Index::created)) + "}");
}

} // namespace

void add_load_commands(Node& node) {
    node.commands.add("load", "[total] [rate] [seconds] [in_flight] [parts] [fail_percent] [mix]",
                      [&node](const RequestPtr& request) { load(node, request); });
    node.commands.add("history", "count [bolt11] [parts]",
                      [&node](const RequestPtr& request) { history(node, request); });
}

} // namespace standin
