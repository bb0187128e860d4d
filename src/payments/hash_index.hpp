// A hash table from payment hash to locations in memory; one hash may have several. Open addressing by the hash's own
// bits, which are random. Memory that was not used for a while is not in the processor's caches, and each piece of it
// costs some 100 ns: a look-up here needs one (std::unordered_map: three, and another entry's when one is erased).
// Growing does not look at the locations at all.
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
    /// Looks at the places of that hash until `wanted` is content with one; null if it never is. Places of a hash that
    /// shares 64 bits with it are shown too.
    template <class Wanted>
    [[nodiscard]] const Location* find(const base::PaymentHash& hash, Wanted wanted) const {
        const auto tag = tag_of(hash);
        for (auto at = home(tag); slots_[at].tag != nothing; at = after(at))
            if (slots_[at].tag == tag && wanted(slots_[at].place))
                return &slots_[at].place;
        return nullptr;
    }

    /// Where find() will begin.
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

    /// It must be there.
    void erase(const base::PaymentHash& hash, const Location& place) {
        auto hole = home(tag_of(hash));
        while (slots_[hole].tag == nothing || slots_[hole].place != place)
            hole = after(hole);
        // Whoever stands behind moves up, unless that were before the place where the search for it begins.
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
