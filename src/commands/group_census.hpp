// Shows which rows are the only ones of their group, so that a long answer to `since` need not list their hashes.
// lightningd accepts a new part in any old group whose parts have failed (lightningd/pay.c, check_progress), so neither
// the part's number nor rows nearby can show it: all rows are counted, from the first one on. Keeps some bits for each
// row, at most 16 MB; groups that share bits look as if they had several rows.
#pragma once

#include "payments/part.hpp"

#include <span>
#include <vector>

namespace commands {

class GroupCensus final {
  public:
    /// Every row up to this index was counted; 0 before the first.
    [[nodiscard]] base::CreatedIndex upto() const { return upto_; }
    /// `rows`: all in (after, upto]. Ignores those counted before, and all if some before them were not counted.
    /// `expected`: about how many rows there are, for the first call.
    void count(base::CreatedIndex after, std::span<const payments::Row> rows, base::CreatedIndex upto,
               std::uint64_t expected);
    /// True if the row was counted, and no other row of its group.
    [[nodiscard]] bool is_alone(const payments::Row& row) const;
    /// A hash was listed for want of a census.
    void missed() { ++misses_; }
    [[nodiscard]] std::uint64_t misses() const { return misses_; }
    /// Starts again, and frees the memory.
    void clear() { *this = {}; }

  private:
    static constexpr std::uint64_t bits_for_a_row = 32;
    static constexpr std::uint64_t least_bits = 1UL << 12;
    static constexpr std::uint64_t most_bits = 1UL << 26;

    /// Two bits for each group: if both are set, it was counted before.
    struct Bits {
        std::vector<std::uint64_t> chunks;
        [[nodiscard]] bool test(std::uint64_t at) const { return chunks[at / 64] >> at % 64 & 1; }
        void set(std::uint64_t at) { chunks[at / 64] |= std::uint64_t{1} << at % 64; }
    };
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> bits_of(const payments::PaymentKey& key) const;

    base::CreatedIndex upto_;
    std::uint64_t misses_ = 0;
    Bits counted_; // groups with a row
    Bits several_; // groups with a second row
};

} // namespace commands
