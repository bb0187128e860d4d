// Remembers runes for a while, in bounded memory: as keyed hashes, so that nobody finds a rune in it.
#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <map>
#include <string_view>

namespace lndapi {

class RuneMemory final {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// When it is full, the oldest leaves.
    RuneMemory(std::size_t most, std::chrono::milliseconds age);

    void add(std::string_view rune, Time now);
    void remove(std::string_view rune);
    [[nodiscard]] bool has(std::string_view rune, Time now) const;
    [[nodiscard]] std::size_t size() const { return runes_.size(); }

  private:
    using Hash = base::Bytes<32, struct RuneHashTag>;
    [[nodiscard]] Hash hash(std::string_view rune) const;

    std::size_t most_;
    std::chrono::milliseconds age_;
    Hash key_;
    std::map<Hash, Time> runes_;
};

} // namespace lndapi
