// One part: a row of lightningd's payments table together with the events that the plugin saw. LND's HTLC attempt.
// Facts may be merged in any order and repeatedly: the result is the same.
#pragma once

#include "base/bytes.hpp"
#include "base/heap_optional.hpp"
#include "base/ids.hpp"
#include "base/msat.hpp"
#include "base/time.hpp"
#include "bolt/failure_message.hpp"
#include "payments/route.hpp"

#include <optional>
#include <string>

namespace payments {

/// Identifies a payment: all parts of one hash in one group.
struct PaymentKey {
    base::PaymentHash hash;
    base::GroupId group;
    auto operator<=>(const PaymentKey&) const = default;
};

/// A row changes its status once, from pending to another one (wallet_payment_set_status in lightningd).
enum class PartStatus : std::uint8_t { pending, failed, complete };

/// Why a part failed, as far as it is known.
struct Failure {
    /// Ordered by how much is known: of two accounts of one failure, the greater kind is kept.
    enum class Kind : std::uint8_t {
        unknown,    ///< failed, reason unknown
        unreadable, ///< an error came back but could not be decrypted, so its origin is unknown
        local,      ///< our own node failed it, no BOLT 4 code
        wire        ///< `code` is the reason
    } kind = Kind::unknown;
    std::uint16_t code = 0; ///< BOLT 4 failure code; only for Kind::wire
    /// 0 = our node, i = the i-th hop (LND's failure_source_index).
    std::uint32_t source_index = 0;
    /// The payee itself failed it, according to lightningd (sendpay code 203).
    bool at_destination = false;
    base::HeapOptional<bolt::FailureMessage> message{}; ///< the failing node's message, if it came back complete

    bool operator==(const Failure&) const = default;
    /// True if this account contains more than the other; false if they are equal.
    [[nodiscard]] bool knows_more_than(const Failure& other) const;
};

/// A row as lightningd shows it in `listsendpays`, `sendpay_success` and inside `sendpay_failure`.
struct Row {
    PaymentKey key;
    base::PartId partid;
    base::CreatedIndex created;
    base::UpdatedIndex updated; ///< 0 before the first change, or if lightningd does not show it
    PartStatus status = PartStatus::pending;
    std::optional<base::Msat> amount;         ///< delivered; absent if lightningd does not know it
    base::Msat sent;                          ///< leaves our node
    base::UnixNs created_at;                  ///< whole second
    std::optional<base::UnixNs> completed_at; ///< whole second
    std::optional<base::Preimage> preimage;
    std::string invoice;           ///< BOLT 11 or BOLT 12; empty if the row has none
    bool unreadable_error = false; ///< the row has an error onion that could not be decrypted
};

/// The sources that announced a part: the payer's own call, seen by the hook, pay_part_start, or both (xpay).
struct Accounts {
    bool call = false;
    bool topic = false;
    [[nodiscard]] bool overlap(Accounts other) const { return (call && other.call) || (topic && other.topic); }
    void add(Accounts other) {
        call |= other.call;
        topic |= other.topic;
    }
    bool operator==(const Accounts&) const = default;
};

/// 192 bytes. One per HTLC in flight, and more for those that ended.
struct Part {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
    base::GroupId group; ///< group of its row; a payment may have several (renepay)
    base::PartId partid;
    std::optional<base::Msat> amount;
    base::Msat sent;
    base::UnixNs created_at;
    std::optional<base::UnixNs> completed_at;
    std::optional<base::UnixNs> attempt_seen; ///< when the plugin saw it start, if it did
    std::optional<base::UnixNs> resolve_seen; ///< when the plugin saw it end, if it did
    std::optional<base::Preimage> preimage;
    PartStatus status = PartStatus::pending;
    /// The part settled and its row was deleted while another part was in flight. The part is kept, because without it
    /// the payment would not count as paid.
    bool row_gone = false;
    Accounts expected;               ///< sources merged into it
    Failure failure;                 ///< meaningful when failed
    base::HeapOptional<Route> route; ///< as far as the payer's calls contain it
    std::uint64_t revision = 0;      ///< changes with every change of the part, unique in the table; 0 = not set

    /// A part with the values of the row that never change; merge() adds the rest.
    [[nodiscard]] static Part of(const Row& row);
    /// Adds the values of the row. True if a value that subscribers see changed; times do not count.
    bool merge(const Row& row);
    /// True if subscribers see a difference, as above. Ignores the status.
    bool merge(const Failure& other);
    bool merge(Route other);

    void saw_attempt(base::UnixNs when);
    void saw_resolution(base::UnixNs when);
    /// Amount that the payee gets by this part: from the row, else from the route; empty if neither is known.
    [[nodiscard]] std::optional<base::Msat> delivered() const;
    /// delivered(), or the amount sent if that is unknown: for sums in which every part must count.
    [[nodiscard]] base::Msat worth() const { return delivered().value_or(sent); }
    /// The time the plugin saw, limited to the second that lightningd recorded; else the start of that second.
    [[nodiscard]] base::UnixNs attempt_time() const;
    /// As above, but never before the attempt; empty while pending.
    [[nodiscard]] std::optional<base::UnixNs> resolve_time() const;
};

} // namespace payments

template <>
struct std::hash<payments::PaymentKey> {
    std::size_t operator()(const payments::PaymentKey& key) const noexcept {
        return std::hash<base::PaymentHash>{}(key.hash) ^ (key.group.value * 0x9E3779B97F4A7C15ULL);
    }
};
