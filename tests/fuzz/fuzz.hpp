// Used by every target: a check that ends the process where libFuzzer notices it, and the input as text or as small
// numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace fuzz {

using Target = int (*)(const std::uint8_t* data, std::size_t size);

/// All targets are in one program; the environment variable FUZZ chooses one (targets.cpp).
struct Registered {
    Registered(const char* name, Target target);
};

/// The target that FUZZ names. Ends the process if there is none.
[[nodiscard]] Target chosen_target();

#define FUZZ_TARGET(name)                                                                                              \
    int fuzz_##name(const std::uint8_t* data, std::size_t size);                                                       \
    const fuzz::Registered registered_##name{#name, fuzz_##name};                                                      \
    int fuzz_##name(const std::uint8_t* data, std::size_t size)

/// `promise`: the property that failed, for the reader of the crash.
inline void require(bool kept, const char* promise) {
    if (kept)
        return;
    std::fprintf(stderr, "violated: %s\n", promise);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// The input as choices, zeros when it is used up.
class Choices final {
  public:
    Choices(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

    std::uint8_t byte() {
        if (left_.empty())
            return 0;
        const auto first = left_.front();
        left_ = left_.subspan(1);
        return first;
    }
    /// One of `n` (at most 256).
    std::size_t below(std::size_t n) { return byte() % n; }
    bool coin() { return (byte() & 1) != 0; }
    /// Mostly small, sometimes at the limits of the type.
    std::uint64_t number() {
        const auto kind = byte();
        if (kind < 200)
            return byte();
        if (kind < 220)
            return UINT64_MAX - byte();
        if (kind < 240)
            return (std::uint64_t{1} << (byte() % 64)) - (byte() & 1);
        std::uint64_t number = 0;
        for (int i = 0; i < 8; ++i)
            number = number << 8 | byte();
        return number;
    }
    [[nodiscard]] bool empty() const { return left_.empty(); }
    std::span<const std::uint8_t> take(std::size_t n) {
        const auto taken = left_.first(n < left_.size() ? n : left_.size());
        left_ = left_.subspan(taken.size());
        return taken;
    }
    std::span<const std::uint8_t> rest() { return take(left_.size()); }

  private:
    std::span<const std::uint8_t> left_;
};

} // namespace fuzz
