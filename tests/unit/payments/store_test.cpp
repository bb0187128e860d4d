// The table's storage. Its rules are tested with the table.
#include "facts.hpp"

#include "payments/store.hpp"

#include <doctest/doctest.h>

namespace store_test {

namespace {

using namespace facts;
using payments::EntryRef;
using payments::Part;
using payments::PartStatus;
using payments::PaymentKey;
using payments::Status;
using payments::Store;

/// A payment of one part, in flight.
EntryRef add(Store& store, std::uint8_t h, std::uint64_t group, std::uint64_t created) {
    const auto payment = store.add(hash(h));
    payment->key.group = {group};
    payment->index = {created};
    store.add_part(payment, Part::of(pending(h, group, 1, created)));
    return payment;
}

EntryRef add_finished(Store& store, std::uint8_t h, std::uint64_t created, std::uint64_t updated) {
    const auto payment = add(store, h, 9, created);
    payment->parts[0].updated = {updated};
    store.finish(payment, Status::succeeded);
    return payment;
}

bool holds(const Store& store, std::uint8_t h) {
    return store.find({hash(h), {9}}).has_value();
}

} // namespace

TEST_CASE("a payment is found by every group it has, and by no other") {
    Store store(100);
    const auto payment = add(store, 1, 9, 10);
    payment->more_groups.push_back({11});
    CHECK(store.find({hash(1), {9}}) == payment);
    CHECK(store.find({hash(1), {11}}) == payment);
    CHECK_FALSE(store.find({hash(1), {10}}).has_value());
    CHECK_FALSE(store.find({hash(2), {9}}).has_value());
}

TEST_CASE("the payments of a hash are ordered by index, whatever was added first") {
    Store store(100);
    const auto later = add(store, 1, 9, 30);
    const auto earlier = add(store, 1, 8, 20);
    add(store, 2, 9, 10);
    CHECK(store.groups(hash(1)) == std::vector{earlier, later});
    CHECK(store.groups(hash(3)).empty());
    const auto found = store.find_if(hash(1), [](EntryRef payment) { return payment->index.value > 20; });
    CHECK(found == later);
    CHECK_FALSE(store.find_if(hash(1), [](EntryRef) { return false; }).has_value());
}

TEST_CASE("the count of finished parts follows every change") {
    Store store(100);
    const auto payment = add(store, 1, 9, 10);
    CHECK(store.finished_parts() == 0);
    store.finish(payment, Status::failed);
    CHECK(payment->outcome == Status::failed);
    CHECK(store.finished_parts() == 1);
    auto& second = store.add_part(payment, Part::of(pending(1, 9, 2, 11)));
    CHECK(store.finished_parts() == 2);
    store.erase_part({payment, second});
    CHECK(store.finished_parts() == 1);
    store.reopen(payment);
    CHECK_FALSE(payment->outcome.has_value());
    CHECK(store.finished_parts() == 0);
    store.finish(payment, Status::succeeded);
    store.erase(payment);
    CHECK(store.finished_parts() == 0);
    CHECK(store.size() == 0);
}

TEST_CASE("the oldest finished payments are evicted first, and only beyond the limit") {
    Store store(2);
    for (std::uint8_t h = 1; h <= 4; ++h)
        add_finished(store, h, h, h);
    add(store, 5, 9, 5); // in flight: never evicted
    store.evict({3});
    CHECK_FALSE(holds(store, 1));
    CHECK_FALSE(holds(store, 2));
    CHECK(holds(store, 3)); // reported completely, but within the limit
    CHECK(holds(store, 4));
    store.set_retain(0);
    store.evict({3});
    CHECK_FALSE(holds(store, 3));
    CHECK(holds(store, 4)); // lightningd may still report its change
    store.evict(Store::every_update);
    CHECK_FALSE(holds(store, 4));
    CHECK(holds(store, 5));
}

TEST_CASE("a payment whose last change has no index yet is not evicted, nor are newer ones") {
    Store store(0);
    add_finished(store, 1, 1, 0);
    add_finished(store, 2, 2, 2);
    store.evict({100});
    CHECK(store.size() == 2);
    store.evict(Store::every_update);
    CHECK(store.size() == 0);
}

TEST_CASE("a new payment has nothing of an erased one") {
    Store store(100);
    const auto first = add(store, 1, 9, 10);
    first->invoice = "lnbc1";
    first->invoice_read = true;
    first->payer_gave_up = true;
    first->more_groups.push_back({11});
    store.finish(first, Status::failed);
    store.erase(first);
    const auto second = store.add(hash(2));
    CHECK(second->key == PaymentKey{hash(2), {}});
    CHECK(second->parts.empty());
    CHECK(second->invoice.empty());
    CHECK_FALSE(second->invoice_read);
    CHECK_FALSE(second->payer_gave_up);
    CHECK(second->more_groups.empty());
    CHECK_FALSE(second->outcome.has_value());
    CHECK_FALSE(second->totals.any(PartStatus::pending));
}

TEST_CASE("every change of a part gives it a new revision and new totals") {
    Store store(100);
    const auto payment = add(store, 1, 9, 10);
    auto& part = payment->parts[0];
    const auto before = part.revision;
    CHECK(before > 0);
    const bool visible = store.change({payment, part}, [](Part& changed) {
        changed.status = PartStatus::failed;
        return false;
    });
    CHECK_FALSE(visible);
    CHECK(part.revision > before);
    CHECK(payment->totals.any(PartStatus::failed));
    CHECK_FALSE(payment->totals.any(PartStatus::pending));
}

TEST_CASE("the newest tombstones are kept, each once") {
    Store store(100);
    for (std::uint64_t created = 1; created <= 50'000; ++created)
        store.add_tombstone({created});
    store.add_tombstone({50'000});
    CHECK(store.has_tombstone({1}));
    store.add_tombstone({50'001});
    CHECK_FALSE(store.has_tombstone({1}));
    CHECK(store.has_tombstone({2}));
    CHECK(store.has_tombstone({50'001}));
}

} // namespace store_test
