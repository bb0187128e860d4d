// One sendpay_success in, one Payment out, a hundred thousand times, by the real process on its pipes. The payments are
// in flight and known before, as on a node, where hook, `wait` and rows come earlier: those are not measured here (mix
// does). In turns of a thousand messages the same bytes go to (a) a plain nlohmann program, (b) cat, (c) nlohmann's DOM
// parse alone. The figure is the CPU time of the process, user and system; all of them share one core.
#include "inside.hpp"
#include "report.hpp"

namespace {

using namespace bench;

constexpr std::size_t window = 1000;

std::size_t windows_of(const Options& options) {
    return options.full ? 100 : 12;
}

struct Costs {
    std::vector<double> cpu; // ns a message, one entry a window
    std::vector<double> wall;
};

/// The window's bytes, made once its payments are known.
std::string successes(const Text& success, Node& node) {
    std::string bytes;
    for (std::uint64_t created = node.created() - window + 1; created <= node.created(); ++created) {
        node.end(created, Node::Status::complete);
        success.append(bytes, node.values(created));
        bytes += "\n\n";
    }
    return bytes;
}

/// `worker`: any object with cpu_ns().
template <class Worker>
class Window {
  public:
    Window(const Worker& worker, Costs& costs)
        : worker_(worker), costs_(costs), cpu_(worker.cpu_ns()), wall_(now_ns()) {}
    ~Window() {
        costs_.cpu.push_back(static_cast<double>(worker_.cpu_ns() - cpu_) / window);
        costs_.wall.push_back(static_cast<double>(now_ns() - wall_) / window);
    }

  private:
    const Worker& worker_;
    Costs& costs_;
    std::int64_t cpu_;
    std::int64_t wall_;
};

/// Publishes the payments in flight until nothing is left to do: not measured.
void prepare(Host& host, Node& node) {
    const auto before = host.received;
    for (std::size_t i = 0; i < window; ++i)
        node.pay();
    node.fire();
    host.settle();
    expect(host.received.in_flight - before.in_flight == window, "every payment is published once when it begins");
}

template <class Worker>
void round_of_plugin(Host& host, const Worker& worker, const std::string& bytes, Costs& costs) {
    const auto before = host.received;
    {
        const Window measured(worker, costs);
        host.feed(bytes);
        host.sync();
    }
    expect(host.received.succeeded - before.succeeded == window, "every payment is published once when it succeeds");
    expect(host.received.final - before.final == window, "every payment is published once as final");
}

/// The rows end too, so that finished payments may be evicted. Not measured.
void conclude(Host& host, Node& node) {
    const auto before = host.received;
    node.fire();
    host.settle();
    expect(host.received.succeeded == before.succeeded, "rows without a change are not published");
}

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        ++n;
    return n;
}

void round_of_plain(Child& plain, const std::string& bytes, Costs& costs) {
    std::string out;
    std::size_t seen = 0;
    std::size_t messages = 0;
    {
        const Window measured(plain, costs);
        plain.converse(bytes, out, [&](const std::string& all) {
            for (auto at = all.find("\n\n", seen); at != std::string::npos; at = all.find("\n\n", seen)) {
                ++messages;
                seen = at + 2;
            }
            return messages == window;
        });
    }
    expect(count(out, R"("status":"SUCCEEDED","fee_sat")") == window, "the plain program makes Payments");
}

void round_of_cat(Child& cat, const std::string& bytes, Costs& costs) {
    std::string out;
    {
        const Window measured(cat, costs);
        cat.converse(bytes, out, [&](const std::string& all) { return all.size() == bytes.size(); });
    }
    expect(out == bytes, "cat copies its input");
}

/// It reports the time of its parsing itself.
void round_of_parse(Child& parse, const std::string& bytes, Costs& costs) {
    std::string out;
    double spent = 0;
    parse.converse(bytes, out, [&](const std::string& all) { return read_parsed(all, spent) == window; });
    costs.cpu.push_back(spent / window);
}

int profile(const Options& options, const Text& success, Node& node, Host& host, const Child& process) {
    Profile perf(options.profile);
    Costs costs;
    for (std::size_t i = 0; i < windows_of(options); ++i) {
        prepare(host, node);
        const auto bytes = successes(success, node);
        perf.begin();
        round_of_plugin(host, process, bytes, costs);
        perf.end();
        conclude(host, node);
    }
    return 0;
}

int run(const Options& options) {
    stay_on_one_core();
    const auto recording = read_recording(options.transcripts + "/pay_default.jsonl");
    const auto row = recorded_row(recording, "sendpay_success");
    const Text success({{"jsonrpc", "2.0"}, {"method", "sendpay_success"}, {"params", {{"sendpay_success", row}}}},
                       row);

    Node node(std::vector{row});
    node.history(1'000'000, 1'000'001); // indexes of seven digits, as a busy node has
    Child process({options.plugin});
    Host host(process.ends(), node);
    host.begin();
    if (!options.profile.empty())
        return profile(options, success, node, host, process);

    Node other(std::vector{row});
    other.history(1'000'000, 1'000'001);
    Inside inside(other);
    inside.host().begin();
    Child plain({options.helpers + "/bench-plain"});
    Child parse({options.helpers + "/bench-plain", "parse"});
    Child cat({"cat"});
    Costs ours, within, plains, parses, cats;
    std::size_t size = 0;
    for (std::size_t i = 0; i < windows_of(options); ++i) {
        prepare(host, node);
        const auto bytes = successes(success, node);
        size = bytes.size() / window;
        round_of_plugin(host, process, bytes, ours);
        round_of_plain(plain, bytes, plains);
        round_of_cat(cat, bytes, cats);
        round_of_parse(parse, bytes, parses);
        conclude(host, node);
        prepare(inside.host(), other);
        round_of_plugin(inside.host(), inside, successes(success, other), within);
        conclude(inside.host(), other);
    }
    const double round = median(ours.cpu);
    Report report("round", options);
    using enum Target::Side;
    report.add("the plain nlohmann program's round, against the plugin's", median(plains.cpu) / round, "times",
               Target{at_least, 5});
    report.add("the plugin's round, against nlohmann's DOM parse alone", round / median(parses.cpu), "times",
               Target{at_most, 0.4});
    report.add("the plugin's round, against cat", round / median(cats.cpu), "times");
    report.add("bytes of a message in", static_cast<double>(size), "bytes");
    report.add("the plugin's round, CPU", round / 1000, "us");
    report.add("the plugin's round, CPU, in-process", median(within.cpu) / 1000, "us");
    report.add("the plain program's round, CPU", median(plains.cpu) / 1000, "us");
    report.add("nlohmann's DOM parse alone, CPU", median(parses.cpu) / 1000, "us");
    report.add("cat, CPU", median(cats.cpu) / 1000, "us");
    report.add("the plugin's round, wall", median(ours.wall) / 1000, "us");
    report.add("the plain program's round, wall", median(plains.wall) / 1000, "us");
    report.add("cat, wall", median(cats.wall) / 1000, "us");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
