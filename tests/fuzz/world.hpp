// A small history of payments as a real lightningd could have made it, and all its facts: rows made and settled,
// failures explained by several sources, calls of payers, ends. A fact comes after those it depends on; otherwise
// any order is valid.
#pragma once

#include "fuzz.hpp"
#include "payments/table.hpp"

#include <functional>

namespace fuzz {

struct Fact {
    payments::Event event;
    std::vector<std::size_t> after; ///< facts that must have been applied before
};

struct Truth {
    payments::PaymentKey key;
    payments::Status status = payments::Status::in_flight;
    std::vector<payments::Row> rows; ///< in their last state
};

struct World {
    std::vector<Fact> facts;
    std::vector<Truth> payments;

    /// `fat`: bytes of metadata in some routes.
    explicit World(Choices& choices, std::size_t fat = 0);
};

/// Every fact in a valid order, some of them again, in batches of one to three.
void apply_in_some_order(const World& world, std::uint64_t seed,
                         const std::function<void(std::span<const payments::Event>)>& apply);

} // namespace fuzz
