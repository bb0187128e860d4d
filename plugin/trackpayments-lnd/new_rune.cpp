#include "plugin/trackpayments-lnd/new_rune.hpp"

#include "json/text.hpp"
#include "lndapi/credential.hpp"

namespace trackpayments_lnd {

std::optional<NewRune> new_rune(std::string_view result) {
    const auto answer = json::parse(result);
    const auto member = [&](const char* name) {
        const bool is_text = answer && answer->is_object() && answer->contains(name) && answer->at(name).is_string();
        return is_text ? answer->at(name).get<std::string>() : std::string();
    };
    NewRune made{member("rune"), member("unique_id")};
    return lndapi::looks_like_rune(made.rune) ? std::optional(std::move(made)) : std::nullopt;
}

} // namespace trackpayments_lnd
