#include "jetstream/library.hpp"

#include <mutex>

#include <nats/nats.h>
#include <openssl/crypto.h>

namespace jetstream {

namespace {

std::mutex mutex;
int users = 0;

} // namespace

Library::Library() {
    const std::lock_guard lock(mutex); // the first call that needs it opens it
    ++users;
    // At its end libnats frees a list that is OpenSSL's own (src/nats.c, _finalCleanup: sk_SSL_COMP_free). OpenSSL
    // would free it again at the end of the process.
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

Library::~Library() {
    const std::lock_guard lock(mutex);
    if (--users == 0)
        nats_CloseAndWait(2'000);
}

} // namespace jetstream
