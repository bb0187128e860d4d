// A busy node: payments of all payers, with routes, a third of them failing, made from recordings. In turns of some
// hundred payments: the calls that pass the hook and pay_part_start; then the rows appear (`wait`, pages, listings by
// hash, invoices); then sendpay_success, sendpay_failure, pay_part_end, pay_failure; then the rows end too. Messages on
// stdin are measured apart from calls over the socket, and compared with nlohmann's DOM parse of the same bytes and
// with cat.
#include "host.hpp"
#include "report.hpp"

#include <array>

namespace {

using namespace bench;

/// One payment of one payer, as it was recorded.
struct Conversation {
    json row;
    std::vector<Text> calls;   ///< until the row is there
    std::vector<Text> results; ///< when it ended
    bool success = false;
    bool outcome = false; ///< a message ends the payment: FAILED will come by itself
};

struct Weighed {
    const char* recording;
    std::size_t weight; ///< in sixteen payments
};
constexpr std::array mixture{
    Weighed{"xpay_multi_hop", 4},
    Weighed{"xpay_single_hop", 1},
    Weighed{"xpay_payee_rejects", 2},
    Weighed{"pay_legacy", 2},
    Weighed{"pay_legacy_fails", 1},
    Weighed{"keysend", 1},
    Weighed{"sendpay_multi_hop", 2}, // like a rebalancer, many of whose attempts fail
    Weighed{"fail_temporary_channel_failure", 2},
    Weighed{"fail_fee_insufficient", 1},
};

bool is_result(std::string_view method) {
    return method == "sendpay_success" || method == "sendpay_failure" || method == "pay_part_end" ||
           method == "pay_failure";
}

bool is_call(const json& message) {
    const auto method = method_of(message);
    if (method == "pay_part_start")
        return true;
    if (method != "rpc_command")
        return false;
    const auto call = method_of(message["params"]["rpc_command"]);
    return call == "sendpay" || call == "createonion" || call == "sendonion" || call == "injectpaymentonion";
}

Conversation conversation(const std::string& file) {
    Conversation it;
    const auto recording = read_recording(file);
    it.row = recorded_row(recording);
    const std::string hash = it.row["payment_hash"];
    for (const auto& entry : recording) {
        if (entry.direction != "to_plugin" || entry.message.dump().find(hash) == std::string::npos)
            continue;
        const auto method = method_of(entry.message);
        if (is_result(method))
            it.results.emplace_back(entry.message, it.row);
        else if (is_call(entry.message) && it.results.empty())
            it.calls.emplace_back(entry.message, it.row);
        it.success |= method == "sendpay_success";
        it.outcome |= method == "pay_failure" || method == "pay_part_end";
    }
    expect(!it.calls.empty() && !it.results.empty(), file + " is a whole payment");
    return it;
}

struct Costs {
    std::vector<double> calls, rows, results, updates; // ns of CPU a payment
    std::vector<double> parse, cat;                    // of the bytes on stdin
};

class Mix {
  public:
    explicit Mix(const Options& options)
        : conversations_(read(options)),
          node_(rows(conversations_)),
          plugin_({options.plugin}),
          host_(plugin_.ends(), node_),
          parse_({options.helpers + "/bench-plain", "parse"}),
          cat_({"cat"}),
          window_(options.full ? 1600 : 320) {
        host_.begin();
        if (!options.profile.empty())
            perf_.emplace(options.profile);
    }

    void round(Costs& costs);
    [[nodiscard]] std::size_t window() const { return window_; }
    [[nodiscard]] double bytes_in() const {
        return static_cast<double>(bytes_in_) / static_cast<double>(node_.created());
    }
    [[nodiscard]] double messages_in() const {
        return static_cast<double>(messages_in_) / static_cast<double>(node_.created());
    }
    [[nodiscard]] double received() const {
        return static_cast<double>(host_.received.in_flight + host_.received.succeeded + host_.received.failed) /
               static_cast<double>(node_.created());
    }

  private:
    static std::vector<Conversation> read(const Options& options) {
        std::vector<Conversation> all;
        for (const auto& one : mixture)
            all.push_back(conversation(options.transcripts + "/" + one.recording + ".jsonl"));
        return all;
    }
    static std::vector<json> rows(const std::vector<Conversation>& conversations) {
        std::vector<json> all;
        for (const auto& one : conversations)
            all.push_back(one.row);
        return all;
    }
    /// The i-th payment of a window.
    static std::size_t kind(std::size_t i) {
        std::size_t at = i * 7 % 16; // spread: 7 and 16 have no common factor
        for (std::size_t kind = 0;; ++kind) {
            if (at < mixture[kind].weight)
                return kind;
            at -= mixture[kind].weight;
        }
    }

    template <class Work>
    void measured(std::vector<double>& costs, Work work) {
        if (perf_)
            perf_->begin();
        const auto before = plugin_.cpu_ns();
        work();
        costs.push_back(static_cast<double>(plugin_.cpu_ns() - before) / static_cast<double>(window_));
        if (perf_)
            perf_->end();
    }
    void append(std::string& bytes, const Text& text, const Values& values) {
        text.append(bytes, values);
        bytes += "\n\n";
        ++messages_in_;
    }
    void compare(const std::string& bytes, std::size_t messages, Costs& costs);

    std::vector<Conversation> conversations_;
    Node node_;
    Child plugin_;
    Host host_;
    Child parse_;
    Child cat_;
    std::size_t window_;
    std::optional<Profile> perf_;
    std::size_t bytes_in_ = 0;
    std::size_t messages_in_ = 0;
};

void Mix::round(Costs& costs) {
    const auto first = node_.created() + 1;
    const auto before = host_.received;
    const auto messages_before = messages_in_;
    std::string calls;
    std::size_t hooked = 0;
    const auto next = node_.next_payment();
    for (std::size_t i = 0; i < window_; ++i) // the rows are made after the calls
        for (const auto& call : conversations_[kind(i)].calls) {
            const auto at = calls.size();
            append(calls, call, {next + i, 1, 0, 0, 0});
            hooked += calls.find(R"("method":"rpc_command")", at) != std::string::npos ? 1 : 0;
        }
    measured(costs.calls, [&] {
        host_.feed(calls);
        host_.sync();
    });
    expect(host_.received.continues - before.continues == hooked, "every hook call is continued");

    for (std::size_t i = 0; i < window_; ++i)
        node_.pay(1, kind(i));
    measured(costs.rows, [&] {
        node_.fire();
        host_.settle();
    });
    expect(host_.received.in_flight - before.in_flight >= window_, "every payment is published when it begins");

    std::string results;
    std::size_t successes = 0;
    std::size_t failures = 0;
    for (std::size_t i = 0; i < window_; ++i) {
        const auto& it = conversations_[kind(i)];
        node_.end(first + i, it.success ? Node::Status::complete : Node::Status::failed);
        for (const auto& result : it.results)
            append(results, result, node_.values(first + i));
        successes += it.success ? 1 : 0;
        failures += !it.success && it.outcome ? 1 : 0;
    }
    measured(costs.results, [&] {
        host_.feed(results);
        host_.sync();
    });
    measured(costs.updates, [&] {
        node_.fire();
        host_.settle();
    });
    expect(host_.received.succeeded - before.succeeded >= successes, "every success is published");
    expect(host_.received.failed - before.failed >= failures, "every failure with an outcome is published");
    bytes_in_ += calls.size() + results.size();
    compare(calls + results, messages_in_ - messages_before, costs);
}

void Mix::compare(const std::string& bytes, std::size_t messages, Costs& costs) {
    std::string out;
    double spent = 0;
    parse_.converse(bytes, out, [&](const std::string& all) { return read_parsed(all, spent) == messages; });
    costs.parse.push_back(spent / static_cast<double>(window_));
    out.clear();
    const auto before = cat_.cpu_ns();
    cat_.converse(bytes, out, [&](const std::string& all) { return all.size() == bytes.size(); });
    costs.cat.push_back(static_cast<double>(cat_.cpu_ns() - before) / static_cast<double>(window_));
}

int run(const Options& options) {
    stay_on_one_core();
    Mix mix(options);
    Costs costs;
    const int rounds = options.full ? 15 : 8;
    for (int i = 0; i < rounds; ++i)
        mix.round(costs);
    if (!options.profile.empty())
        return 0;
    const double in = median(costs.calls) + median(costs.results);
    const double fetched = median(costs.rows) + median(costs.updates);
    Report report("mix", options);
    report.add("all messages of a payment, against nlohmann's DOM parse of them alone", in / median(costs.parse),
               "times");
    report.add("all messages of a payment, against cat", in / median(costs.cat), "times");
    report.add("messages on stdin a payment", mix.messages_in(), "");
    report.add("bytes on stdin a payment", mix.bytes_in(), "bytes");
    report.add("snapshots published a payment", mix.received(), "");
    report.add("hook calls and pay_part_start of a payment, CPU", median(costs.calls) / 1000, "us");
    report.add("sendpay_success, sendpay_failure, ends of a payment, CPU", median(costs.results) / 1000, "us");
    report.add("calls over the socket for a payment, CPU", fetched / 1000, "us");
    report.add("nlohmann's DOM parse of the messages of a payment, CPU", median(costs.parse) / 1000, "us");
    report.add("later rounds against the first: all, CPU",
               (costs.calls.back() + costs.results.back() + costs.rows.back() + costs.updates.back()) /
                   (costs.calls.front() + costs.results.front() + costs.rows.front() + costs.updates.front()),
               "times");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
