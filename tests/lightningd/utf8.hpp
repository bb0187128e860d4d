// Checks whether a text is valid UTF-8: lightningd refuses requests that are not (recording odd_labels).
#pragma once

#include <string_view>

namespace standin {

[[nodiscard]] bool is_utf8(std::string_view text);

} // namespace standin
