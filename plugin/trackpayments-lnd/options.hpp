// The options of `trackpayments-lnd`, named after LND's own.
#pragma once

#include "host/option.hpp"

#include <array>

namespace trackpayments_lnd {

inline constexpr std::uint16_t grpc_port = 10'009;
inline constexpr std::uint16_t rest_port = 8'080;
/// As the value of a listen option: do not listen.
inline constexpr std::string_view off = "off";

/// Why the value of a listen option is refused, if it is.
[[nodiscard]] std::optional<std::string> check_listen(std::string_view value);
/// The same for tlsextraip and tlsextradomain.
[[nodiscard]] std::optional<std::string> check_ip(std::string_view value);
[[nodiscard]] std::optional<std::string> check_domain(std::string_view value);

inline constexpr host::Option rpclisten_option{
    .name = "trackpayments-lnd-rpclisten",
    .unit = "HOST:PORT",
    .description = "Address for gRPC, or `off`. May be given several times",
    .kind = host::Option::Kind::texts,
    .default_text = "localhost:10009",
    .check = check_listen,
};
inline constexpr host::Option restlisten_option{
    .name = "trackpayments-lnd-restlisten",
    .unit = "HOST:PORT",
    .description = "Address for REST, or `off`. May be given several times",
    .kind = host::Option::Kind::texts,
    .default_text = "localhost:8080",
    .check = check_listen,
};
inline constexpr host::Option tlsextraip_option{
    .name = "trackpayments-lnd-tlsextraip",
    .unit = "IP",
    .description = "Another address for the TLS certificate. May be given several times",
    .kind = host::Option::Kind::texts,
    .check = check_ip,
};
inline constexpr host::Option tlsextradomain_option{
    .name = "trackpayments-lnd-tlsextradomain",
    .unit = "NAME",
    .description = "Another host name for the TLS certificate. May be given several times",
    .kind = host::Option::Kind::texts,
    .check = check_domain,
};
inline constexpr host::Option no_rest_tls_option{
    .name = "trackpayments-lnd-no-rest-tls",
    .unit = "",
    .description = "REST without TLS. Only on loopback addresses",
    .kind = host::Option::Kind::flag,
};
inline constexpr host::Option dir_option{
    .name = "trackpayments-lnd-dir",
    .unit = "DIR",
    .description = "Directory for the certificate and the macaroons, laid out as LND's; a relative one is inside the "
                   "node's directory",
    .kind = host::Option::Kind::text,
    .default_text = "trackpayments-lnd",
};
inline constexpr std::array<host::Option, 6> options{rpclisten_option,      restlisten_option,  tlsextraip_option,
                                                     tlsextradomain_option, no_rest_tls_option, dir_option};

} // namespace trackpayments_lnd
