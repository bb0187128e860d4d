// A node with many old rows: start-up, and `trackpayments since`, with a thousand to a million rows, of which one in a
// thousand is pending, at most 500. The node computes its rows (node.hpp), so only the plugin is measured. Its longest
// turn is taken in-process, in CPU time. Costs that depend on history show where the number of pending payments stays
// the same.
#include "inside.hpp"
#include "report.hpp"

namespace {

using namespace bench;

constexpr std::size_t pending_share = 1000;
constexpr std::size_t most_pending = 500; // mirror::PendingSearch finds them at once
constexpr std::size_t few_pending = 10;

struct Asked {
    std::size_t payments = 0;
    std::size_t answers = 0;
};

/// Calls until there is no `more`.
Asked ask_since(Host& host, std::uint64_t created, std::uint64_t updated) {
    std::string cursor = "0266e459.00000000." + std::to_string(created) + "." + std::to_string(updated);
    Asked asked;
    for (bool more = true; more;) {
        bool answered = false;
        host.on_message = [&](std::string_view message) {
            if (message.substr(0, 100).find("\"id\":\"since\"") == std::string_view::npos)
                return;
            answered = true;
            expect(message.find("\"error\"") == std::string_view::npos,
                   "since is answered: " + std::string(message.substr(0, 300)));
            const auto at = message.rfind("\"cursor\":\"") + 10;
            cursor = message.substr(at, message.find('"', at) - at);
            more = message.rfind("\"more\":true") != std::string_view::npos;
            for (auto hash = message.find("\"payment_hash\":"); hash != std::string_view::npos;
                 hash = message.find("\"payment_hash\":", hash + 1))
                ++asked.payments;
        };
        host.feed(R"({"jsonrpc":"2.0","id":"since","method":"trackpayments","params":{"since":")" + cursor +
                  "\"}}\n\n");
        while (!answered)
            host.pump();
        ++asked.answers;
    }
    host.on_message = nullptr;
    return asked;
}

std::string spelled(std::size_t rows) {
    auto text = std::to_string(rows);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), 1, ' ');
    return text + " rows: ";
}

std::size_t pending_of(std::size_t rows) {
    return std::min(rows / pending_share, most_pending);
}

struct Start {
    double cpu = 0;
    double wall = 0;
    double peak = 0;
};

/// A new process, until it has nothing left to do; then `then`.
template <class Then>
Start start(const Options& options, Node& node, std::size_t pending, Then then) {
    Start result;
    const auto wall = now_ns();
    Child plugin({options.plugin});
    Host host(plugin.ends(), node);
    host.begin();
    while (host.received.in_flight < pending) // a pause of the plugin may have looked like its end
        host.settle();
    result.wall = static_cast<double>(now_ns() - wall);
    result.cpu = static_cast<double>(plugin.cpu_ns());
    expect(host.received.in_flight == pending, "every pending payment is published once at the start");
    then(host, plugin);
    result.peak = static_cast<double>(plugin.peak_rss_bytes());
    return result;
}

void one_size(const Options& options, const bench::json& row, std::size_t rows, Report& report) {
    Node node(std::vector{row});
    node.history(rows, rows / pending_of(rows));
    const auto pending = pending_of(rows);
    const auto changes = std::min<std::size_t>(1000, rows / 2);
    double asking = 0;
    double given = 0;
    const auto after_start = start(options, node, pending, [&](Host& host, Child& plugin) {
        // A consumer that missed the last thousand changes.
        const auto before = plugin.cpu_ns();
        const auto asked = ask_since(host, rows - changes, node.updated() - changes);
        expect(asked.payments >= changes, "every changed payment is given");
        asking = static_cast<double>(plugin.cpu_ns() - before);
        given = static_cast<double>(asked.payments);
    });
    report.add(spelled(rows) + "start-up, wall", after_start.wall / 1e6, "ms");
    report.add(spelled(rows) + "start-up, CPU", after_start.cpu / 1e6, "ms");
    if (pending >= 100)
        report.add(spelled(rows) + "start-up, CPU for each pending payment",
                   after_start.cpu / static_cast<double>(pending) / 1000, "us");
    report.add(spelled(rows) + "since, CPU for each payment given", asking / given / 1000, "us");
    report.add(spelled(rows) + "peak memory (RSS) of both", after_start.peak / 1e6, "MB");

    Inside inside(node);
    inside.host().begin();
    report.add(spelled(rows) + "longest turn at the start, CPU", static_cast<double>(inside.take_longest()) / 1e6,
               "ms");
    ask_since(inside.host(), rows - changes, node.updated() - changes);
    report.add(spelled(rows) + "longest turn during since, CPU", static_cast<double>(inside.take_longest()) / 1e6,
               "ms");
}

/// The same number of pending payments behind few and many old rows.
void independence(const Options& options, const bench::json& row, std::size_t most, Report& report) {
    Node young(std::vector{row});
    young.history(1000, 1000 / few_pending);
    Node old(std::vector{row});
    old.history(most, most / few_pending);
    std::vector<double> young_cpu, old_cpu, young_peak, old_peak;
    const auto once = [&](Node& node, std::vector<double>& cpu, std::vector<double>& peak) {
        const auto result = start(options, node, few_pending, [](Host&, Child&) {});
        cpu.push_back(result.cpu);
        peak.push_back(result.peak);
    };
    for (int i = 0; i < 15; ++i) {
        once(young, young_cpu, young_peak);
        once(old, old_cpu, old_peak);
    }
    using enum Target::Side;
    report.add(spelled(most) + "start-up against 1 000 rows, ten pending in both, CPU",
               median(old_cpu) / median(young_cpu), "times", Target{at_most, 1.1});
    report.add(spelled(most) + "start-up against 1 000 rows, ten pending in both, peak RSS",
               median(old_peak) / median(young_peak), "times", Target{at_most, 1.1});
}

/// A consumer that asks for all payments since the beginning.
void all_of_it(const Options& options, const bench::json& row, std::size_t rows, Report& report) {
    Node node(std::vector{row});
    node.history(rows, rows / pending_of(rows));
    double cpu = 0;
    Asked asked;
    const auto result = start(options, node, pending_of(rows), [&](Host& host, Child& plugin) {
        const auto before = plugin.cpu_ns();
        asked = ask_since(host, 0, 0);
        cpu = static_cast<double>(plugin.cpu_ns() - before);
    });
    expect(asked.payments >= rows, "every payment is given");
    report.add(spelled(rows) + "since the beginning, CPU for each payment given",
               cpu / static_cast<double>(asked.payments) / 1000, "us");
    report.add(spelled(rows) + "since the beginning, answers", static_cast<double>(asked.answers), "");
    report.add(spelled(rows) + "since the beginning, peak memory (RSS)", result.peak / 1e6, "MB");
}

int run(const Options& options) {
    const auto row = recorded_row(read_recording(options.transcripts + "/xpay_multi_hop.jsonl"));
    Report report("catch_up", options);
    std::vector<std::size_t> sizes{1000, 10'000, 100'000};
    if (options.full)
        sizes.push_back(1'000'000);
    for (const auto rows : sizes)
        one_size(options, row, rows, report);
    independence(options, row, sizes.back(), report);
    all_of_it(options, row, options.full ? 100'000 : 5000, report);
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
