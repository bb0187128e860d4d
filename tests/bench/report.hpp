// The command line of every benchmark, and its output: one JSON file, and the same on stdout.
#pragma once

#include "text.hpp"

#include <fstream>
#include <optional>

namespace bench {

struct Options {
    std::string plugin;      ///< the tracker's binary
    std::string lnd;         ///< that of trackpayments-lnd
    std::string helpers;     ///< the folder of the benchmarks' other programs
    std::string transcripts; ///< a folder
    std::string out;         ///< of the JSON file
    bool full = false;       ///< the full sizes: TRACKPAYMENTS_LONG=yes
    std::string profile;     ///< two pipes of `perf record --control`, with a comma between; empty: measure
};

/// `--plugin FILE [--lnd FILE] --transcripts FOLDER --out FOLDER [--profile CONTROL,ACK]`
[[nodiscard]] Options read_options(int argc, char** argv);

/// The limit for a figure.
struct Target {
    enum class Side { at_least, at_most } side;
    double value;
};

class Report final {
  public:
    Report(const char* name, const Options& options);
    /// One line of the table.
    void add(const std::string& what, double value, const char* unit, std::optional<Target> target = std::nullopt);
    /// Writes the file; returns the exit code of the benchmark. A missed target is reported and is no failure.
    int write() const;

  private:
    std::string name_;
    std::string file_;
    json figures_ = json::array();
    bool full_;
};

/// Makes perf count only the measured part.
class Profile final {
  public:
    explicit Profile(const std::string& pipes);
    void begin() { say("enable"); }
    void end() { say("disable"); }

  private:
    void say(const char* command);
    std::ofstream control_;
    std::ifstream ack_;
};

/// `values`: a copy.
[[nodiscard]] double median(std::vector<double> values);
/// `share` between 0 and 1.
[[nodiscard]] double quantile(std::vector<double> values, double share);

/// From the output of `bench-plain parse` so far: the number of messages parsed, and the nanoseconds it took.
[[nodiscard]] std::size_t read_parsed(const std::string& output, double& spent);

/// Runs `work`; prints an exception on stderr.
int guarded(int argc, char** argv, int (*work)(const Options&));
/// A condition without which the figures mean nothing.
void expect(bool holds, const std::string& what);

} // namespace bench
