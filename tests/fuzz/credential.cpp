// What clients send as a macaroon.
#include "lndapi/credential.hpp"

#include "base/hex.hpp"
#include "fuzz.hpp"
#include "lndapi/macaroon.hpp"
#include "wire/base64.hpp"

#include <algorithm>

namespace credential_target {

namespace {

std::string hex(std::string_view bytes) {
    return base::to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// Requires this rune without caveats.
void check_spelling(const std::string& value, std::string_view rune) {
    const auto read = lndapi::read_credential(value);
    fuzz::require(read && read->rune == rune && read->caveats.empty(), "a rune is found in its other spellings");
}

void check_rune(const std::string& rune) {
    fuzz::require(std::none_of(rune.begin(), rune.end(), [](char c) { return c == '"' || c == '\\' || c < 0; }),
                  "a rune is ASCII that JSON need not escape");
    fuzz::require(lndapi::looks_like_rune(rune), "what is passed on looks like a rune");
    (void)lndapi::is_rationed(rune);
    const auto padded = rune + std::string((4 - rune.size() % 4) % 4, '=');
    const auto bytes = *wire::from_base64(padded, wire::Base64Alphabet::url);
    fuzz::require(!lndapi::rune_end(rune) || bytes.find("time<", 32) != std::string::npos,
                  "only a rune with a time has an end");
    check_spelling(hex(rune), rune);
    check_spelling(hex(rune + "\n"), rune);
    const auto id = lndapi::write_macaroon_id({"0123456789abcdef", rune, {{"offchain", {"read"}}}});
    check_spelling(hex(lndapi::write_macaroon({"lnd", id, {}, std::string(32, 's')})), rune);
}

void check_error(std::string_view value, std::string_view error) {
    fuzz::require(!error.empty(), "an error has a text");
    const bool may_be_ours = value.size() < 16 || value.find(' ') != std::string_view::npos;
    fuzz::require(may_be_ours || error.find(value) == std::string_view::npos, "an error does not contain the value");
}

} // namespace

FUZZ_TARGET(credential) {
    const auto bytes = fuzz::text_of(data, size);
    for (const auto& value : {std::string(bytes), hex(bytes)}) {
        const auto credential = lndapi::read_credential(value);
        if (credential)
            check_rune(credential->rune);
        else
            check_error(value, credential.error());
        auto upper = value;
        std::transform(upper.begin(), upper.end(), upper.begin(),
                       [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
        const bool is_hex = value.find_first_not_of("0123456789abcdef") == std::string::npos && value.size() % 2 == 0;
        const auto in_upper = lndapi::read_credential(upper);
        fuzz::require(!is_hex || (in_upper.has_value() == credential.has_value() &&
                                  (!credential || in_upper->rune == credential->rune)),
                      "hex is the same in upper case");
    }
    // A macaroon with these bytes inside is refused without quoting them.
    const auto id = lndapi::write_macaroon_id({"0123456789abcdef", std::string(bytes), {{"offchain", {"read"}}}});
    const auto wrapped = lndapi::read_credential(hex(lndapi::write_macaroon({"lnd", id, {}, std::string(32, 's')})));
    fuzz::require(wrapped.has_value() == lndapi::looks_like_rune(bytes), "a macaroon is taken if it wraps a rune");
    if (!wrapped)
        check_error(bytes, wrapped.error());
    return 0;
}

} // namespace credential_target
