// Many subscribers of the real trackpayments-lnd: the memory of each, on a connection of its own and on a shared one;
// and a thousand of them (a hundred connections of ten streams) at fifty updates a second, who must all get each.
#include "lnd_client.hpp"
#include "lnd_node.hpp"
#include "lnd_topic.hpp"
#include "report.hpp"

#include <algorithm>
#include <memory>

#include <sys/resource.h>

namespace {

using namespace bench;

struct Stage {
    explicit Stage(const Options& options)
        : topic(options.transcripts + "/../replay/golden"), node(options.lnd, poller, LndTopic::cursor()) {}

    void connect(std::size_t connections, std::size_t streams) {
        for (std::size_t i = 0; i < connections; ++i) {
            clients.push_back(std::make_unique<LndClient>(poller, node.port()));
            for (std::size_t j = 0; j < streams; ++j)
                clients.back()->subscribe();
        }
    }

    /// Everybody gets that many messages, one after the other.
    void pass_on(std::size_t messages) {
        for (std::size_t i = 0; i < messages; ++i) {
            std::string message;
            topic.append_succeeded(message, sent++);
            node.feed(message);
            poller.until([this] { return everybody_has(sent); });
        }
    }

    [[nodiscard]] bool everybody_has(std::size_t messages) const {
        return std::all_of(clients.begin(), clients.end(),
                           [&](const auto& client) { return client->fewest() >= messages; });
    }

    [[nodiscard]] double anonymous() const { return static_cast<double>(node.child().anonymous_bytes()); }

    Poller poller;
    LndTopic topic;
    LndNode node;
    std::vector<std::unique_ptr<LndClient>> clients;
    std::uint64_t sent = 0;
};

/// One client comes first: what is allocated only once is not counted.
void memory_of_connections(const Options& options, Report& report) {
    constexpr std::size_t many = 500;
    Stage stage(options);
    stage.connect(1, 1);
    const auto before = stage.anonymous();
    stage.connect(many, 1);
    const auto idle = stage.anonymous();
    report.add("an idle subscriber on a TLS connection of its own, RSS", (idle - before) / many / 1000, "kB",
               Target{Target::Side::at_most, 64});
    for (const auto& client : stage.clients)
        expect(client->messages() == 0, "nobody got a message yet");
    stage.pass_on(100);
    report.add("the same after 100 messages", (stage.anonymous() - before) / many / 1000, "kB");
}

void memory_of_streams(const Options& options, Report& report) {
    constexpr std::size_t connections = 10;
    constexpr std::size_t streams = 90;
    Stage stage(options);
    stage.connect(connections, 1);
    const auto before = stage.anonymous();
    for (const auto& client : stage.clients)
        for (std::size_t i = 0; i < streams; ++i)
            client->subscribe();
    report.add("an idle subscriber on a shared connection, RSS",
               (stage.anonymous() - before) / (connections * streams) / 1000, "kB", Target{Target::Side::at_most, 4});
}

void thousand(const Options& options, Report& report) {
    constexpr std::int64_t pause = 1'000'000'000 / 50;
    const std::uint64_t updates = options.full ? 3000 : 250;
    Stage stage(options);
    stage.connect(100, 10);
    std::vector<double> delays; // until everybody has an update
    const auto cpu = stage.node.child().cpu_ns();
    const auto begin = now_ns();
    for (std::uint64_t i = 0; i < updates; ++i) {
        const auto due = begin + static_cast<std::int64_t>(i) * pause;
        while (now_ns() < due)
            stage.poller.pump(due - now_ns());
        const auto sent = now_ns();
        std::string message;
        stage.topic.append_succeeded(message, stage.sent++);
        stage.node.feed(message);
        stage.poller.until([&] { return stage.everybody_has(stage.sent); });
        delays.push_back(static_cast<double>(now_ns() - sent));
    }
    const auto elapsed = now_ns() - begin;
    const auto spent = stage.node.child().cpu_ns() - cpu;
    std::size_t got = 0;
    std::size_t ended = 0;
    for (const auto& client : stage.clients) {
        got += client->messages();
        ended += client->ended();
    }
    report.add("1 000 subscribers, 50 updates a second: messages missing, merged or repeated",
               static_cast<double>(got > updates * 1000 ? got - updates * 1000 : updates * 1000 - got), "",
               Target{Target::Side::at_most, 0});
    report.add("the same: streams ended by the server", static_cast<double>(ended), "",
               Target{Target::Side::at_most, 0});
    report.add("the same: CPU of the server", 100.0 * static_cast<double>(spent) / static_cast<double>(elapsed),
               "% of a core");
    report.add("the same: CPU of the server for each message of each",
               static_cast<double>(spent) / static_cast<double>(got) / 1000, "us");
    report.add("the same: until all have an update, median", quantile(delays, 0.5) / 1e6, "ms");
    report.add("the same: until all have an update, 99 %", quantile(delays, 0.99) / 1e6, "ms");
}

int run(const Options& options) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files); // inherited by the server
    Report report("subscribers", options);
    memory_of_connections(options, report);
    memory_of_streams(options, report);
    thousand(options, report);
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
