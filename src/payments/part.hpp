// One part: a row of lightningd's payments table with the events the plugin saw, LND's HTLC attempt.
// Facts about a part merge in any order and any number of times to the same part.
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

/// A payment is all parts of one hash in one group.
struct PaymentKey {
    base::PaymentHash hash;
    base::GroupId group;
    auto operator<=>(const PaymentKey&) const = default;
};

/// A row changes once: from pending to one of the others (lightningd, wallet_payment_set_status).
enum class PartStatus : std::uint8_t { pending, failed, complete };

/// Why a part failed, as far as it is known.
struct Failure {
    /// Ordered by how much is known: when two accounts of one failure meet, the greater kind stays.
    enum class Kind : std::uint8_t {
        unknown,    ///< failed, reason unknown
        unreadable, ///< an error came back that could not be decrypted: its origin is unknown
        local,      ///< our own node's trouble, no BOLT 4 code
        wire        ///< `code` is the reason
    } kind = Kind::unknown;
    std::uint16_t code = 0; ///< BOLT 4 failure code; only for Kind::wire
    /// 0 = our node, i = the i-th hop (LND's failure_source_index).
    std::uint32_t source_index = 0;
    /// It comes from the payee itself, according to lightningd (sendpay code 203).
    bool at_destination = false;
    base::HeapOptional<bolt::FailureMessage> message{}; ///< of the failing node, if it came back whole

    bool operator==(const Failure&) const = default;
    /// An account that knows more than the other; false for equals.
    [[nodiscard]] bool knows_more_than(const Failure& other) const;
};

/// A row as lightningd shows it in `listsendpays`, `sendpay_success` and inside `sendpay_failure`.
struct Row {
    PaymentKey key;
    base::PartId partid;
    base::CreatedIndex created;
    base::UpdatedIndex updated; ///< 0 before the first change, and where lightningd does not show it
    PartStatus status = PartStatus::pending;
    std::optional<base::Msat> amount;         ///< delivered; absent where lightningd does not know it
    base::Msat sent;                          ///< leaves our node
    base::UnixNs created_at;                  ///< whole second
    std::optional<base::UnixNs> completed_at; ///< whole second
    std::optional<base::Preimage> preimage;
    std::string invoice;           ///< BOLT 11 or BOLT 12; empty if the row has none
    bool unreadable_error = false; ///< the row keeps an error onion nobody could decrypt
};

/// Where it is known from that a part is about to be made: the payer's own call, seen by the hook, pay_part_start, or
/// both (xpay).
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

/// 192 bytes: there are as many as HTLCs in flight, and more that ended.
struct Part {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
    base::GroupId group; ///< of its row; one payment may have several (renepay)
    base::PartId partid;
    std::optional<base::Msat> amount;
    base::Msat sent;
    base::UnixNs created_at;
    std::optional<base::UnixNs> completed_at;
    std::optional<base::UnixNs> attempt_seen; ///< when the plugin saw it begin, if it did
    std::optional<base::UnixNs> resolve_seen; ///< when the plugin saw it end, if it did
    std::optional<base::Preimage> preimage;
    PartStatus status = PartStatus::pending;
    /// It settled and its row was deleted while a sibling was in flight: it stays, or the payment would not be paid.
    bool row_gone = false;
    Accounts expected;               ///< the accounts that were merged into it
    Failure failure;                 ///< meaningful when failed
    base::HeapOptional<Route> route; ///< as far as its payer's calls show it
    std::uint64_t revision = 0; ///< counts the changes in the table: the same revision is the same part; 0 = uncounted

    /// What never changes of a row; merge() adds the rest.
    [[nodiscard]] static Part of(const Row& row);
    /// What the row adds. True when something a subscriber can see changed; times do not count.
    bool merge(const Row& row);
    /// True when visible, as above. Does not look at the status.
    bool merge(const Failure& other);
    bool merge(Route other);

    void saw_attempt(base::UnixNs when);
    void saw_resolution(base::UnixNs when);
    /// Amount that reaches the payee by this part: that of the row, else of its route; nothing when neither is known.
    [[nodiscard]] std::optional<base::Msat> delivered() const;
    /// As delivered(), else what left: for sums that must not forget a part.
    [[nodiscard]] base::Msat worth() const { return delivered().value_or(sent); }
    /// Unix ns: the moment seen, held inside the second lightningd recorded; else the start of that second.
    [[nodiscard]] base::UnixNs attempt_time() const;
    /// As above, but never before the attempt; nothing while pending.
    [[nodiscard]] std::optional<base::UnixNs> resolve_time() const;
};

} // namespace payments

template <>
struct std::hash<payments::PaymentKey> {
    std::size_t operator()(const payments::PaymentKey& key) const noexcept {
        return std::hash<base::PaymentHash>{}(key.hash) ^ (key.group.value * 0x9E3779B97F4A7C15ULL);
    }
};
