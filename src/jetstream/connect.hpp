// Opens a connection of libnats by the operator's options: certificates are verified, by the name or address in the
// URL; files with secrets are read again each time.
#pragma once

#include "jetstream/attempt.hpp"
#include "jetstream/nats_ptr.hpp"
#include "jetstream/options.hpp"

namespace jetstream {

struct ConnectionEvents {
    natsConnectionHandler closed = nullptr;
    natsErrHandler error = nullptr;
    void* closure = nullptr; ///< of both
};

/// Takes at most 5 s to reach the server and get its greeting; the look-up of a name and everything after the greeting
/// have no limit in libnats: `attempt` breaks the latter off. It does not reconnect, and ignores servers that this one
/// names. The error is a sentence.
[[nodiscard]] tl::expected<ConnectionPtr, std::string> connect(const Options& options, const ServerUrl& url,
                                                               const ConnectionEvents& events, Attempt& attempt);

} // namespace jetstream
