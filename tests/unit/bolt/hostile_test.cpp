// Random and damaged bytes. The risk is a read beyond the end, so each input is in a heap block of its exact size,
// where a sanitizer notices it.
#include "bolt/failure_message.hpp"
#include "bolt/hop_payload.hpp"
#include "recorded.hpp"
#include "wire.hpp"

#include <random>

#include <doctest/doctest.h>

namespace hostile_test {

using wire::Octets;

namespace {

constexpr int rounds = 20'000;

class Dice final {
  public:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    std::uint8_t octet() { return static_cast<std::uint8_t>(engine_()); }
    Octets octets(std::size_t n) {
        Octets out(n);
        for (std::uint8_t& one : out)
            one = octet();
        return out;
    }

  private:
    std::mt19937_64 engine_; // a fixed seed
};

/// Changes, removes or inserts a few bytes.
Octets spoil(Octets octets, Dice& dice) {
    for (std::size_t left = 1 + dice.below(4); left > 0 && !octets.empty(); --left) {
        const auto at = octets.begin() + static_cast<std::ptrdiff_t>(dice.below(octets.size()));
        switch (dice.below(3)) {
        case 0:
            *at = dice.octet();
            break;
        case 1:
            octets.erase(at);
            break;
        default:
            octets.insert(at, dice.octet());
        }
    }
    octets.shrink_to_fit();
    return octets;
}

void decode_all(const Octets& octets) {
    const auto payload = bolt::decode_hop_payload(octets);
    // A payload includes its length, so no prefix of a valid one is valid.
    if (payload)
        for (std::size_t n = 0; n < octets.size(); ++n)
            REQUIRE_FALSE(bolt::decode_hop_payload(wire::first(octets, n)).has_value());
    else
        REQUIRE(payload.error().offset <= octets.size());

    const auto failure = bolt::decode_failure_message(octets);
    if (failure) {
        REQUIRE(octets.size() >= 2);
        REQUIRE(failure->code == (octets[0] << 8 | octets[1]));
    } else {
        REQUIRE(failure.error().offset <= octets.size());
    }

    const auto update = bolt::decode_channel_update(octets);
    REQUIRE((update.has_value() || update.error().offset <= octets.size()));
}

} // namespace

TEST_CASE("random bytes give an error or a complete result") {
    Dice dice;
    for (int round = 0; round < rounds; ++round)
        decode_all(dice.octets(dice.below(200)));
}

TEST_CASE("random TLVs of the right length give an error or a complete result") {
    Dice dice;
    for (int round = 0; round < rounds; ++round)
        decode_all(wire::sized(dice.octets(dice.below(40))));
}

TEST_CASE("damaged recorded bytes give an error or a complete result") {
    Dice dice;
    for (int round = 0; round < rounds; ++round) {
        const bool payload = dice.below(2) == 0;
        const auto text = payload ? recorded::payloads[dice.below(recorded::payloads.size())]
                                  : recorded::failures[dice.below(recorded::failures.size())];
        decode_all(spoil(wire::hex(text), dice));
    }
}

} // namespace hostile_test
