// From exec to the answer of getmanifest, in turns with `true` from exec to its end; the binary's size and the
// libraries it loads.
#include "process.hpp"
#include "report.hpp"

#include <filesystem>
#include <fstream>
#include <set>

namespace {

using namespace bench;

constexpr const char* request = R"({"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{}})"
                                "\n\n";

struct Times {
    std::vector<double> wall, cpu;
};

void start_plugin(const Options& options, Times& times) {
    std::string out;
    const auto before = now_ns();
    Child plugin({options.plugin});
    plugin.converse(request, out, [](const std::string& all) { return all.ends_with("\n\n"); });
    times.wall.push_back(static_cast<double>(now_ns() - before));
    times.cpu.push_back(static_cast<double>(plugin.cpu_ns()));
    expect(out.find("\"rpcmethods\"") != std::string::npos, "the manifest has been read");
}

void start_true(Times& times) {
    const auto before = now_ns();
    Child nothing({"true"});
    times.cpu.push_back(static_cast<double>(nothing.join()));
    times.wall.push_back(static_cast<double>(now_ns() - before));
}

/// Shared objects in memory while it runs.
std::set<std::string> loaded(const Options& options) {
    std::string out;
    Child plugin({options.plugin});
    plugin.converse(request, out, [](const std::string& all) { return all.ends_with("\n\n"); });
    std::ifstream maps("/proc/" + std::to_string(plugin.pid()) + "/maps");
    std::set<std::string> all;
    for (std::string line; std::getline(maps, line);)
        if (const auto at = line.find('/'); at != std::string::npos && line.find(".so", at) != std::string::npos)
            all.insert(line.substr(at));
    return all;
}

int run(const Options& options) {
    Times ours, nothings;
    for (int i = 0; i < (options.full ? 500 : 60); ++i) {
        start_plugin(options, ours);
        start_true(nothings);
    }
    Report report("start", options);
    report.add("exec to manifest, against `true`, wall", median(ours.wall) / median(nothings.wall), "times");
    report.add("exec to manifest, against `true`, CPU", median(ours.cpu) / median(nothings.cpu), "times");
    report.add("exec to manifest, wall", median(ours.wall) / 1e6, "ms");
    report.add("`true`, wall", median(nothings.wall) / 1e6, "ms");
    report.add("size of the binary", static_cast<double>(std::filesystem::file_size(options.plugin)) / 1e6, "MB");
    const auto libraries = loaded(options);
    report.add("libraries loaded", static_cast<double>(libraries.size()), "");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
