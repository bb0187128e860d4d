// The numbers that Core Lightning gives rows, groups and parts, each a type of its own.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace base {

template <class Tag>
struct Number {
    std::uint64_t value = 0;
    auto operator<=>(const Number&) const = default;
};

/// Identifies one payment of a hash. Random, 63 bits for xpay; counted from 1 for the other payers.
using GroupId = Number<struct GroupIdTag>;
/// Identifies one part, or one retry, within a group. 0 means "not multi-part"; lightningd then omits it from its JSON.
using PartId = Number<struct PartIdTag>;
/// Permanent key of a row, counted from 1, never reused (lightningd/wait.c, since v23.11). LND's attempt_id.
using CreatedIndex = Number<struct CreatedIndexTag>;
/// Counts status changes over all rows, from 1. A row has none before its first change.
using UpdatedIndex = Number<struct UpdatedIndexTag>;

} // namespace base

template <class Tag>
struct std::hash<base::Number<Tag>> {
    std::size_t operator()(base::Number<Tag> n) const noexcept { return std::hash<std::uint64_t>{}(n.value); }
};
