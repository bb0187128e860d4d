// The table with facts in any order, each any number of times: it must end the same, and true to the history.
#include "listener.hpp"
#include "world.hpp"

#include <algorithm>

namespace table_target {

namespace {

using payments::Payment;
using payments::Table;

/// The values that must not depend on the order. The index (of the first row seen), the peak of simultaneous parts and
/// the times (fixed when the payment ends) may: they are left out, and value() too unless a better source is known.
std::string picture(Payment payment) {
    payment.index = {};
    for (auto& part : payment.parts) {
        part.created_at = {};
        part.attempt_seen = part.resolve_seen = part.completed_at = std::nullopt;
    }
    if (!payment.invoice_amount && payment.total.source <= payments::TotalSource::spent)
        payment.live_peak = payment.worth_peak = {1};
    std::string text = fuzz::published_form(payment) + std::to_string(static_cast<int>(payment.payer));
    for (const auto& part : payment.parts)
        for (const auto number : {part.updated.value, part.partid.value})
            text += ' ' + std::to_string(number);
    return text;
}

std::map<payments::PaymentKey, std::string> pictures(const Table& table) {
    std::map<payments::PaymentKey, std::string> pictures;
    table.for_each([&](const Payment& payment) { pictures.emplace(payment.key, picture(payment)); });
    return pictures;
}

/// With the checks of what a subscriber sees, and of the end against the history.
std::map<payments::PaymentKey, std::string> checked_in_order(const fuzz::World& world, std::uint64_t seed) {
    Table table(1000);
    fuzz::Listener listener;
    std::set<base::PaymentHash> succeeded;
    fuzz::apply_in_some_order(world, seed, [&](std::span<const payments::Event> events) {
        const auto change = table.apply(events);
        listener.changed(table, change);
        for (const auto* payment : change.updated) {
            const bool success = payment->status() == payments::Status::succeeded;
            fuzz::require(success || !succeeded.contains(payment->key.hash), "only SUCCEEDED follows SUCCEEDED");
            if (success)
                succeeded.insert(payment->key.hash);
        }
    });
    listener.check_published(table);
    std::vector<payments::Event> known;
    known.reserve(world.facts.size());
    for (const auto& fact : world.facts)
        known.push_back(fact.event);
    fuzz::require(table.apply(known).updated.empty(), "a known fact is no change");
    fuzz::require(table.size() == world.payments.size(), "every payment is in the table");
    for (const auto& truth : world.payments) {
        const auto* payment = table.find(truth.key);
        fuzz::require(payment && payment->status() == truth.status, "the status follows LND's truth table");
        fuzz::require(payment->parts.size() == truth.rows.size(), "every row is a part");
        for (std::size_t i = 0; i < truth.rows.size(); ++i)
            fuzz::require(payment->parts[i].status == truth.rows[i].status, "every part ends like its row");
    }
    return pictures(table);
}

std::map<payments::PaymentKey, std::string> applied_in_order(const fuzz::World& world, std::uint64_t seed) {
    Table table(1000);
    fuzz::apply_in_some_order(world, seed, [&](std::span<const payments::Event> events) { table.apply(events); });
    return pictures(table);
}

} // namespace

FUZZ_TARGET(table) {
    fuzz::Choices choices(data, size);
    const auto one = choices.number();
    const auto other = choices.number();
    const fuzz::World world(choices);
    fuzz::require(checked_in_order(world, one) == applied_in_order(world, other), "every order gives the same table");
    return 0;
}

} // namespace table_target
