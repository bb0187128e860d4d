// Where the quotes, backslashes and brackets of 64 bytes are, as bit masks: for BracketScanner. There are two ways: by
// SSE2, and by plain C++ for processors without it, such as Arm. Tests compare both on every file of the fuzz corpora.
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace json::bracket_bits {

constexpr std::size_t block_size = 64;

/// Bit i belongs to byte i.
struct Bits {
    std::uint64_t quotes = 0;
    std::uint64_t backslashes = 0;
    std::uint64_t opening = 0;
    std::uint64_t closing = 0;
    bool operator==(const Bits&) const = default;
};

// `{` and `[` differ only in this bit, as do `}` and `]`.
constexpr char bracket_bit = 0x20;

inline Bits portable(const char* block) {
    Bits bits;
    for (unsigned at = 0; at < block_size; ++at) {
        const auto bit = [at](bool is) { return static_cast<std::uint64_t>(is) << at; };
        bits.quotes |= bit(block[at] == '"');
        bits.backslashes |= bit(block[at] == '\\');
        bits.opening |= bit((block[at] | bracket_bit) == '{');
        bits.closing |= bit((block[at] | bracket_bit) == '}');
    }
    return bits;
}

#ifdef __SSE2__ // every x86-64 has it

inline Bits of(const char* block) {
    const auto equal = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
    const auto bits_in = [](__m128i mask) { return static_cast<std::uint64_t>(_mm_movemask_epi8(mask)); };
    const auto bytes_at = [block](unsigned at) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + at));
    };
    Bits bits;
    auto backslashes = _mm_setzero_si128();
    for (unsigned at = 0; at < block_size; at += 16) {
        const auto bytes = bytes_at(at);
        const auto folded = _mm_or_si128(bytes, _mm_set1_epi8(bracket_bit));
        bits.quotes |= bits_in(equal(bytes, '"')) << at;
        bits.opening |= bits_in(equal(folded, '{')) << at;
        bits.closing |= bits_in(equal(folded, '}')) << at;
        backslashes = _mm_or_si128(backslashes, equal(bytes, '\\'));
    }
    if (bits_in(backslashes) != 0) // rare
        for (unsigned at = 0; at < block_size; at += 16)
            bits.backslashes |= bits_in(equal(bytes_at(at), '\\')) << at;
    return bits;
}

#else

inline Bits of(const char* block) {
    return portable(block);
}

#endif

} // namespace json::bracket_bits
