// Messages that wait to be written, in order, each with its Hold on the cursor. If lightningd does not read, memory
// stays bounded: above a limit only the newest snapshot of each payment is kept, and written when it leaves.
#pragma once

#include "base/pool.hpp"
#include "payments/payment.hpp"
#include "publish/progress.hpp"

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace publish {

class Queue final {
  public:
    /// Above this many waiting bytes, snapshots of one payment are merged into the newest.
    static constexpr std::size_t merge_above = 8UL * 1024 * 1024;

    enum class Kind {
        raw,      ///< a whole message: a reply or a log line
        snapshot, ///< a payment; an empty body is written when it leaves
        deletion
    };
    struct Entry {
        Kind kind = Kind::raw;
        payments::PaymentKey key; ///< snapshot
        std::string body;         ///< raw: the whole message; else the object
        bool terminal = false;    ///< snapshot
        std::uint64_t number = 0; ///< snapshot with a body: Publisher::Written::number
        Progress::Hold hold;
    };
    /// How to queue a snapshot.
    enum class Form {
        body,   ///< written now
        no_body ///< written when it leaves
    };

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// Total size of the waiting bodies, for the comparison with the limit.
    [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

    /// How to queue a snapshot of this payment; nothing if a queued one will include the change. `beside`: further
    /// bytes that wait for the same reader.
    [[nodiscard]] std::optional<Form> form_of(const payments::PaymentKey& key, std::size_t beside);
    void push(Kind kind, std::string_view body, const payments::PaymentKey& key = {}, bool terminal = false,
              std::uint64_t number = 0, Progress::Hold hold = {});
    /// Removes the first entry and returns it in a list of one; there must be one. Releases its hold.
    [[nodiscard]] std::list<Entry> pop();
    /// Takes back a popped entry to reuse its memory.
    void reuse(std::list<Entry> left);
    /// Number of snapshots merged since the last call.
    [[nodiscard]] std::size_t take_merged() { return std::exchange(merged_, 0); }
    /// Number of snapshots merged since the start.
    [[nodiscard]] std::uint64_t all_merged() const { return all_merged_; }

  private:
    void begin_merging();
    void count_merged();

    std::list<Entry> entries_;
    /// Lists of one popped entry each. Without it, malloc took a tenth of the time per update when the reader was slow
    /// (tests/bench/round.cpp).
    base::Pool<std::list<Entry>> pool_{1024};
    std::size_t waiting_bytes_ = 0;
    bool merging_ = false;                                    // from the limit being exceeded until the queue is empty
    std::unordered_map<payments::PaymentKey, Entry*> newest_; // while merging: the last queued snapshot of each payment
    std::size_t merged_ = 0;
    std::uint64_t all_merged_ = 0;
};

} // namespace publish
