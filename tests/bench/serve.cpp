// One Payment from the topic to gRPC clients over TLS, by the real trackpayments-lnd: what the first client costs and
// what each further one, against the tracker's round for the same message (round.cpp). In turns of five hundred
// messages the tracker makes them, then each server passes them on: one has no client, one a single client, one eleven,
// one a single connection with eleven streams. The figure is the CPU time of the process, user and system; all share
// one core.
#include "host.hpp"
#include "lnd_client.hpp"
#include "lnd_node.hpp"
#include "report.hpp"

#include <memory>

namespace {

using namespace bench;

constexpr std::size_t window = 500; // of a thousand, a client may be owed more than Backlog::plain
constexpr std::size_t further = 10;

/// The tracker, and the messages it publishes.
class Tracker {
  public:
    Tracker(const Options& options, const json& row)
        : success_({{"jsonrpc", "2.0"}, {"method", "sendpay_success"}, {"params", {{"sendpay_success", row}}}}, row),
          node_(std::vector{row}),
          process_({options.plugin}),
          host_((node_.history(1'000'000, 1'000'001), process_.ends()), node_) {
        host_.begin();
        host_.on_message = [this](std::string_view message) {
            if (message.substr(0, 60).find(R"("method":"trackpayments")") != std::string_view::npos)
                published_.append(message).append("\n\n");
        };
    }

    /// A window of payments in flight; returns their messages.
    std::string begin() {
        for (std::size_t i = 0; i < window; ++i)
            node_.pay();
        node_.fire();
        host_.settle();
        return std::exchange(published_, {});
    }

    /// They end; returns their messages, and adds the CPU time of each round to `costs`.
    std::string end(std::vector<double>& costs) {
        std::string bytes;
        for (std::uint64_t created = node_.created() - window + 1; created <= node_.created(); ++created) {
            node_.end(created, Node::Status::complete);
            success_.append(bytes, node_.values(created));
            bytes += "\n\n";
        }
        const auto before = process_.cpu_ns();
        host_.feed(bytes);
        host_.sync();
        costs.push_back(static_cast<double>(process_.cpu_ns() - before) / window);
        node_.fire();
        host_.settle();
        return std::exchange(published_, {});
    }

  private:
    Text success_;
    Node node_;
    Child process_;
    Host host_;
    std::string published_;
};

/// A server with its clients.
struct Served {
    Served(const std::string& program, const std::string& cursor, std::size_t connections, std::size_t streams)
        : node(program, poller, cursor) {
        for (std::size_t i = 0; i < connections; ++i) {
            clients.push_back(std::make_unique<LndClient>(poller, node.port()));
            for (std::size_t j = 0; j < streams; ++j)
                clients.back()->subscribe();
        }
    }

    void pass_on(const std::string& messages) {
        expected += window;
        node.feed(messages);
        node.sync();
        poller.until([this] {
            return std::all_of(clients.begin(), clients.end(),
                               [this](const auto& client) { return client->fewest() >= expected; });
        });
    }

    void measure(const std::string& begins, const std::string& ends) {
        pass_on(begins);
        const auto before = node.child().cpu_ns();
        pass_on(ends);
        costs.push_back(static_cast<double>(node.child().cpu_ns() - before) / window);
        for (const auto& client : clients)
            expect(client->messages() == expected * client->streams() && client->ended() == 0,
                   "each client gets each message once");
    }

    Poller poller;
    LndNode node;
    std::vector<std::unique_ptr<LndClient>> clients;
    std::vector<double> costs;
    std::size_t expected = 0;
};

std::string last_cursor(const std::string& messages) {
    constexpr std::string_view name = R"("cursor":")";
    const auto at = messages.rfind(name) + name.size();
    return messages.substr(at, messages.find('"', at) - at);
}

int run(const Options& options) {
    stay_on_one_core();
    const auto row = recorded_row(read_recording(options.transcripts + "/pay_default.jsonl"), "sendpay_success");
    Tracker tracker(options, row);
    std::vector<double> rounds;
    (void)tracker.begin();
    const auto cursor = last_cursor(tracker.end(rounds));
    rounds.clear();

    Served none(options.lnd, cursor, 0, 0);
    Served one(options.lnd, cursor, 1, 1);
    Served many(options.lnd, cursor, 1 + further, 1);
    Served shared(options.lnd, cursor, 1, 1 + further);
    std::size_t size = 0;
    for (std::size_t i = 0; i < (options.full ? 200U : 24U); ++i) {
        const auto begins = tracker.begin();
        const auto ends = tracker.end(rounds);
        size = ends.size() / window;
        for (auto* served : {&none, &one, &many, &shared})
            served->measure(begins, ends);
    }
    const double round = median(rounds);
    const double first = median(one.costs);
    const double next = (median(many.costs) - first) / further;
    const double stream = (median(shared.costs) - first) / further;
    Report report("serve", options);
    using enum Target::Side;
    report.add("the server's CPU with one gRPC client over TLS, against the tracker's round", first / round, "times",
               Target{at_most, 1});
    report.add("the first client alone, without the reading of the topic, against the tracker's round",
               (first - median(none.costs)) / round, "times");
    report.add("each further client, against the first", next / first, "times", Target{at_most, 0.5});
    report.add("each further stream of the same connection, against the first client", stream / first, "times");
    report.add("bytes of a message in", static_cast<double>(size), "bytes");
    report.add("the tracker's round, CPU", round / 1000, "us");
    report.add("the server without a client, CPU", median(none.costs) / 1000, "us");
    report.add("the server with one client, CPU", first / 1000, "us");
    report.add("each further client, CPU", next / 1000, "us");
    report.add("each further stream of the same connection, CPU", stream / 1000, "us");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
