#include "topology.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace standin {

namespace {

struct Middle {
    std::string_view name;
    std::string_view node;
    std::string_view channel_in;
    std::string_view channel_out;
    std::uint64_t fee_millionths;
};

constexpr std::array middles = {
    Middle{"l2", "02f53b29c8910ace66818a4bc2e4ec79bcebef037bdf8d22f3f5de2e0dfbccd4a8", "103x1x0", "103x2x0", 10},
    Middle{"l4", "039640c72c9ad130c4f88348bf7b2ffc9d239d7ce72fb8ca73e80157159b1a3339", "103x3x0", "103x4x0", 10},
    Middle{"l5", "03dd6db296a5d0226652f3152a1babcb71bce87fdf34f7a78e3f58508aa561b409", "103x5x0", "103x6x0", 2000},
};

const Middle& choose(std::string_view via, std::size_t nth) {
    const auto* const at = std::find_if(middles.begin(), middles.end(), [&](const Middle& m) { return m.name == via; });
    return at != middles.end() ? *at : middles[nth % middles.size()];
}

std::uint64_t usual_fee(const Middle& middle, std::uint64_t amount) {
    return 1 + amount / 1'000'000 * middle.fee_millionths + amount % 1'000'000 * middle.fee_millionths / 1'000'000;
}

} // namespace

int direction_between(std::string_view from, std::string_view to) {
    return from < to ? 0 : 1;
}

Route make_route(std::string_view via, std::size_t nth, std::uint64_t amount, std::uint64_t fee) {
    const Middle& at = choose(via, nth);
    const std::uint64_t with_fee = amount + (fee ? fee : usual_fee(at, amount));
    const std::uint32_t last = block_height + 1 + final_delay - hop_delay;
    return {
        {std::string(at.node), std::string(at.channel_in), direction_between(our_node, at.node), with_fee,
         last + hop_delay},
        {std::string(payee_node), std::string(at.channel_out), direction_between(at.node, payee_node), amount, last}};
}

std::uint64_t deliverable(std::string_view via, std::size_t nth, std::uint64_t sent, std::uint64_t fee) {
    if (fee != 0)
        return sent - std::min(fee, sent);
    const Middle& at = choose(via, nth);
    std::uint64_t amount = sent - std::min(usual_fee(at, sent), sent);
    while (amount + 1 + usual_fee(at, amount + 1) <= sent)
        ++amount;
    return amount;
}

std::uint64_t scid_number(std::string_view scid) {
    unsigned long block = 0;
    unsigned long tx = 0;
    unsigned long output = 0;
    if (std::sscanf(std::string(scid).c_str(), "%lux%lux%lu", &block, &tx, &output) != 3)
        return 0;
    return std::uint64_t{block} << 40 | std::uint64_t{tx} << 16 | output;
}

bool is_peer(std::string_view node) {
    return std::any_of(middles.begin(), middles.end(), [&](const Middle& m) { return m.node == node; });
}

} // namespace standin
