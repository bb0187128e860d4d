// The tracker's topic without a tracker: the snapshots of a golden stream, each time of another payment.
#pragma once

#include "text.hpp"

namespace bench {

class LndTopic final {
  public:
    /// `goldens`: the folder of tests/replay.
    explicit LndTopic(const std::string& goldens);

    /// The position before the first message.
    [[nodiscard]] static std::string cursor();
    /// Appends a message: the payment is in flight. No two are equal.
    void append_in_flight(std::string& to, std::uint64_t payment) { append(to, in_flight_, payment); }
    void append_succeeded(std::string& to, std::uint64_t payment) { append(to, succeeded_, payment); }

  private:
    /// A Payment's JSON around the values that are replaced.
    struct Pattern {
        std::string begin; // up to the hash
        std::string time;  // from there to the time of its creation
        std::string index; // from there to the index
        std::string end;
        explicit Pattern(const std::string& payment);
    };
    void append(std::string& to, const Pattern& pattern, std::uint64_t payment);

    Pattern in_flight_;
    Pattern succeeded_;
    std::uint64_t made_ = 0;
};

} // namespace bench
