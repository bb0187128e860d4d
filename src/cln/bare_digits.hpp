// Adds quotes around digits that lightning-cli sent without them. It sends any argument of digits alone unquoted:
// `007`, or a hash without letters. lightningd accepts such a token although it is not JSON. Here it gets the missing
// quotes.
#pragma once

#include <string>
#include <string_view>

namespace cln {

/// Returns the text with quotes around every value of digits that is not JSON (leading zero) or exceeds 64 bits. All
/// other bytes stay unchanged, even if they are not JSON.
[[nodiscard]] std::string quote_bare_digits(std::string_view text);

} // namespace cln
