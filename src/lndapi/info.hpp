// The answers of GetInfo, GetVersion and State, as the JSON of LND's REST proxy, and their tables for the wire.
#pragma once

#include "consumer/reader.hpp"
#include "wire/message.hpp"

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace lndapi {

/// The version that clients compare with their minimum, and the truth about us in it. No build tag is claimed: each one
/// promises services.
inline constexpr std::string_view version = "0.21.0-beta.trackpayments";

/// LND's name of a network, for directories and GetInfo: `bitcoin` is `mainnet`, others have the same name.
[[nodiscard]] std::string lnd_network(std::string_view network);

/// lnrpc.GetInfoResponse from the result of lightningd's getinfo. The error names the member that cannot be read.
[[nodiscard]] tl::expected<std::string, std::string> decode_info(std::string_view result);
/// verrpc.Version.
[[nodiscard]] std::string version_json();
/// lnrpc.GetStateResponse, and SubscribeStateResponse, which has the same field.
[[nodiscard]] std::string state_json(consumer::State state);

extern const wire::Message get_info_message;
extern const wire::Message version_message;
extern const wire::Message state_message;

} // namespace lndapi
