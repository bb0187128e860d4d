// The reply of `getinfo` as lnrpc.GetInfoResponse.
#include "json/parser.hpp"
#include "json_input.hpp"
#include "lndapi/info.hpp"
#include "wire/wire_from_json.hpp"

namespace lnd_info_target {

namespace {

void check_texts(const fuzz::Tree& info, const fuzz::Tree& result) {
    fuzz::require(info.at("identity_pubkey") == result.at("id"), "the id is kept");
    const auto* alias = fuzz::at(result, "alias");
    fuzz::require(info.at("alias") == (alias && alias->is_string() ? *alias : fuzz::Tree("")), "the alias is kept");
    for (const char* name : {"num_peers", "num_active_channels", "num_inactive_channels", "num_pending_channels"}) {
        const auto* number = fuzz::at(result, name);
        const bool fits = number && number->is_number_unsigned() && *number <= UINT32_MAX;
        fuzz::require(info.at(name) == (fits ? *number : fuzz::Tree(0)) || (number && !fits), "a number is kept");
    }
    fuzz::require(info.at("chains").size() == 1, "clients read the first chain without looking");
    fuzz::require(info.at("synced_to_chain") ==
                      !(fuzz::at(result, "warning_bitcoind_sync") || fuzz::at(result, "warning_lightningd_sync")),
                  "a node that lightningd warns of is not synced");
}

} // namespace

FUZZ_TARGET(lnd_info) {
    const auto text = fuzz::text_of(data, size);
    const auto info = lndapi::decode_info(text);
    if (!info) {
        fuzz::require(info.error().starts_with("getinfo") && info.error().size() < 60, "an error names the member");
        return 0;
    }
    fuzz::require(info->find('\n') == std::string::npos, "an answer is one line");
    json::Parser parser;
    const auto value = parser.read(*info);
    std::string wire;
    fuzz::require(value && wire::append_wire(wire, *value, lndapi::get_info_message), "an answer fits its proto");
    const auto result = fuzz::parsed(text);
    const auto tree = fuzz::parsed(*info);
    fuzz::require(tree.has_value(), "an answer is JSON");
    if (result && fuzz::unambiguous(text))
        check_texts(*tree, *result);
    return 0;
}

} // namespace lnd_info_target
