#include "utf8.hpp"

#include <cstdint>

namespace standin {

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<std::uint8_t>(text[i++]);
        if (lead < 0x80)
            continue;
        const int more = lead >= 0xc2 && lead < 0xe0   ? 1
                         : lead >= 0xe0 && lead < 0xf0 ? 2
                         : lead >= 0xf0 && lead < 0xf5 ? 3
                                                       : 0;
        if (more == 0)
            return false;
        std::uint32_t point = lead & (0x3fU >> more);
        for (int k = 0; k < more; ++k) {
            if (i == text.size() || (static_cast<std::uint8_t>(text[i]) & 0xc0) != 0x80)
                return false;
            point = point << 6 | (static_cast<std::uint8_t>(text[i++]) & 0x3fU);
        }
        const std::uint32_t least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
        if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

} // namespace standin
