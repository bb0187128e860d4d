// Messages that wait to be written, in order, each with the Hold it has on the cursor. When lightningd does not read,
// what waits stays bounded: above a limit only the newest snapshot of each payment is kept, made when it leaves.
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
    /// Above this many waiting bytes snapshots of one payment are merged into the newest.
    static constexpr std::size_t merge_above = 8UL * 1024 * 1024;

    enum class Kind {
        raw,      ///< a whole message: a reply or a log line
        snapshot, ///< a payment; without a body it is made when it leaves
        deletion
    };
    struct Entry {
        Kind kind = Kind::raw;
        payments::PaymentKey key; ///< snapshot
        std::string body;         ///< raw: the message; else the object
        bool terminal = false;    ///< snapshot
        std::uint64_t number = 0; ///< snapshot with a body: Publisher::Written::number
        Progress::Hold hold;
    };
    /// How a snapshot is to be queued.
    enum class Form {
        body,   ///< as it is now
        no_body ///< made when it leaves
    };

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// Of bodies: what is weighed against the limit.
    [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

    /// Nothing when a queued snapshot of the payment will show this change too. `beside`: bytes that wait elsewhere for
    /// the same reader.
    [[nodiscard]] std::optional<Form> form_of(const payments::PaymentKey& key, std::size_t beside);
    void push(Kind kind, std::string_view body, const payments::PaymentKey& key = {}, bool terminal = false,
              std::uint64_t number = 0, Progress::Hold hold = {});
    /// The first, alone in a list; there must be one. It holds nothing any more.
    [[nodiscard]] std::list<Entry> pop();
    /// What was popped: its memory is used again.
    void reuse(std::list<Entry> left);
    /// How many snapshots were merged away since the queue was last empty; begins anew.
    [[nodiscard]] std::size_t take_merged() { return std::exchange(merged_, 0); }

  private:
    void begin_merging();

    std::list<Entry> entries_;
    /// Those that left, each alone in a list: malloc took a tenth of a round behind a slow reader.
    base::Pool<std::list<Entry>> pool_{1024};
    std::size_t waiting_bytes_ = 0;
    bool merging_ = false;                                    // from too many waiting bytes until nothing waits
    std::unordered_map<payments::PaymentKey, Entry*> newest_; // while merging: the last queued snapshot of each payment
    std::size_t merged_ = 0;
};

} // namespace publish
