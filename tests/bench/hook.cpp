// The delay that the hook adds to a payer's call: from the last byte of the request written to the answer read, one at
// a time, in turns with a program that only answers `continue` (continue.cpp). The plugin reads the call after its
// answer.
#include "host.hpp"
#include "report.hpp"

namespace {

using namespace bench;

struct Call {
    Text text;
    static Call of(const std::string& file, const char* method) {
        const auto recording = read_recording(file);
        const auto row = recorded_row(recording);
        for (const auto& entry : recording)
            if (method_of(entry.message) == "rpc_command" &&
                method_of(entry.message["params"]["rpc_command"]) == method)
                return {Text(entry.message, row)};
        throw std::runtime_error("not recorded: " + std::string(method));
    }
};

/// Nanoseconds until `bytes` are answered.
double ask(Child& child, const std::string& bytes) {
    std::string out;
    const auto before = now_ns();
    child.converse(bytes, out, [](const std::string& all) { return all.ends_with("\n\n"); });
    const auto took = static_cast<double>(now_ns() - before);
    expect(out.find(R"("result":"continue")") != std::string::npos, "the call goes on");
    return took;
}

void compare(const char* method, const Call& call, std::size_t calls, Child& plugin, Child& least, Report& report) {
    std::vector<double> ours, theirs;
    std::uint64_t payment = 0;
    const auto next = [&] { return call.text.with({++payment, 1, 0, 0, 0}) + "\n\n"; };
    for (std::size_t i = 0; i < calls; ++i) {
        ours.push_back(ask(plugin, next()));
        theirs.push_back(ask(least, next()));
    }
    using enum Target::Side;
    const std::string what = method;
    report.add(what + ": median, against a plugin that only answers continue", median(ours) / median(theirs), "times",
               Target{at_most, 1.2});
    report.add(what + ": 99 % of calls, against it", quantile(ours, 0.99) / quantile(theirs, 0.99), "times");
    report.add(what + ": median", median(ours) / 1000, "us");
    report.add(what + ": median of the plugin that only answers continue", median(theirs) / 1000, "us");
}

int run(const Options& options) {
    const auto sendpay = Call::of(options.transcripts + "/sendpay_multi_hop.jsonl", "sendpay");
    const auto createonion = Call::of(options.transcripts + "/pay_legacy.jsonl", "createonion");
    Node node(std::vector{recorded_row(read_recording(options.transcripts + "/xpay_multi_hop.jsonl"))});
    Child plugin({options.plugin});
    Host host(plugin.ends(), node);
    host.begin();
    Child least({options.helpers + "/bench-continue"});
    part_from(least);
    part_from(plugin);
    Report report("hook", options);
    const std::size_t calls = options.full ? 20'000 : 3000;
    compare("sendpay", sendpay, calls, plugin, least, report);
    compare("createonion", createonion, calls, plugin, least, report);
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
