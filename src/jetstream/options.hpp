// The servers to publish to, how to prove who we are, and the stream that shall exist there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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
    std::string tls_ca;           ///< PEM; empty: the system's authorities
    std::string tls_cert;         ///< PEM, the client's chain
    std::string tls_key;          ///< PEM
    bool insecure = false;        ///< outside loopback too without TLS and credentials
    std::string client_name;      ///< shown by the server's monitoring
    StreamWish stream;
};

} // namespace jetstream
