#include "commands/group_census.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace commands {

std::pair<std::uint64_t, std::uint64_t> GroupCensus::bits_of(const payments::PaymentKey& key) const {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::memcpy(&first, key.hash.bytes.data(), sizeof first); // uniformly random
    std::memcpy(&second, key.hash.bytes.data() + sizeof first, sizeof second);
    const auto group = std::rotl(key.group.value * 0x9E3779B97F4A7C15ULL, 32);
    const auto last = counted_.chunks.size() * 64 - 1; // a power of two, less one
    return {(first ^ group) & last, (second ^ group) & last};
}

void GroupCensus::count(base::CreatedIndex after, std::span<const payments::Row> rows, base::CreatedIndex upto,
                        std::uint64_t expected) {
    if (after > upto_)
        return;
    if (counted_.chunks.empty()) {
        const auto rows_expected = std::clamp(expected, least_bits / bits_for_a_row, most_bits / bits_for_a_row);
        counted_.chunks.resize(std::bit_ceil(rows_expected * bits_for_a_row) / 64);
        several_.chunks.resize(counted_.chunks.size());
    }
    for (const auto& row : rows) {
        if (row.created <= upto_ || row.created > upto)
            continue;
        const auto [first, second] = bits_of(row.key);
        auto& bits = counted_.test(first) && counted_.test(second) ? several_ : counted_;
        bits.set(first);
        bits.set(second);
    }
    upto_ = std::max(upto_, upto);
}

bool GroupCensus::is_alone(const payments::Row& row) const {
    if (row.created > upto_ || counted_.chunks.empty())
        return false;
    const auto [first, second] = bits_of(row.key);
    return !(several_.test(first) && several_.test(second));
}

} // namespace commands
