// A hash table from payment hash to locations in memory; a hash may have several. Open addressing with the bits of the
// hash itself, which are random. Each access to memory that is not cached takes about 100 ns: a look-up here needs one,
// std::unordered_map needs three, and one more to erase. Growing does not read the locations.
#pragma once

#include "base/bytes.hpp"
#include "base/prefetch.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace payments {

template <class Location>
class HashIndex final {
  public:
    /// Calls `wanted` for each location of the hash until it returns true, and returns that location; null if it never
    /// does. May also show locations of another hash with the same 64 bits.
    template <class Wanted>
    [[nodiscard]] const Location* find(const base::PaymentHash& hash, Wanted wanted) const {
        const auto tag = tag_of(hash);
        for (auto at = home(tag); slots_[at].tag != nothing; at = after(at))
            if (slots_[at].tag == tag && wanted(slots_[at].place))
                return &slots_[at].place;
        return nullptr;
    }

    /// Prefetches the slot where find() begins.
    void prefetch(const base::PaymentHash& hash) const { base::prefetch(&slots_[home(tag_of(hash))], sizeof(Slot)); }

    void insert(const base::PaymentHash& hash, Location place) {
        if (2 * ++size_ > slots_.size()) {
            const auto old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
            for (const auto& slot : old)
                if (slot.tag != nothing)
                    put(slot);
        }
        put({tag_of(hash), place});
    }

    /// The location must be in the index.
    void erase(const base::PaymentHash& hash, const Location& place) {
        auto hole = home(tag_of(hash));
        while (slots_[hole].tag == nothing || slots_[hole].place != place)
            hole = after(hole);
        // Move later entries up into the hole, except those whose search begins after it.
        for (auto at = after(hole); slots_[at].tag != nothing; at = after(at)) {
            const auto from_home = (at - home(slots_[at].tag)) & (slots_.size() - 1);
            if (from_home >= ((at - hole) & (slots_.size() - 1)))
                slots_[std::exchange(hole, at)] = slots_[at];
        }
        slots_[hole] = {};
        --size_;
    }

  private:
    static constexpr std::uint64_t nothing = 0;
    struct Slot {
        std::uint64_t tag = nothing;
        Location place{};
    };

    static std::uint64_t tag_of(const base::PaymentHash& hash) {
        return std::max<std::uint64_t>(std::hash<base::PaymentHash>{}(hash), nothing + 1);
    }
    [[nodiscard]] std::size_t home(std::uint64_t tag) const { return tag & (slots_.size() - 1); }
    [[nodiscard]] std::size_t after(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
    void put(const Slot& slot) {
        auto at = home(slot.tag);
        while (slots_[at].tag != nothing)
            at = after(at);
        slots_[at] = slot;
    }

    std::vector<Slot> slots_ = std::vector<Slot>(16); // a power of two, at least half of them free
    std::size_t size_ = 0;
};

} // namespace payments
