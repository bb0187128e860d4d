// The answers of GetInfo, GetVersion and State. Order and names are those of an LND 0.21; its protos check more in
// tests/proto.
#include "lndapi/info.hpp"

#include "json/parser.hpp"
#include "wire/protobuf.hpp"
#include "wire/wire_from_json.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

namespace info_test {

using namespace std::string_literals;

namespace {

const std::string id = "02" + std::string(64, 'a');
const std::string reply =
    R"({"id":")" + id +
    R"(","alias":"É","color":"0299cc","num_peers":3,"num_pending_channels":1,"num_active_channels":2,
"num_inactive_channels":4,"address":[{"type":"ipv4","address":"1.2.3.4","port":9735},{"type":"ipv6","address":"::1","port":9736},
{"type":"torv3","address":"x.onion","port":1},{"type":"dns"}],"network":"bitcoin","blockheight":800000})";

std::string wire(const std::string& text, const wire::Message& message) {
    json::Parser parser;
    const auto value = parser.read(text);
    REQUIRE(value.has_value());
    std::string out;
    REQUIRE(wire::append_wire(out, *value, message));
    return out;
}

/// Number and value, in the order of the wire.
std::vector<std::pair<std::uint32_t, std::string>> fields(const std::string& bytes) {
    std::vector<std::pair<std::uint32_t, std::string>> all;
    for (wire::ProtobufReader reader(bytes); !reader.done();) {
        const auto field = reader.next();
        REQUIRE(field.has_value());
        all.emplace_back(field->number, field->is_bytes ? std::string(field->bytes) : std::to_string(field->integer));
    }
    return all;
}

std::vector<std::string> names(const std::string& text) {
    json::Parser parser;
    const auto value = parser.read(text);
    REQUIRE(value.has_value());
    std::vector<std::string> all;
    for (const auto member : value->members())
        all.emplace_back(member.key());
    return all;
}

} // namespace

TEST_CASE("GetInfo has LND's members in the order of the proto") {
    const std::vector<std::string> lnd{"version",
                                       "commit_hash",
                                       "identity_pubkey",
                                       "alias",
                                       "color",
                                       "num_pending_channels",
                                       "num_active_channels",
                                       "num_inactive_channels",
                                       "num_peers",
                                       "block_height",
                                       "block_hash",
                                       "best_header_timestamp",
                                       "synced_to_chain",
                                       "synced_to_graph",
                                       "testnet",
                                       "chains",
                                       "uris",
                                       "features",
                                       "require_htlc_interceptor",
                                       "store_final_htlc_resolutions"};
    CHECK(names(lndapi::decode_info(reply).value()) == lnd);
    CHECK(names(lndapi::version_json()) == std::vector<std::string>{"commit", "commit_hash", "version", "app_major",
                                                                    "app_minor", "app_patch", "app_pre_release",
                                                                    "build_tags", "go_version"});
    CHECK(names(lndapi::state_json(consumer::State::active)) == std::vector<std::string>{"state"});
}

TEST_CASE("GetInfo says what lightningd said, on the wire too") {
    const auto found = fields(wire(lndapi::decode_info(reply).value(), lndapi::get_info_message));
    const std::vector<std::pair<std::uint32_t, std::string>> wanted{
        {14, std::string(lndapi::version)},
        {1, id},
        {2, "É"},
        {17, "#0299cc"},
        {3, "1"},
        {4, "2"},
        {15, "4"},
        {5, "3"},
        {6, "800000"},
        {9, "1"},
        {18, "1"},
        {16, "\x0a\x07"s + "bitcoin" + "\x12\x07"s + "mainnet"},
        {12, id + "@1.2.3.4:9735"},
        {12, id + "@[::1]:9736"},
        {12, id + "@x.onion:1"}};
    CHECK(found == wanted);
}

TEST_CASE("a node that lightningd warns of is not synced; a network has LND's name") {
    const auto info = [](const std::string& more) {
        return lndapi::decode_info(R"({"id":")" + id + R"(","network":"regtest")" + more + "}").value();
    };
    CHECK(info("").find(R"("synced_to_chain":true,"synced_to_graph":true,"testnet":false)") != std::string::npos);
    CHECK(info("").find(R"("chains":[{"chain":"bitcoin","network":"regtest"}],"uris":[])") != std::string::npos);
    for (const auto* warning : {"warning_bitcoind_sync", "warning_lightningd_sync"})
        CHECK(info(",\""s + warning + R"(":"x")").find(R"("synced_to_chain":false,"synced_to_graph":false)") !=
              std::string::npos);
    CHECK(lndapi::lnd_network("bitcoin") == "mainnet");
    CHECK(lndapi::lnd_network("signet") == "signet");
}

TEST_CASE("a reply without an id or a network is refused with the member's name") {
    CHECK(lndapi::decode_info("{}").error().starts_with("getinfo.id: "));
    CHECK(lndapi::decode_info(R"({"id":"02"})").error().starts_with("getinfo.network: "));
    CHECK(lndapi::decode_info("[").error().starts_with("getinfo"));
    CHECK(lndapi::decode_info("").error().starts_with("getinfo"));
}

TEST_CASE("the version passes the minimum of clients and claims no build tag") {
    const auto found = fields(wire(lndapi::version_json(), lndapi::version_message));
    const std::vector<std::pair<std::uint32_t, std::string>> wanted{
        {3, std::string(lndapi::version)}, {5, "21"}, {7, "beta.trackpayments"}};
    CHECK(found == wanted);
}

TEST_CASE("a state has LND's number") {
    CHECK(wire(lndapi::state_json(consumer::State::active), lndapi::state_message) == "\x08\x04");
    CHECK(wire(lndapi::state_json(consumer::State::waiting), lndapi::state_message) == "\x08\xff\x01");
    CHECK(wire(R"({"state":"NON_EXISTING"})", lndapi::state_message).empty());
    const std::vector<std::string> others{"LOCKED", "UNLOCKED", "RPC_ACTIVE"}; // from 1 on (stateservice.proto)
    for (std::size_t i = 0; i < others.size(); ++i)
        CHECK(wire(R"({"state":")" + others[i] + "\"}", lndapi::state_message) == "\x08"s + static_cast<char>(i + 1));
}

} // namespace info_test
