#include "jetstream/connect.hpp"

#include "jetstream/nkey.hpp"
#include "jetstream/problem.hpp"
#include "jetstream/secret_file.hpp"

#include <cerrno>
#include <system_error>

#include <netdb.h>
#include <openssl/crypto.h>
#include <sys/socket.h>

namespace jetstream {

namespace {

constexpr std::int64_t connect_ms = 5'000;
// A message that does not leave in this time: the peer is gone.
constexpr std::int64_t write_ms = 10'000;
// A peer that is gone is noticed after two pings without an answer.
constexpr std::int64_t ping_ms = 10'000;
constexpr int most_pings = 2;

struct Seed {
    std::string text;

    Seed() = default;
    Seed(const Seed&) = delete;
    Seed& operator=(const Seed&) = delete;
    ~Seed() { OPENSSL_cleanse(text.data(), text.size()); }
};

natsStatus sign(char** /*error*/, unsigned char** signature, int* size, const char* nonce, void* closure) {
    return nats_Sign(static_cast<Seed*>(closure)->text.c_str(), nonce, signature, size);
}

tl::expected<std::string, std::string> load_nkey(const std::string& path, Seed& seed) {
    auto file = load_secret(path);
    if (!file)
        return tl::unexpected(file.error());
    auto found = find_seed(*file);
    OPENSSL_cleanse(file->data(), file->size());
    if (!found)
        return tl::unexpected("cannot use " + path + ": it has no line with a seed");
    seed.text = std::move(*found);
    auto key = user_public_key(seed.text);
    if (!key)
        return tl::unexpected("cannot use the seed in " + path + ": " + key.error());
    return key;
}

// libnats would say of an unknown name that there is no server.
tl::expected<void, std::string> look_up(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error == 0) {
        ::freeaddrinfo(found);
        return {};
    }
    if (error == EAI_NONAME)
        return tl::unexpected("the name " + host + " is not known");
    return tl::unexpected("the name " + host + " cannot be looked up (" +
                          (error == EAI_SYSTEM ? std::generic_category().message(errno) : ::gai_strerror(error)) + ")");
}

// Calls of natsOptions until one fails.
class Setter {
  public:
    template <class... Given, class... Arguments>
    void operator()(natsStatus (*set)(Given...), Arguments... arguments) {
        if (status == NATS_OK)
            status = set(arguments...);
    }
    natsStatus status = NATS_OK;
};

} // namespace

tl::expected<ConnectionPtr, std::string> connect(const Options& options, const ServerUrl& url,
                                                 const ConnectionEvents& events, Attempt& attempt) {
    const auto text = write_url(url);
    Seed seed; // libnats signs while it connects, and never later: it does not reconnect
    std::string public_key;
    if (!options.nkey_file.empty()) {
        auto key = load_nkey(options.nkey_file, seed);
        if (!key)
            return tl::unexpected(key.error());
        public_key = std::move(*key);
    }
    for (const auto* path : {&options.credentials_file, &options.tls_key})
        if (!path->empty())
            if (const auto secret = load_secret(*path); !secret)
                return tl::unexpected(secret.error());

    natsOptions* raw = nullptr;
    Setter set;
    set.status = natsOptions_Create(&raw);
    const OptionsPtr opts(raw);
    set(natsOptions_SetURL, raw, text.c_str());
    set(natsOptions_SetName, raw, options.client_name.c_str());
    set(natsOptions_SetAllowReconnect, raw, false);
    set(natsOptions_SetIgnoreDiscoveredServers, raw, true);
    set(natsOptions_SetTimeout, raw, connect_ms);
    set(natsOptions_SetWriteDeadline, raw, write_ms);
    set(natsOptions_SetPingInterval, raw, ping_ms);
    set(natsOptions_SetMaxPingsOut, raw, most_pings);
    set(natsOptions_SetFailRequestsOnDisconnect, raw, true);
    set(natsOptions_SetClosedCB, raw, events.closed, events.closure);
    set(natsOptions_SetErrorHandler, raw, events.error, events.closure);
    if (url.tls)
        set(natsOptions_SetSecure, raw, true);
    // Also for nats://: a server may demand TLS in its greeting.
    set(natsOptions_SetExpectedHostname, raw, url.host.c_str());
    if (!options.tls_ca.empty())
        set(natsOptions_LoadCATrustedCertificates, raw, options.tls_ca.c_str());
    if (!options.tls_cert.empty())
        set(natsOptions_LoadCertificatesChain, raw, options.tls_cert.c_str(), options.tls_key.c_str());
    if (!options.credentials_file.empty())
        set(natsOptions_SetUserCredentialsFromFiles, raw, options.credentials_file.c_str(),
            static_cast<const char*>(nullptr));
    if (!public_key.empty())
        set(natsOptions_SetNKey, raw, public_key.c_str(), &sign, static_cast<void*>(&seed));
    if (set.status != NATS_OK)
        return tl::unexpected("cannot connect to " + text + ": " + last_error(set.status));

    if (const auto known = look_up(url.host); !known)
        return tl::unexpected("cannot connect to " + text + ": " + known.error());
    natsConnection* connection = nullptr;
    attempt.begin(url.port);
    const auto status = natsConnection_Connect(&connection, raw);
    ConnectionPtr owned(connection);
    if (attempt.end())
        return tl::unexpected(connect_problem(text, NATS_TIMEOUT, ""));
    if (status != NATS_OK)
        return tl::unexpected(connect_problem(text, status, last_error(status)));
    return owned;
}

} // namespace jetstream
