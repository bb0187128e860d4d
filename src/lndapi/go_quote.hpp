// Quotes a text as Go's strconv.Quote does (%q): LND's errors name what they refuse in this form.
#pragma once

#include <string>
#include <string_view>

namespace lndapi {

/// In double quotes, with Go's escapes; bytes that are no UTF-8 as `\xff`. So the result is UTF-8 without control
/// characters. Go also escapes some rare characters above U+00FF, which stay as they are here.
[[nodiscard]] std::string go_quote(std::string_view text);

} // namespace lndapi
