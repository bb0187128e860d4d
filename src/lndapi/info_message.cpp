// The tables of lnrpc.GetInfoResponse, verrpc.Version and lnrpc.GetStateResponse (lnd v0.20). Maps that we leave empty
// are missing.
#include "lndapi/info.hpp"

#include <array>

namespace lndapi {

namespace {

using Kind = wire::Field::Kind;

constexpr std::array<wire::Field, 2> chain_fields{{{"chain", 1}, {"network", 2}}};
constexpr wire::Message chain_message{chain_fields};

constexpr std::array<wire::Field, 19> get_info_fields{{{"version", 14},
                                                       {"commit_hash", 20},
                                                       {"identity_pubkey", 1},
                                                       {"alias", 2},
                                                       {"color", 17},
                                                       {"num_pending_channels", 3, Kind::uint32},
                                                       {"num_active_channels", 4, Kind::uint32},
                                                       {"num_inactive_channels", 15, Kind::uint32},
                                                       {"num_peers", 5, Kind::uint32},
                                                       {"block_height", 6, Kind::uint32},
                                                       {"block_hash", 8},
                                                       {"best_header_timestamp", 13, Kind::int64},
                                                       {"synced_to_chain", 9, Kind::boolean},
                                                       {"synced_to_graph", 18, Kind::boolean},
                                                       {"testnet", 10, Kind::boolean},
                                                       {"chains", 16, Kind::messages, &chain_message},
                                                       {"uris", 12, Kind::texts},
                                                       {"require_htlc_interceptor", 21, Kind::boolean},
                                                       {"store_final_htlc_resolutions", 22, Kind::boolean}}};

constexpr std::array<wire::Field, 9> version_fields{{{"commit", 1},
                                                     {"commit_hash", 2},
                                                     {"version", 3},
                                                     {"app_major", 4, Kind::uint32},
                                                     {"app_minor", 5, Kind::uint32},
                                                     {"app_patch", 6, Kind::uint32},
                                                     {"app_pre_release", 7},
                                                     {"build_tags", 8, Kind::texts},
                                                     {"go_version", 9}}};

constexpr std::array<wire::EnumValue, 6> wallet_states{{{"NON_EXISTING", 0},
                                                        {"LOCKED", 1},
                                                        {"UNLOCKED", 2},
                                                        {"RPC_ACTIVE", 3},
                                                        {"SERVER_ACTIVE", 4},
                                                        {"WAITING_TO_START", 255}}};
constexpr std::array<wire::Field, 1> state_fields{{{"state", 1, Kind::enumerated, nullptr, wallet_states}}};

} // namespace

const wire::Message get_info_message{get_info_fields};
const wire::Message version_message{version_fields};
const wire::Message state_message{state_fields};

} // namespace lndapi
