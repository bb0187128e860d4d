// base64 as LND's REST proxy reads it.
#include "wire/base64.hpp"

#include "base/hex.hpp"
#include "fuzz.hpp"

#include <algorithm>

namespace base64_target {

using wire::Base64Alphabet;

namespace {

std::string in_url_alphabet(std::string text) {
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

void check(std::string_view text, Base64Alphabet alphabet) {
    const auto bytes = wire::from_base64(text, alphabet);
    if (!bytes)
        return fuzz::require(bytes.error() <= text.size(), "an error names a position in the text, or its end");
    std::string digits(text);
    std::erase_if(digits, [](char c) { return c == '\n' || c == '\r'; });
    fuzz::require(digits.size() % 4 == 0, "text without line feeds is read in fours");
    fuzz::require(wire::from_base64(digits, alphabet) == *bytes, "line feeds change nothing");
    auto again = base::to_base64({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()});
    if (alphabet == Base64Alphabet::url)
        again = in_url_alphabet(again);
    fuzz::require(again.size() == digits.size(), "no digit is lost");
    fuzz::require(wire::from_base64(again, alphabet) == *bytes, "written and read again, it is the same");
    const auto last = digits.find_last_not_of('='); // the last digit may have bits too many
    fuzz::require(last == std::string::npos || digits.compare(0, last, again, 0, last) == 0, "the digits are the same");
}

} // namespace

FUZZ_TARGET(base64) {
    const auto text = fuzz::text_of(data, size);
    check(text, Base64Alphabet::standard);
    check(text, Base64Alphabet::url);
    const bool own_digits = text.find_first_of("+/-_") != std::string_view::npos;
    fuzz::require(own_digits ||
                      wire::from_base64(text, Base64Alphabet::standard) == wire::from_base64(text, Base64Alphabet::url),
                  "the alphabets differ in two digits only");
    const auto written = base::to_base64({data, size});
    fuzz::require(wire::from_base64(written, Base64Alphabet::standard) == std::string(text),
                  "any bytes make the round trip");
    return 0;
}

} // namespace base64_target
