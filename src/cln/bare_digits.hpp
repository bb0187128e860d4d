// Puts quotes around digits that lightning-cli sent bare. It sends an argument of digits alone without quotes: `007`,
// or a hash that happens to have no letter. lightningd reads such a token as it stands, whatever JSON thinks of it;
// here it gets the quotes that were meant.
#pragma once

#include <string>
#include <string_view>

namespace cln {

/// The text with quotes around every value of digits that is no JSON (a zero leads) or fits into no 64 bits. All other
/// bytes stay as they are; what is no JSON otherwise is none afterwards.
[[nodiscard]] std::string quote_bare_digits(std::string_view text);

} // namespace cln
