// The memory of a part: a node with thousands of HTLCs in flight has as many parts.
#include "facts.hpp"

#include <cstdlib>
#include <new>

#include <malloc.h>

#include <doctest/doctest.h>

namespace {

std::size_t heap_bytes = 0;

/// As glibc's malloc counts, its header included.
std::size_t size_of(void* block) {
    return malloc_usable_size(block) + 8;
}

} // namespace

// Never inlined: GCC would see free() of what `new` returned, and take it for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
    auto* block = std::malloc(size);
    if (!block)
        throw std::bad_alloc();
    heap_bytes += size_of(block);
    return block;
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
    if (block)
        heap_bytes -= size_of(block);
    std::free(block);
}

[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}

namespace memory_test {

namespace {

using namespace facts;

payments::ExpectedPart call(std::uint64_t partid, std::size_t hops) {
    payments::ExpectedPart expected;
    expected.hash = hash(1);
    expected.group = base::GroupId{9};
    expected.partid = {partid};
    expected.seen = second(110);
    for (std::size_t i = 0; i < hops; ++i)
        expected.route.hops.emplace_back().forward = {1000};
    if (hops > 0) { // the MPP record
        payments::HopExtras extras;
        extras.mpp = payments::MppRecord{{7}, {1000}};
        expected.route.hops.back().extras = base::HeapOptional(std::move(extras));
    }
    return expected;
}

/// The table's memory for each of `parts` more parts of a payment.
std::size_t bytes_per_part(std::uint64_t parts, std::size_t hops) {
    payments::Table table(1000);
    table.apply(seen(pending(1, 9, 0, 1)));
    const auto before = heap_bytes;
    for (std::uint64_t n = 1; n <= parts; ++n) {
        table.apply(call(n, hops));
        table.apply(seen(pending(1, 9, n, n + 1)));
    }
    const auto& route = table.find({hash(1), {9}})->parts.back().route;
    CHECK((route ? route->hops.size() : 0) == hops);
    return (heap_bytes - before) / parts;
}

} // namespace

TEST_CASE("a part in flight takes at most 400 bytes, or 710 with a route of three hops and its MPP record") {
    for (std::uint64_t parts = 10; parts <= 520; parts += 17) {
        INFO(parts, " parts");
        CHECK(bytes_per_part(parts, 3) <= 710);
        CHECK(bytes_per_part(parts, 0) <= 400);
    }
}

TEST_CASE("a payment that left the table has freed its memory") {
    payments::Table table(0);
    const auto before = heap_bytes;
    table.apply(call(1, 3));
    table.apply(seen(complete(pending(1, 9, 1, 1), 1)));
    table.evict(payments::Table::every_update);
    CHECK(table.size() == 0);
    CHECK(heap_bytes < before + 4096); // the tables' own arrays stay
}

} // namespace memory_test
