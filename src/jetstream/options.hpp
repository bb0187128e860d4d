// The servers to publish to, how to prove who we are, and the stream that shall exist there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace jetstream {

/// How the stream is created if it is missing. One that exists is never changed.
struct StreamWish {
    std::string name;
    std::string subject;         ///< everything that is published, with wildcards: `lightning.*.payment.>`
    unsigned replicas = 1;       ///< 1, 3 or 5
    bool last_only = false;      ///< keep only the last message of each subject
    std::uint64_t max_age_s = 0; ///< 0: no limit
    std::uint64_t max_bytes = 0; ///< 0: no limit
};

struct Options {
    std::vector<std::string> urls; ///< nats://HOST:PORT or tls://HOST:PORT
    // Paths of files; empty: not used.
    std::string credentials_file; ///< a user's JWT and seed, as `nsc generate creds` writes them
    std::string nkey_file;        ///< the seed of a user's nkey
    std::string tls_ca;           ///< PEM, trusted beside the system's authorities
    std::string tls_cert;         ///< PEM, the client's chain
    std::string tls_key;          ///< PEM
    bool insecure = false;        ///< outside loopback too without TLS and credentials
    std::string client_name;      ///< shown by the server's monitoring
    StreamWish stream;
};

/// One of `urls`.
struct ServerUrl {
    bool tls = false;
    std::string host; ///< a name, or an address without brackets
    std::uint16_t port = 4222;

    friend bool operator==(const ServerUrl&, const ServerUrl&) = default;
};
[[nodiscard]] std::string write_url(const ServerUrl& url);

/// The error names what is wrong, and does not quote a URL that has a user or a password in it.
[[nodiscard]] tl::expected<ServerUrl, std::string> server_url(const std::string& text);

/// `localhost`, ::1, and 127.0.0.0/8.
[[nodiscard]] bool is_loopback(const std::string& host);

/// What no file can mend: the URLs, that outside loopback there are TLS and credentials, that options do not contradict
/// each other, and the stream that is wished for. The error is a sentence for the operator.
[[nodiscard]] tl::expected<std::vector<ServerUrl>, std::string> check_settings(const Options& options);

/// Everything that can be known before a connection: the same, that files exist, and that others cannot read those with
/// secrets.
[[nodiscard]] tl::expected<std::vector<ServerUrl>, std::string> check_options(const Options& options);

} // namespace jetstream
