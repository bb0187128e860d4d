// The options of `trackpayments-nats`.
#pragma once

#include "host/option.hpp"

#include <array>

namespace trackpayments_nats {

/// Why the value of an option is refused, if it is.
[[nodiscard]] std::optional<std::string> check_url(std::string_view value);
[[nodiscard]] std::optional<std::string> check_stream(std::string_view value);
[[nodiscard]] std::optional<std::string> check_replicas(std::string_view value);
/// Hours or MB.
[[nodiscard]] std::optional<std::string> check_limit(std::string_view value);
[[nodiscard]] std::optional<std::string> check_keep(std::string_view value);
[[nodiscard]] std::optional<std::string> check_format(std::string_view value);
[[nodiscard]] std::optional<std::string> check_begin(std::string_view value);

/// The number in a value that its check accepted. Texts, because `setconfig` may change numbers, and these count only
/// when the stream is created.
[[nodiscard]] std::uint32_t number_in(const std::string& value);

inline constexpr host::Option url_option{
    .name = "trackpayments-nats-url",
    .unit = "URL",
    .description = "NATS server, such as tls://nats.example.com:4222. May be given several times",
    .kind = host::Option::Kind::texts,
    .check = check_url,
};
inline constexpr host::Option stream_option{
    .name = "trackpayments-nats-stream",
    .unit = "NAME",
    .description = "The JetStream stream. It is created if it is missing, and never changed",
    .kind = host::Option::Kind::text,
    .default_text = "LIGHTNING",
    .check = check_stream,
};
inline constexpr host::Option replicas_option{
    .name = "trackpayments-nats-replicas",
    .unit = "COUNT",
    .description = "Servers that keep a new stream: 1, 3 or 5",
    .kind = host::Option::Kind::text,
    .default_text = "1",
    .check = check_replicas,
};
inline constexpr host::Option keep_option{
    .name = "trackpayments-nats-keep",
    .unit = "all|last",
    .description = "Whether a new stream keeps all states of a payment, or its last one",
    .kind = host::Option::Kind::text,
    .default_text = "all",
    .check = check_keep,
};
inline constexpr host::Option max_age_option{
    .name = "trackpayments-nats-max-age",
    .unit = "HOURS",
    .description = "How long a new stream keeps messages; 0: for ever",
    .kind = host::Option::Kind::text,
    .default_text = "0",
    .check = check_limit,
};
inline constexpr host::Option max_bytes_option{
    .name = "trackpayments-nats-max-bytes",
    .unit = "MB",
    .description = "How much a new stream keeps; 0: no limit",
    .kind = host::Option::Kind::text,
    .default_text = "0",
    .check = check_limit,
};
inline constexpr host::Option creds_option{
    .name = "trackpayments-nats-creds",
    .unit = "FILE",
    .description = "NATS credentials file (.creds), which only its owner may read",
    .kind = host::Option::Kind::text,
};
inline constexpr host::Option nkey_option{
    .name = "trackpayments-nats-nkey",
    .unit = "FILE",
    .description = "File with the seed of a NATS user's key, which only its owner may read",
    .kind = host::Option::Kind::text,
};
inline constexpr host::Option tls_ca_option{
    .name = "trackpayments-nats-tls-ca",
    .unit = "FILE",
    .description = "Certificates that may sign the server's, beside the system's",
    .kind = host::Option::Kind::text,
};
inline constexpr host::Option tls_cert_option{
    .name = "trackpayments-nats-tls-cert",
    .unit = "FILE",
    .description = "Certificate of this client, for a server that asks for one",
    .kind = host::Option::Kind::text,
};
inline constexpr host::Option tls_key_option{
    .name = "trackpayments-nats-tls-key",
    .unit = "FILE",
    .description = "Its private key, which only its owner may read",
    .kind = host::Option::Kind::text,
};
inline constexpr host::Option format_option{
    .name = "trackpayments-nats-format",
    .unit = "json|protobuf",
    .description = "Body of a message: the Payment as JSON, or as LND's Protocol Buffers",
    .kind = host::Option::Kind::text,
    .default_text = "json",
    .check = check_format,
};
inline constexpr host::Option begin_option{
    .name = "trackpayments-nats-begin",
    .unit = "now|beginning",
    .description = "Where a node begins of which the stream has nothing yet",
    .kind = host::Option::Kind::text,
    .default_text = "now",
    .check = check_begin,
};
inline constexpr host::Option preimages_option{
    .name = "trackpayments-nats-preimages",
    .unit = "",
    .description = "Publish preimages, instead of zeros in their place",
    .kind = host::Option::Kind::flag,
};
inline constexpr host::Option insecure_option{
    .name = "trackpayments-nats-insecure",
    .unit = "",
    .description = "Allow other machines' servers without TLS or without credentials",
    .kind = host::Option::Kind::flag,
};
inline constexpr std::array options{url_option,     stream_option,    replicas_option, keep_option,
                                    max_age_option, max_bytes_option, creds_option,    nkey_option,
                                    tls_ca_option,  tls_cert_option,  tls_key_option,  format_option,
                                    begin_option,   preimages_option, insecure_option};

} // namespace trackpayments_nats
