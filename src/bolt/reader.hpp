// Reads wire bytes in order (BOLT 1, "fundamental types"; big endian). After the first error every read returns zeros
// or nothing and the position stays, so a decoder reads all fields and checks for an error once, at the end. Owns
// nothing: returned spans point into the bytes it was given.
#pragma once

#include "bolt/error.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bolt {

class Reader final {
  public:
    /// `origin`: the offset of `bytes` within the whole input, from which errors count.
    explicit Reader(std::span<const std::uint8_t> bytes, std::size_t origin = 0) : bytes_(bytes), origin_(origin) {}

    [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
    [[nodiscard]] bool empty() const { return left() == 0; }
    [[nodiscard]] std::size_t offset() const { return origin_ + at_; }
    [[nodiscard]] bool ok() const { return !error_; }

    std::uint8_t u8() { return fixed<std::uint8_t>(); }
    std::uint16_t u16() { return fixed<std::uint16_t>(); }
    std::uint32_t u32() { return fixed<std::uint32_t>(); }
    std::uint64_t u64() { return fixed<std::uint64_t>(); }

    /// A longer form than needed is an error, as BOLT 1 demands.
    std::uint64_t big_size() {
        const std::size_t start = at_;
        const std::uint8_t first = u8();
        if (first < 0xfd)
            return first;
        const std::uint64_t value = first == 0xfd ? u16() : first == 0xfe ? u32() : u64();
        const std::uint64_t least = first == 0xfd ? 0xfd : first == 0xfe ? 0x1'0000 : 0x1'0000'0000;
        if (ok() && value < least) {
            at_ = start;
            fail("a BigSize longer than needed");
        }
        return ok() ? value : 0;
    }

    /// Truncated integers take all remaining bytes. A leading zero is an error; no bytes at all mean zero.
    std::uint32_t tu32() { return truncated<std::uint32_t>(); }
    std::uint64_t tu64() { return truncated<std::uint64_t>(); }

    std::span<const std::uint8_t> bytes(std::uint64_t n) {
        if (!ok())
            return {};
        if (n > left()) {
            fail("the bytes end too early");
            return {};
        }
        const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(n));
        at_ += taken.size();
        return taken;
    }

    template <std::size_t N>
    std::array<std::uint8_t, N> array() {
        std::array<std::uint8_t, N> out{};
        std::ranges::copy(bytes(N), out.begin());
        return out;
    }

    std::span<const std::uint8_t> rest() { return bytes(left()); }

    /// A reader of the next `n` bytes. Its later errors are not errors of this reader.
    Reader part(std::uint64_t n) {
        const std::size_t start = offset();
        return Reader(bytes(n), start);
    }

    /// Keeps only the first error; later ones follow from it.
    void fail(std::string_view what) {
        if (ok())
            error_ = Error{what, offset()};
    }

    /// Fails if any bytes are left.
    void end() {
        if (!empty())
            fail("more bytes than fields");
    }

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    template <std::unsigned_integral Int>
    static Int join(std::span<const std::uint8_t> octets) {
        std::uint64_t value = 0;
        for (const std::uint8_t octet : octets)
            value = value << 8 | octet;
        return static_cast<Int>(value);
    }

    template <std::unsigned_integral Int>
    Int fixed() {
        return join<Int>(bytes(sizeof(Int)));
    }

    template <std::unsigned_integral Int>
    Int truncated() {
        if (ok() && left() > sizeof(Int))
            fail("a truncated integer of too many bytes");
        else if (ok() && !empty() && bytes_[at_] == 0)
            fail("a truncated integer with a leading zero");
        return ok() ? join<Int>(rest()) : Int{0};
    }

    std::span<const std::uint8_t> bytes_;
    std::size_t origin_;
    std::size_t at_ = 0;
    std::optional<Error> error_;
};

} // namespace bolt
