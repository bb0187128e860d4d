// One payment with 1, 10, 100, 500 parts, each with its route of two hops: the cost of one more settled part. A
// snapshot has all attempts, so an update may cost more only by the bytes written: nanoseconds for each attempt written
// should not grow. (Beyond 64 kB only one unfinished snapshot a second is written: publish/large_snapshots.hpp.)
#include "host.hpp"
#include "report.hpp"

namespace {

using namespace bench;

/// Settled parts between two reads of the output: the reader is no faster than lightningd, and snapshots that are not
/// read are merged.
constexpr std::size_t most_at_once = 100;

struct Messages {
    json row;
    Text start;
    Text success;

    static Messages of(const std::string& file) {
        const auto recording = read_recording(file);
        const auto row = recorded_row(recording);
        const auto find = [&](std::string_view method) {
            for (const auto& entry : recording)
                if (method_of(entry.message) == method)
                    return Text(entry.message, row);
            throw std::runtime_error("not recorded: " + std::string(method));
        };
        return {row, find("pay_part_start"), find("sendpay_success")};
    }
};

struct Cost {
    std::vector<double> update;  ///< ns of CPU
    std::vector<double> attempt; ///< ns of CPU for each attempt written
    std::size_t updates = 0;
    std::size_t attempts = 0;
    std::size_t bytes = 0;
};

class Stage {
  public:
    Stage(const Options& options, const Messages& messages)
        : messages_(messages),
          node_(std::vector{messages.row}),
          plugin_({options.plugin}),
          host_(plugin_.ends(), node_) {
        host_.begin();
        host_.on_message = [this](std::string_view message) {
            for (auto at = message.find("\"attempt_id\":"); at != std::string_view::npos;
                 at = message.find("\"attempt_id\":", at + 13))
                ++attempts_;
            if (message.find("\"attempt_id\":") != std::string_view::npos)
                bytes_ += message.size();
        };
    }

    void pay(std::size_t payments, std::size_t parts, Cost& cost);

  private:
    const Messages& messages_;
    Node node_;
    Child plugin_;
    Host host_;
    std::size_t attempts_ = 0;
    std::size_t bytes_ = 0;
};

/// Several payments, one after the other, to have enough to measure.
void Stage::pay(std::size_t payments, std::size_t parts, Cost& cost) {
    std::string bytes;
    const auto first = node_.created() + 1;
    for (std::size_t i = 0; i < payments; ++i)
        for (std::size_t part = 1; part <= parts; ++part) {
            messages_.start.append(bytes, {node_.next_payment() + i, part, 0, 0, 0});
            bytes += "\n\n";
        }
    host_.feed(bytes);
    host_.sync();
    for (std::size_t i = 0; i < payments; ++i)
        node_.pay(parts);
    node_.fire();
    host_.settle();
    const auto before = host_.received;
    attempts_ = bytes_ = 0;
    const auto cpu = plugin_.cpu_ns();
    for (auto created = first; created <= node_.created(); ++created) {
        node_.end(created, Node::Status::complete);
        std::string success;
        messages_.success.append(success, node_.values(created));
        host_.feed(success + "\n\n");
        if ((created - first) % most_at_once == most_at_once - 1)
            host_.sync();
    }
    host_.sync();
    const auto spent = static_cast<double>(plugin_.cpu_ns() - cpu);
    expect(host_.received.succeeded - before.succeeded == payments, "every payment succeeds once");
    expect(host_.received.final - before.final == payments, "every payment is final once");
    expect(attempts_ >= 2 * payments * parts, "every payment has all its attempts");
    cost.update.push_back(spent / static_cast<double>(payments * parts));
    cost.attempt.push_back(spent / static_cast<double>(attempts_));
    cost.updates += payments * parts;
    cost.attempts += attempts_;
    cost.bytes += bytes_;
    node_.fire();
    host_.settle();
}

int run(const Options& options) {
    const auto messages = Messages::of(options.transcripts + "/xpay_multi_hop.jsonl");
    const std::size_t counts[] = {1, 10, 100, 500};
    const std::size_t updates = options.full ? 5000 : 1000;
    const int rounds = options.full ? 15 : 5;
    Cost costs[std::size(counts)];
    Stage stage(options, messages);
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < std::size(counts); ++i)
            stage.pay(std::max<std::size_t>(1, updates / counts[i]), counts[i], costs[i]);
    Report report("parts", options);
    for (std::size_t i = 0; i < std::size(counts); ++i) {
        const auto parts = std::to_string(counts[i]) + (counts[i] == 1 ? " part" : " parts");
        const auto& cost = costs[i];
        report.add(parts + ": an update, CPU", median(cost.update) / 1000, "us");
        report.add(parts + ": attempts written an update",
                   static_cast<double>(cost.attempts) / static_cast<double>(cost.updates), "");
        report.add(parts + ": bytes written an update",
                   static_cast<double>(cost.bytes) / static_cast<double>(cost.updates), "bytes");
        report.add(parts + ": each attempt written, CPU", median(cost.attempt), "ns");
    }
    report.add("each attempt written: 500 parts against 1", median(costs[3].attempt) / median(costs[0].attempt),
               "times");
    report.add("each attempt written: 10 parts against 1", median(costs[1].attempt) / median(costs[0].attempt),
               "times");
    report.add("an update: 500 parts against 100", median(costs[3].update) / median(costs[2].update), "times");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
