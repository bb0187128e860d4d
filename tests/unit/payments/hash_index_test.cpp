// The index against a plain list, with so few hashes that they collide.
#include "payments/hash_index.hpp"

#include <memory>
#include <random>

#include <doctest/doctest.h>

namespace hash_index_test {

namespace {

using payments::HashIndex;

/// The last eight bytes are where the search begins; `other` makes different hashes that begin there.
base::PaymentHash hash(std::uint64_t begin, std::uint8_t other = 0) {
    base::PaymentHash hash;
    for (std::size_t i = 0; i < 8; ++i)
        hash.bytes[24 + i] = static_cast<std::uint8_t>(begin >> (8 * i));
    hash.bytes[0] = other;
    return hash;
}

struct Entry {
    base::PaymentHash hash;
    int place = 0;
};

/// All entries of the hash, as the index gives them.
std::vector<int> places(const HashIndex<const Entry*>& index, const base::PaymentHash& hash) {
    std::vector<int> found;
    CHECK_FALSE(index.find(hash, [&](const Entry* at) {
        if (at->hash == hash)
            found.push_back(at->place);
        return false;
    }));
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

TEST_CASE("find() gives the wanted entry, and nothing in an empty index") {
    HashIndex<int> index;
    CHECK_FALSE(index.find(hash(0), [](int) { return true; }));
    for (const int place : {1, 2, 3})
        index.insert(hash(7), place);
    CHECK(*index.find(hash(7), [](int place) { return place == 2; }) == 2);
    CHECK_FALSE(index.find(hash(7), [](int place) { return place == 4; }));
    CHECK_FALSE(index.find(hash(8), [](int) { return true; }));
    index.erase(hash(7), 2);
    CHECK_FALSE(index.find(hash(7), [](int place) { return place == 2; }));
    CHECK(*index.find(hash(7), [](int place) { return place == 3; }) == 3);
}

TEST_CASE("after any insertions and erasures exactly the remaining entries are found") {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        std::mt19937_64 dice(seed);
        const std::uint64_t crowd = seed % 2 == 0 ? 12 : UINT64_MAX; // few starting slots, or many
        std::vector<std::unique_ptr<Entry>> all;
        HashIndex<const Entry*> index;
        for (int round = 0; round < 400; ++round) {
            const bool grows = round < 250;
            if (all.empty() || dice() % 3 < (grows ? 2U : 1U)) {
                auto entry = std::make_unique<Entry>();
                // Also at the very end of the slots, however many there are.
                const auto begin = dice() % 2 == 0 ? dice() % crowd : UINT64_MAX - dice() % 3;
                *entry = {hash(begin, static_cast<std::uint8_t>(dice() % 3)), round};
                index.insert(entry->hash, entry.get());
                all.push_back(std::move(entry));
            } else {
                const auto gone = all.begin() + static_cast<std::ptrdiff_t>(dice() % all.size());
                index.erase((*gone)->hash, gone->get());
                all.erase(gone);
            }
            for (const auto& entry : all) {
                std::vector<int> expected;
                for (const auto& other : all)
                    if (other->hash == entry->hash)
                        expected.push_back(other->place);
                REQUIRE(places(index, entry->hash) == expected);
            }
        }
    }
}

} // namespace hash_index_test
