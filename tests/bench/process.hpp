// A program on two pipes, as lightningd starts a plugin, and what it costs: its own CPU time to the nanosecond and its
// memory, read from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace bench {

/// Where a plugin listens and speaks, seen from the other side.
struct Ends {
    int to = -1;
    int from = -1;
};

/// Who says nothing for so long will not say anything any more.
inline constexpr std::int64_t longest_silence_ns = 30'000'000'000;

class Child final {
  public:
    /// As a plugin of lightningd v26.06.6. Both ends here do not block.
    explicit Child(const std::vector<std::string>& command);
    /// Hangs up and waits; kills what does not go within ten seconds.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] Ends ends() const { return ends_; }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// User and system time so far.
    [[nodiscard]] std::int64_t cpu_ns() const;
    [[nodiscard]] std::size_t rss_bytes() const { return status_bytes("VmRSS:"); }
    [[nodiscard]] std::size_t peak_rss_bytes() const { return status_bytes("VmHWM:"); }

    /// Waits for its end, which has to come by itself; its CPU time.
    std::int64_t join();
    /// Appends what it says, if it says something within that time.
    void listen(std::string& out, std::int64_t patience_ns);
    /// Writes all of it; what the child says meanwhile goes to `out`, until `enough` of it came.
    template <class Enough>
    void converse(std::string_view bytes, std::string& out, Enough enough);

  private:
    [[nodiscard]] std::size_t status_bytes(std::string_view name) const;
    void read_some(std::string& out);
    void converse_once(std::string_view& bytes, std::string& out);

    pid_t pid_ = 0;
    clockid_t clock_{};
    Ends ends_;
};

template <class Enough>
void Child::converse(std::string_view bytes, std::string& out, Enough enough) {
    while (!bytes.empty() || !enough(out))
        converse_once(bytes, out);
}

/// This thread on one core, the child on another, where there are two: who shares a core with whom, and not the plugin,
/// would decide how long a single message takes.
void part_from(const Child& child);
/// This process and all children it will have share one: figures do not depend on whether two cores share a cache
/// (where they do not, the kernel's copy into a pipe takes ten times as long).
void stay_on_one_core();

/// Of this very thread.
[[nodiscard]] std::int64_t thread_cpu_ns();
[[nodiscard]] std::int64_t now_ns();
[[nodiscard]] Ends pipe_pair_for_child(int& child_in, int& child_out);

} // namespace bench
