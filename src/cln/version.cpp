#include "cln/version.hpp"

#include <cstddef>

namespace cln {

Version read_version(std::string_view text) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
    const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    for (std::size_t at = 0; at + 4 < text.size(); ++at)
        if (digit(at) && digit(at + 1) && text[at + 2] == '.' && digit(at + 3) && digit(at + 4))
            return {two(at), two(at + 3)};
    return {};
}

} // namespace cln
