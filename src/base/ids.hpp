// The numbers that name rows, groups and parts in Core Lightning, each a type of its own.
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

/// One payment attempt of a hash; random 63 bit for xpay, counted from 1 for the others.
using GroupId = Number<struct GroupIdTag>;
/// One HTLC set member or retry within a group; 0 = "not multi-part" and is left out of lightningd's JSON.
using PartId = Number<struct PartIdTag>;
/// Lifelong key of a row, from 1, never reused (lightningd/wait.c, since v23.11). LND's attempt_id.
using CreatedIndex = Number<struct CreatedIndexTag>;
/// Counts status changes over all rows, from 1; a row has one only after its first change.
using UpdatedIndex = Number<struct UpdatedIndexTag>;

} // namespace base

template <class Tag>
struct std::hash<base::Number<Tag>> {
    std::size_t operator()(base::Number<Tag> n) const noexcept { return std::hash<std::uint64_t>{}(n.value); }
};
