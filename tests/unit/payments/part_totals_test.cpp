// Sums updated as parts change, against sums computed anew.
#include "payments/part_totals.hpp"

#include <random>

#include <doctest/doctest.h>

namespace part_totals_test {

using payments::Part;
using payments::PartStatus;

TEST_CASE("the totals equal sums over all parts, also beyond 64 bits") {
    std::mt19937_64 dice(7);
    payments::PartTotals totals;
    std::vector<Part> parts;
    bool was_beyond = false;
    bool came_back = false;
    for (int round = 0; round < 2000; ++round) {
        if (parts.size() < 3 || dice() % 2 == 0) {
            Part part;
            part.status = static_cast<PartStatus>(dice() % 3);
            if (dice() % 4 != 0)
                part.amount = base::Msat{dice() % 2 == 0 ? dice() : dice() % 1000};
            part.partid = {dice() % 100};
            totals.add(part);
            parts.push_back(part);
        } else {
            const auto gone = parts.begin() + static_cast<std::ptrdiff_t>(dice() % parts.size());
            totals.remove(*gone);
            parts.erase(gone);
        }
        base::Msat live;
        for (const auto& part : parts)
            if (part.status != PartStatus::failed)
                live = live + part.amount.value_or(base::Msat{});
        CHECK(totals.live() == live);
        for (const auto status : {PartStatus::pending, PartStatus::failed, PartStatus::complete})
            CHECK(totals.any(status) ==
                  std::any_of(parts.begin(), parts.end(), [&](const Part& part) { return part.status == status; }));
        for (const auto& part : parts)
            CHECK(totals.may_have(part.partid));
        was_beyond |= live.value == UINT64_MAX;
        came_back |= was_beyond && live.value < UINT64_MAX;
    }
    CHECK(came_back);
    CHECK_FALSE(totals.may_have({100}));
}

} // namespace part_totals_test
