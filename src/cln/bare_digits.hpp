// Adds quotes around digits that lightning-cli sent without them. It sends any argument of digits and dots unquoted:
// `007`, a hash without letters, a cursor without letters (cli/lightning-cli.c, is_literal). lightningd accepts such a
// token although it is not JSON. Here it gets the missing quotes.
#pragma once

#include <string>
#include <string_view>

namespace cln {

/// Returns the text with quotes around every value of digits and dots that is not a JSON number or exceeds 64 bits. All
/// other bytes stay unchanged, even if they are not JSON.
[[nodiscard]] std::string quote_bare_digits(std::string_view text);

} // namespace cln
