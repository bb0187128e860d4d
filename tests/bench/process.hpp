// A program on two pipes, started like a plugin, and its cost from outside: its own CPU time to the nanosecond and its
// memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace bench {

/// The ends of a plugin's stdin and stdout on our side.
struct Ends {
    int to = -1;
    int from = -1;
};

/// After this long without output a program counts as hung.
inline constexpr std::int64_t longest_silence_ns = 30'000'000'000;

class Child final {
  public:
    /// Started like a plugin of lightningd v26.06.6. Our ends do not block.
    explicit Child(const std::vector<std::string>& command);
    /// Hangs up and waits; kills it if it has not ended after ten seconds.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] Ends ends() const { return ends_; }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// User and system time so far.
    [[nodiscard]] std::int64_t cpu_ns() const;
    /// True if it waits for something, and has not been woken.
    [[nodiscard]] bool sleeps() const;
    [[nodiscard]] std::size_t rss_bytes() const { return status_bytes("VmRSS:"); }
    /// Without pages of files.
    [[nodiscard]] std::size_t anonymous_bytes() const { return status_bytes("RssAnon:"); }
    [[nodiscard]] std::size_t peak_rss_bytes() const { return status_bytes("VmHWM:"); }

    /// Waits for its end, which must come by itself; returns its CPU time.
    std::int64_t join();
    /// Appends its output, if there is some within that time.
    void listen(std::string& out, std::int64_t patience_ns);
    /// Writes all of it. The child's output meanwhile is appended to `out`, until `enough` bytes of it came.
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

/// Puts this thread on one core and the child on another, if there are two: else the time of a single message would
/// depend on which core each happens to run.
void part_from(const Child& child);
/// Puts this process and all its later children on one core: figures do not depend on whether two cores share a cache
/// (where they do not, the kernel's copy into a pipe takes ten times as long).
void stay_on_one_core();

/// Of this very thread.
[[nodiscard]] std::int64_t thread_cpu_ns();
[[nodiscard]] std::int64_t now_ns();
[[nodiscard]] Ends pipe_pair_for_child(int& child_in, int& child_out);

} // namespace bench
