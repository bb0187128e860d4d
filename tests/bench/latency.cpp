// From the bytes of one sendpay_success written to the SUCCEEDED read, at 100, 1 000 and 10 000 a second, in turns with
// `cat` of the same bytes at the same pace. On a shared machine the tails are the machine's: only compared with cat's
// do they mean something.
#include "host.hpp"
#include "report.hpp"

#include <sys/prctl.h>

namespace {

using namespace bench;

/// Sends at a steady pace and records when each came back; they come in order.
template <class Send, class Pump>
void pace(const std::vector<std::string>& messages, double rate, std::vector<std::int64_t>& arrived, Send send,
          Pump pump, std::vector<double>& latencies) {
    arrived.clear();
    std::vector<std::int64_t> sent;
    const auto begin = now_ns();
    while (arrived.size() < messages.size()) {
        const auto due = begin + static_cast<std::int64_t>(static_cast<double>(sent.size()) * 1e9 / rate);
        const auto left = sent.size() < messages.size() ? due - now_ns() : 100'000'000;
        if (left <= 0) {
            sent.push_back(now_ns());
            send(messages[sent.size() - 1]);
            pump(0);
        } else {
            pump(left);
        }
    }
    for (std::size_t i = 0; i < sent.size(); ++i)
        latencies.push_back(static_cast<double>(arrived[i] - sent[i]));
}

class Race {
  public:
    Race(const Options& options, const json& row)
        : success_({{"jsonrpc", "2.0"}, {"method", "sendpay_success"}, {"params", {{"sendpay_success", row}}}}, row),
          node_(std::vector{row}),
          plugin_({options.plugin}),
          host_(plugin_.ends(), node_),
          cat_({"cat"}) {
        host_.begin();
    }

    void run(double rate, std::size_t count, std::vector<double>& ours, std::vector<double>& cats);

  private:
    Text success_;
    Node node_;
    Child plugin_;
    Host host_;
    Child cat_;
    std::vector<std::int64_t> arrived_;
};

void Race::run(double rate, std::size_t count, std::vector<double>& ours, std::vector<double>& cats) {
    for (std::size_t i = 0; i < count; ++i)
        node_.pay();
    node_.fire();
    host_.settle();
    std::vector<std::string> messages;
    for (auto created = node_.created() - count + 1; created <= node_.created(); ++created) {
        node_.end(created, Node::Status::complete);
        messages.push_back(success_.with(node_.values(created)) + "\n\n");
    }
    const auto before = host_.received;
    host_.on_message = [this](std::string_view message) {
        if (message.substr(0, 60).find("\"method\":\"trackpayments\"") != std::string_view::npos)
            arrived_.push_back(now_ns());
    };
    pace(
        messages, rate, arrived_, [this](const std::string& message) { host_.feed(message); },
        [this](std::int64_t patience) { host_.pump(patience); }, ours);
    host_.on_message = nullptr;
    host_.sync();
    expect(host_.received.succeeded - before.succeeded == count, "every update is published once");
    node_.fire();
    host_.settle();

    std::string echo;
    std::size_t seen = 0;
    pace(
        messages, rate, arrived_,
        [this, &echo](const std::string& message) {
            cat_.converse(message, echo, [](const std::string&) { return true; });
        },
        [&](std::int64_t patience) {
            cat_.listen(echo, patience);
            for (auto at = echo.find("\n\n", seen); at != std::string::npos; at = echo.find("\n\n", seen)) {
                arrived_.push_back(now_ns());
                seen = at + 2;
            }
        },
        cats);
}

int run(const Options& options) {
    prctl(PR_SET_TIMERSLACK, 1UL); // else every pause is 50 us longer
    const auto row = recorded_row(read_recording(options.transcripts + "/pay_default.jsonl"), "sendpay_success");
    Race race(options, row);
    Report report("latency", options);
    for (const double rate : {100.0, 1000.0, 10'000.0}) {
        std::vector<double> ours, cats;
        const double seconds = options.full ? 2 : 0.25; // a turn
        for (int turn = 0; turn < (options.full ? 10 : 4); ++turn)
            race.run(rate, static_cast<std::size_t>(rate * seconds), ours, cats);
        const auto at = json(static_cast<int>(rate)).dump() + " a second: ";
        for (const auto& [share, name] : {std::pair{0.5, "median"}, {0.99, "99 %"}, {0.999, "99.9 %"}}) {
            report.add(at + name, quantile(ours, share) / 1000, "us");
            report.add(at + name + " of cat", quantile(cats, share) / 1000, "us");
            report.add(at + name + ", against cat", quantile(ours, share) / quantile(cats, share), "times");
        }
    }
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
