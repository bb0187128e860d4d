#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace bench {

Options read_options(int argc, char** argv) {
    Options options;
    const char* full = std::getenv("TRACKPAYMENTS_LONG"); // NOLINT(concurrency-mt-unsafe): no other thread
    options.full = full && std::string_view(full) == "yes";
    options.helpers = std::filesystem::path(argv[0]).parent_path();
    options.out = ".";
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (i + 1 == argc)
            throw std::runtime_error(
                "usage: --plugin FILE [--lnd FILE] --transcripts FOLDER --out FOLDER [--profile CONTROL,ACK]");
        const char* value = argv[++i];
        if (name == "--plugin")
            options.plugin = value;
        else if (name == "--lnd")
            options.lnd = value;
        else if (name == "--transcripts")
            options.transcripts = value;
        else if (name == "--out")
            options.out = value;
        else if (name == "--profile")
            options.profile = value;
        else
            throw std::runtime_error("unknown option " + std::string(name));
    }
    return options;
}

Report::Report(const char* name, const Options& options)
    : name_(name), file_(options.out + "/" + name + ".json"), full_(options.full) {}

void Report::add(const std::string& what, double value, const char* unit, std::optional<Target> target) {
    json figure = {{"what", what}, {"value", value}, {"unit", unit}};
    std::string wanted;
    if (target) {
        const bool least = target->side == Target::Side::at_least;
        const bool met = least ? value >= target->value : value <= target->value;
        figure["target"] = {{"side", least ? "at least" : "at most"}, {"value", target->value}, {"met", met}};
        wanted = std::string(least ? "  (at least " : "  (at most ") + json(target->value).dump() +
                 (met ? ": met)" : ": missed)");
    }
    figures_.push_back(figure);
    std::printf("%-9s %-72s %12.4g %s%s\n", name_.c_str(), what.c_str(), value, unit, wanted.c_str());
    std::fflush(stdout);
}

int Report::write() const {
    std::ofstream file(file_);
    file << json({{"bench", name_}, {"full", full_}, {"figures", figures_}}).dump(1) << '\n';
    if (!file)
        throw std::runtime_error("cannot write " + file_);
    return 0;
}

Profile::Profile(const std::string& pipes)
    : control_(pipes.substr(0, pipes.find(','))), ack_(pipes.substr(pipes.find(',') + 1)) {}

void Profile::say(const char* command) {
    control_ << command << std::endl;
    std::string answer;
    std::getline(ack_, answer);
}

double quantile(std::vector<double> values, double share) {
    expect(!values.empty(), "there are figures");
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

double median(std::vector<double> values) {
    return quantile(std::move(values), 0.5);
}

std::size_t read_parsed(const std::string& output, double& spent) {
    std::size_t parsed = 0;
    spent = 0;
    for (std::size_t at = 0; at < output.size() && output.back() == '\n'; at = output.find('\n', at) + 1) {
        std::size_t digits = 0;
        parsed += std::stoul(output.substr(at, 40), &digits);
        spent += std::stod(output.substr(at + digits, 40));
    }
    return parsed;
}

int guarded(int argc, char** argv, int (*work)(const Options&)) {
    try {
        return work(read_options(argc, argv));
    } catch (const std::exception& trouble) {
        std::cerr << argv[0] << ": " << trouble.what() << '\n';
        return 2;
    }
}

void expect(bool holds, const std::string& what) {
    if (!holds)
        throw std::runtime_error("does not hold: " + what);
}

} // namespace bench
