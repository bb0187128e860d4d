// A small history of payments as a real lightningd could have made it, and all its facts: rows made and settled,
// failures explained by several sources, calls of payers, ends. A fact holds at any time after those it stands on;
// nothing else fixes their order.
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
    std::vector<payments::Row> rows; ///< as they ended
};

struct World {
    std::vector<Fact> facts;
    std::vector<Truth> payments;

    /// `fat`: bytes of metadata that some routes carry.
    explicit World(Choices& choices, std::size_t fat = 0);
};

/// Every fact in some order that respects `after`, some of them again, in batches of one to three.
void apply_in_some_order(const World& world, std::uint64_t seed,
                         const std::function<void(std::span<const payments::Event>)>& tell);

} // namespace fuzz
