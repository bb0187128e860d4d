// Builds facts about parts for the tests of the table.
#pragma once

#include "payments/table.hpp"

namespace facts {

inline base::PaymentHash hash(std::uint8_t n) {
    base::PaymentHash h;
    h.bytes.fill(n);
    return h;
}

inline base::UnixNs second(std::uint64_t s) {
    return base::from_seconds(s);
}

/// A pending row of 1000 msat (1010 sent), made in second 100 + created.
inline payments::Row pending(std::uint8_t h, std::uint64_t group, std::uint64_t partid, std::uint64_t created) {
    payments::Row row;
    row.key = {hash(h), {group}};
    row.partid = {partid};
    row.created = {created};
    row.amount = base::Msat{1000};
    row.sent = {1010};
    row.created_at = second(100 + created);
    return row;
}

inline payments::Row complete(payments::Row row, std::uint64_t updated) {
    row.status = payments::PartStatus::complete;
    row.updated = {updated};
    row.completed_at = second(200 + updated);
    row.preimage.emplace().bytes.fill(0x77);
    return row;
}

inline payments::Row failed(payments::Row row, std::uint64_t updated) {
    row.status = payments::PartStatus::failed;
    row.updated = {updated};
    row.completed_at = second(200 + updated);
    return row;
}

inline payments::Event seen(payments::Row row) {
    return payments::PartSeen{std::move(row), std::nullopt};
}

/// As sendpay_failure reports it: the row is still pending.
inline payments::Event failure(payments::Row row, std::uint16_t code, std::uint32_t index) {
    return payments::PartFailed{std::move(row), {payments::Failure::Kind::wire, code, index, false, {}}, second(300)};
}

/// The payments whose snapshots are due.
inline std::vector<payments::PaymentKey> updated(const payments::Change& change) {
    std::vector<payments::PaymentKey> keys;
    for (const auto* payment : change.updated)
        keys.push_back(payment->key);
    return keys;
}

} // namespace facts
