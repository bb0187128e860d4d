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
/// The same for restcors: an origin as a browser sends it (RFC 6454, 6.2), or `*`. Others would never match.
[[nodiscard]] std::optional<std::string> check_origin(std::string_view value);

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
inline constexpr host::Option metrics_open_option{
    .name = "trackpayments-lnd-metrics-open",
    .unit = "",
    .description = "Programs on this machine may read /metrics without a rune",
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
inline constexpr host::Option restcors_option{
    .name = "trackpayments-lnd-restcors",
    .unit = "ORIGIN",
    .description = "Web pages of this origin, such as https://example.com:8080, may read REST answers; `*`: of any "
                   "origin. May be given several times",
    .kind = host::Option::Kind::texts,
    .check = check_origin,
};
inline constexpr host::Option omit_bolt12_option{
    .name = "trackpayments-lnd-omit-bolt12-invoice",
    .unit = "",
    .description = "Leave payment_request empty if it is a BOLT 12 invoice (lni1...): Alby Hub drops such payments",
    .kind = host::Option::Kind::flag,
};
inline constexpr std::array options{rpclisten_option,   restlisten_option,   tlsextraip_option, tlsextradomain_option,
                                    no_rest_tls_option, metrics_open_option, dir_option,        restcors_option,
                                    omit_bolt12_option};

} // namespace trackpayments_lnd
