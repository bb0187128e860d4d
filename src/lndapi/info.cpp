#include "lndapi/info.hpp"

#include "cln/fields.hpp"
#include "json/parser.hpp"
#include "json/text.hpp"

#include <nlohmann/json.hpp>

namespace lndapi {

namespace {

using Ordered = nlohmann::ordered_json; // clients see the order of LND's proto

std::string text_of(const Ordered& message) {
    return message.dump(-1, ' ', false, Ordered::error_handler_t::replace); // never throws
}

/// `id@address:port`, for each address under which the node is announced.
Ordered uris(const std::string& id, json::Value addresses) {
    auto list = Ordered::array();
    for (const auto address : addresses.elements()) {
        const auto host = address.find("address").text();
        const auto port = address.find("port").natural();
        if (!host || !port)
            continue;
        const bool ipv6 = address.find("type").text() == "ipv6";
        list.push_back(id + '@' + (ipv6 ? '[' + std::string(*host) + ']' : std::string(*host)) + ':' +
                       std::to_string(*port));
    }
    return list;
}

} // namespace

std::string lnd_network(std::string_view network) {
    return network == "bitcoin" ? "mainnet" : std::string(network);
}

tl::expected<std::string, std::string> decode_info(std::string_view result) {
    json::Parser parser;
    cln::Fields info(parser.read(result).value_or(json::Value()), "getinfo");
    const auto number = [&](std::string_view name) { return info.find(name).natural().value_or(0) & UINT32_MAX; };
    const auto text = [&](std::string_view name) { return std::string(info.find(name).text().value_or("")); };
    const auto id = std::string(info.text("id"));
    const auto network = lnd_network(info.text("network"));
    const bool synced = !info.find("warning_bitcoind_sync") && !info.find("warning_lightningd_sync");
    if (info.error())
        return tl::unexpected(info.error()->text());
    return text_of({{"version", version},
                    {"commit_hash", ""},
                    {"identity_pubkey", id},
                    {"alias", text("alias")},
                    {"color", '#' + text("color")}, // lndclient accepts no other form
                    {"num_pending_channels", number("num_pending_channels")},
                    {"num_active_channels", number("num_active_channels")},
                    {"num_inactive_channels", number("num_inactive_channels")},
                    {"num_peers", number("num_peers")},
                    {"block_height", number("blockheight")},
                    {"block_hash", ""},
                    {"best_header_timestamp", "0"},
                    {"synced_to_chain", synced},
                    {"synced_to_graph", synced},
                    {"testnet", network.starts_with("testnet")},
                    {"chains", Ordered::array({{{"chain", "bitcoin"}, {"network", network}}})},
                    {"uris", uris(id, info.find("address"))},
                    {"features", Ordered::object()},
                    {"require_htlc_interceptor", false},
                    {"store_final_htlc_resolutions", false}});
}

std::string version_json() {
    return text_of({{"commit", ""},
                    {"commit_hash", ""}, // ln-service accepts a hash or nothing
                    {"version", version},
                    {"app_major", 0},
                    {"app_minor", 21},
                    {"app_patch", 0},
                    {"app_pre_release", version.substr(version.find('-') + 1)},
                    {"build_tags", Ordered::array()},
                    {"go_version", ""}});
}

std::string state_json(consumer::State state) {
    return state == consumer::State::active ? R"({"state":"SERVER_ACTIVE"})" : R"({"state":"WAITING_TO_START"})";
}

} // namespace lndapi
