// Everything the plugin does for one payment of one part by xpay: pay_part_start and the hook call, the new row,
// sendpay_success and pay_part_end, the changed row; calls over the socket included. One payment at a time, 20, and
// 1000 at once: the fewer, the more of the time is the kernel's, for waking up, reading and writing. The figure is the
// process's CPU time, user and system, against nlohmann's DOM parse of the messages on stdin alone, and against cat
// when it copies the same messages in the same steps.
#include "host.hpp"
#include "report.hpp"

namespace {

using namespace bench;

struct Messages {
    std::vector<Text> begin; ///< until the row is there
    std::vector<Text> end;
};

Messages read_messages(const std::vector<Recorded>& recording, const json& row) {
    Messages messages;
    for (const auto& [direction, message] : recording) {
        const auto method = method_of(message);
        if (direction != "to_plugin")
            continue;
        if (method == "sendpay_success" || method == "pay_part_end")
            messages.end.emplace_back(message, row);
        else if (method == "pay_part_start" ||
                 (method == "rpc_command" && method_of(message["params"]["rpc_command"]) == "injectpaymentonion"))
            messages.begin.emplace_back(message, row);
    }
    expect(messages.begin.size() == 2 && messages.end.size() == 2, "the recording has a whole payment");
    return messages;
}

struct Costs {
    std::vector<double> ours, parse, cat; // ns of CPU a payment
    double calls = 0;                     // of the plugin, a payment
    double begun = 0;                     // IN_FLIGHT snapshots, a payment
};

class Payments {
  public:
    explicit Payments(const Options& options)
        : Payments(options, read_recording(options.transcripts + "/xpay_multi_hop.jsonl")) {}
    /// `at_once`: payments that begin together, and end together.
    void round(std::size_t payments, std::size_t at_once, Costs& costs);

  private:
    Payments(const Options& options, const std::vector<Recorded>& recording)
        : messages_(read_messages(recording, recorded_row(recording))),
          node_(std::vector{recorded_row(recording)}),
          plugin_({options.plugin}),
          parse_({options.helpers + "/bench-plain", "parse"}),
          cat_({"cat"}) {
        node_.history(100'000, 100'001);
        host_.emplace(plugin_.ends(), node_);
        host_->begin();
    }
    [[nodiscard]] std::string begin(std::size_t payments);
    [[nodiscard]] std::string end(std::size_t payments);
    void rest();
    void compare(const std::vector<std::string>& steps, std::size_t payments, Costs& costs);

    Messages messages_;
    Node node_;
    Child plugin_;
    Child parse_;
    Child cat_;
    std::optional<Host> host_;
};

std::string Payments::begin(std::size_t payments) {
    std::string bytes;
    for (std::size_t i = 0; i < payments; ++i)
        for (const auto& text : messages_.begin) {
            text.append(bytes, {node_.next_payment() + i, 1, 0, 0, 0});
            bytes += "\n\n";
        }
    return bytes;
}

std::string Payments::end(std::size_t payments) {
    std::string bytes;
    for (auto created = node_.created() - payments + 1; created <= node_.created(); ++created) {
        node_.end(created, Node::Status::complete);
        for (const auto& text : messages_.end) {
            text.append(bytes, node_.values(created));
            bytes += "\n\n";
        }
    }
    return bytes;
}

/// Returns when the plugin has nothing more to do now. A request, as Host::sync() has it, would be work too.
void Payments::rest() {
    const auto done = [&] { return host_->received.bytes + node_.calls(); };
    for (bool busy = true; busy;) {
        busy = host_->writing() || !plugin_.sleeps();
        const auto before = done();
        host_->pump(100'000);
        busy |= done() != before;
    }
}

void Payments::round(std::size_t payments, std::size_t at_once, Costs& costs) {
    const auto before = host_->received;
    const auto calls = node_.calls();
    const auto cpu = plugin_.cpu_ns();
    std::vector<std::string> steps;
    for (std::size_t done = 0; done < payments; done += at_once) {
        steps.push_back(begin(at_once));
        host_->feed(steps.back());
        rest();
        for (std::size_t i = 0; i < at_once; ++i)
            node_.pay();
        node_.fire();
        rest();
        steps.push_back(end(at_once));
        host_->feed(steps.back());
        node_.fire();
        rest();
    }
    host_->settle();
    costs.ours.push_back(static_cast<double>(plugin_.cpu_ns() - cpu) / static_cast<double>(payments));
    costs.calls = static_cast<double>(node_.calls() - calls) / static_cast<double>(payments);
    costs.begun = static_cast<double>(host_->received.in_flight - before.in_flight) / static_cast<double>(payments);
    expect(host_->received.continues - before.continues == payments, "every hook call is continued");
    expect(host_->received.succeeded - before.succeeded == payments, "every payment succeeds once");
    expect(host_->received.final - before.final == payments, "every payment is final once");
    compare(steps, payments, costs);
}

void Payments::compare(const std::vector<std::string>& steps, std::size_t payments, Costs& costs) {
    std::string all;
    for (const auto& step : steps)
        all += step;
    std::string out;
    double spent = 0;
    const auto messages = payments * (messages_.begin.size() + messages_.end.size());
    parse_.converse(all, out, [&](const std::string& so_far) { return read_parsed(so_far, spent) == messages; });
    costs.parse.push_back(spent / static_cast<double>(payments));
    const auto before = cat_.cpu_ns();
    for (const auto& step : steps) {
        out.clear();
        cat_.converse(step, out, [&](const std::string& so_far) { return so_far.size() == step.size(); });
    }
    costs.cat.push_back(static_cast<double>(cat_.cpu_ns() - before) / static_cast<double>(payments));
}

int run(const Options& options) {
    stay_on_one_core();
    Payments work(options);
    const std::size_t payments = options.full ? 2000 : 400;
    if (!options.profile.empty()) {
        Profile perf(options.profile);
        Costs costs;
        perf.begin();
        work.round(10 * payments, 20, costs);
        perf.end();
        return 0;
    }
    Report report("payment", options);
    for (const std::size_t at_once : {1, 20, 1000}) {
        const auto round = std::max(payments, at_once);
        Costs costs;
        for (int i = 0; i < (options.full ? 15 : 5); ++i)
            work.round(round, at_once, costs);
        const auto at = std::to_string(at_once) + " at a time: ";
        report.add(at + "a payment, against nlohmann's DOM parse of its messages",
                   median(costs.ours) / median(costs.parse), "times");
        report.add(at + "a payment, against cat", median(costs.ours) / median(costs.cat), "times");
        report.add(at + "a payment, CPU", median(costs.ours) / 1000, "us");
        report.add(at + "nlohmann's DOM parse, CPU", median(costs.parse) / 1000, "us");
        report.add(at + "cat, CPU", median(costs.cat) / 1000, "us");
        report.add(at + "calls of the plugin a payment", costs.calls, "");
        report.add(at + "IN_FLIGHT published a payment", costs.begun, "");
    }
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
