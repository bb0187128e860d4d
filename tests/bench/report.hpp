// What every benchmark is called with and what it leaves: one JSON file, and the same on stdout for who watches.
#pragma once

#include "text.hpp"

#include <fstream>
#include <optional>

namespace bench {

struct Options {
    std::string plugin;      ///< the binary
    std::string helpers;     ///< the folder of the other programs of this one
    std::string transcripts; ///< a folder
    std::string out;         ///< of the JSON file
    bool full = false;       ///< the sizes of the issue: TRACKPAYMENTS_LONG=yes
    std::string profile;     ///< two pipes of `perf record --control`, comma between; empty: measure
};

/// `--plugin FILE --transcripts FOLDER --out FOLDER [--profile CONTROL,ACK]`
[[nodiscard]] Options read_options(int argc, char** argv);

/// What is wanted of a figure.
struct Target {
    enum class Side { at_least, at_most } side;
    double value;
};

class Report final {
  public:
    Report(const char* name, const Options& options);
    /// One line of the table.
    void add(const std::string& what, double value, const char* unit, std::optional<Target> target = std::nullopt);
    /// Writes the file; the exit code of the benchmark. A target missed is no failure: it is told.
    int write() const;

  private:
    std::string name_;
    std::string file_;
    json figures_ = json::array();
    bool full_;
};

/// Lets perf count only what is measured.
class Profile final {
  public:
    explicit Profile(const std::string& pipes);
    void begin() { say("enable"); }
    void end() { say("disable"); }

  private:
    void say(const char* word);
    std::ofstream control_;
    std::ifstream ack_;
};

/// Of a copy.
[[nodiscard]] double median(std::vector<double> values);
/// `share` between 0 and 1.
[[nodiscard]] double quantile(std::vector<double> values, double share);

/// What `bench-plain parse` told so far: how many messages it parsed, and the nanoseconds that took.
[[nodiscard]] std::size_t read_parsed(const std::string& told, double& spent);

/// Runs `work`, tells what went wrong on stderr.
int guarded(int argc, char** argv, int (*work)(const Options&));
/// What a benchmark must have seen, or its figures are worth nothing.
void expect(bool holds, const std::string& what);

} // namespace bench
