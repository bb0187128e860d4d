#include "json/bracket_scanner.hpp"

#include "json/bracket_bits.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace json {

using bracket_bits::block_size;
using bracket_bits::bracket_bit;

namespace {

/// Bit i is the parity of bits 0 to i: set from an opening quote up to, but not including, the closing one.
std::uint64_t between(std::uint64_t quotes) {
    for (int shift = 1; shift < 64; shift *= 2)
        quotes ^= quotes << shift;
    return quotes;
}

/// The bytes after a backslash that is not escaped itself. `first`: the first byte is escaped.
std::uint64_t escaped_by(std::uint64_t backslashes, bool first) {
    std::uint64_t escaped = first ? 1 : 0;
    for (auto left = backslashes & ~escaped; left != 0;) {
        const auto lowest = left & (~left + 1);
        escaped |= lowest << 1;
        left &= ~(lowest | lowest << 1);
    }
    return escaped;
}

} // namespace

/// True when this bracket closes the outermost one.
bool BracketScanner::bracket(bool opens, std::size_t at) {
    if (opens) {
        if (++depth_ == 2) {
            ++inners_;
            inner_begin_ = at;
        }
        deepest_ = std::max(deepest_, depth_);
        return false;
    }
    if (--depth_ == 1)
        inner_end_ = at + 1;
    return depth_ == 0;
}

std::string_view BracketScanner::only_inner(std::string_view text) const {
    return inners_ == 1 && runs_ == 1 ? text.substr(inner_begin_, inner_end_ - inner_begin_) : std::string_view();
}

/// As run(), for one block, byte by byte. Needed for malformed text: backslashes outside strings.
std::size_t BracketScanner::run_bytes(const char* block, std::size_t size, std::size_t before) {
    for (std::size_t at = 0; at < size; ++at) {
        const char c = block[at];
        if (in_string_) {
            if (escaped_)
                escaped_ = false;
            else if (c == '\\')
                escaped_ = true;
            else if (c == '"')
                in_string_ = false;
        } else if (c == '"') {
            in_string_ = true;
        } else if (const auto folded = static_cast<char>(c | bracket_bit); folded == '{' || folded == '}') {
            if (bracket(folded == '{', before + at))
                return before + at + 1;
        }
    }
    return open_end;
}

/// As run(), for one block. `before`: how many bytes of the text precede it. Bytes of the block from `size` on must not
/// be brackets, quotes or backslashes.
std::size_t BracketScanner::run_block(const char* block, std::size_t size, std::size_t before) {
    const auto bits = bracket_bits::of(block);
    const auto escaped = escaped_by(bits.backslashes, escaped_);
    const auto strings = between(bits.quotes & ~escaped) ^ (in_string_ ? ~std::uint64_t{0} : 0);
    if ((bits.backslashes & ~strings) != 0) // malformed: a backslash outside a string escapes nothing
        return run_bytes(block, size, before);
    for (auto brackets = (bits.opening | bits.closing) & ~strings; brackets != 0; brackets &= brackets - 1) {
        const auto at = static_cast<std::size_t>(std::countr_zero(brackets));
        if (bracket((bits.opening >> at & 1) != 0, before + at)) {
            in_string_ = false;
            escaped_ = false;
            return before + at + 1;
        }
    }
    in_string_ = strings >> (block_size - 1) != 0;
    escaped_ = ((bits.backslashes & ~escaped) >> (size - 1) & 1) != 0;
    return open_end;
}

std::size_t BracketScanner::run(std::string_view text, std::size_t at) {
    ++runs_;
    for (; at + block_size <= text.size(); at += block_size)
        if (const auto end = run_block(text.data() + at, block_size, at); end != open_end)
            return end;
    if (at >= text.size())
        return open_end;
    std::array<char, block_size> last{};
    const auto left = text.copy(last.data(), block_size, at);
    return run_block(last.data(), left, at);
}

} // namespace json
