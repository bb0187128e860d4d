// The whole plugin in this very thread, on pipes: for profilers, and for the time of the loop's turns, which cannot be
// seen from outside. Measures the thread's CPU time inside the turns, system calls included.
#pragma once

#include "host.hpp"
#include "plugin/trackpayments/tracker.hpp"

namespace bench {

class Inside final {
  public:
    explicit Inside(Node& node);

    Host& host() { return *host_; }
    [[nodiscard]] std::int64_t cpu_ns() const { return spent_; }
    /// The longest turn since the last call.
    std::int64_t take_longest();

  private:
    void turn();

    io::Loop loop_;
    int in_ = -1;
    int out_ = -1;
    Ends ends_;
    std::unique_ptr<trackpayments::Tracker> plugin_;
    std::unique_ptr<Host> host_;
    std::int64_t spent_ = 0;
    std::int64_t longest_ = 0;
};

} // namespace bench
