// A reader that has stopped while messages go on: what it costs the real trackpayments-lnd in memory, and its other
// client in time. In turns of a thousand the same messages go to a server with one client, and to one that has a
// stopped one beside it. First updates of ten thousand payments in flight, which replace each other
// (lndapi/backlog.hpp); then ends of payments, which do not, until the stream is ended.
#include "lnd_client.hpp"
#include "lnd_node.hpp"
#include "lnd_topic.hpp"
#include "report.hpp"

#include <algorithm>
#include <set>

namespace {

using namespace bench;

constexpr std::size_t window = 1000;
constexpr std::uint64_t payments = 10'000;

struct Served {
    explicit Served(const Options& options)
        : node(options.lnd, poller, LndTopic::cursor()), client(poller, node.port()) {
        client.subscribe();
    }

    void pass_on(const std::string& messages) {
        expected += window;
        const auto cpu = node.child().cpu_ns();
        const auto begin = now_ns();
        node.feed(messages);
        poller.until([this] { return client.messages() >= expected; });
        walls.push_back(static_cast<double>(now_ns() - begin));
        cpus.push_back(static_cast<double>(node.child().cpu_ns() - cpu));
        expect(client.messages() == expected && client.ended() == 0, "the other client gets each message once");
    }

    [[nodiscard]] double anonymous() const { return static_cast<double>(node.child().anonymous_bytes()); }

    Poller poller;
    LndNode node;
    LndClient client;
    std::size_t expected = 0;
    std::vector<double> walls;
    std::vector<double> cpus;
};

class Stage {
  public:
    explicit Stage(const Options& options)
        : topic_(options.transcripts + "/../replay/golden"),
          alone_(options),
          beside_(options),
          stopped_(beside_.poller, beside_.node.port()) {
        beside_.node.allow_log("does not read");
        stopped_.subscribe();
        stopped_.stop();
    }

    /// `append`: adds the next message.
    template <class Append>
    void pass_on(std::size_t messages, Append append) {
        std::string bytes;
        for (std::size_t i = 0; i < messages / window; ++i) {
            bytes.clear();
            for (std::size_t j = 0; j < window; ++j)
                append(topic_, bytes, number_++);
            alone_.pass_on(bytes);
            beside_.pass_on(bytes);
            most_ = std::max(most_, more_memory());
        }
    }

    /// Of the server with the stopped client, in bytes.
    [[nodiscard]] double more_memory() const { return beside_.anonymous() - alone_.anonymous(); }
    [[nodiscard]] double most_memory() const { return most_; }
    [[nodiscard]] double slower() const { return median(beside_.walls) / median(alone_.walls); }
    [[nodiscard]] double more_cpu() const { return median(beside_.cpus) / median(alone_.cpus); }

    /// Reads on until it has everything it is owed; returns how many messages that were.
    std::size_t read_on() {
        stopped_.on_message = [this](std::string_view payment) { seen_.emplace(payment.substr(2, 64)); }; // its hash
        stopped_.go_on();
        std::size_t before = 0;
        do {
            before = stopped_.messages();
            for (const auto until = now_ns() + 200'000'000; now_ns() < until;)
                beside_.poller.pump(1'000'000);
        } while (stopped_.messages() > before);
        return before;
    }
    /// Payments of which it got something.
    [[nodiscard]] std::size_t seen() const { return seen_.size(); }
    [[nodiscard]] bool ended() const { return stopped_.ended() > 0; }

  private:
    LndTopic topic_;
    Served alone_;
    Served beside_;
    LndClient stopped_;
    std::uint64_t number_ = 0;
    double most_ = 0;
    std::set<std::string> seen_;
};

int run(const Options& options) {
    const std::size_t messages = options.full ? 1'000'000 : 100'000;
    const auto owed = options.full ? std::string("a million messages owed") : std::string("100 000 messages owed");
    Report report("stopped", options);
    {
        Stage stage(options);
        stage.pass_on(messages, [](LndTopic& topic, std::string& to, std::uint64_t number) {
            topic.append_in_flight(to, number % payments);
        });
        report.add(owed + ", of 10 000 payments: the other client's time", stage.slower(), "times",
                   Target{Target::Side::at_most, 1.1});
        report.add("the same: CPU of the server", stage.more_cpu(), "times");
        report.add("the same: memory", stage.more_memory() / 1e6, "MB", Target{Target::Side::at_most, 64});
        report.add("the same: messages when it reads on", static_cast<double>(stage.read_on()), "");
        report.add("the same: payments that never came", static_cast<double>(payments - stage.seen()), "",
                   Target{Target::Side::at_most, 0});
        report.add("the same: streams ended", stage.ended() ? 1 : 0, "", Target{Target::Side::at_most, 0});
    }
    {
        Stage stage(options);
        stage.pass_on(messages, [](LndTopic& topic, std::string& to, std::uint64_t number) {
            topic.append_succeeded(to, number);
        });
        report.add(owed + ", each the end of a payment: the other client's time", stage.slower(), "times",
                   Target{Target::Side::at_most, 1.1});
        report.add("the same: memory, at most", stage.most_memory() / 1e6, "MB", Target{Target::Side::at_most, 128});
        report.add("the same: memory in the end", stage.more_memory() / 1e6, "MB");
    }
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
