#include "jetstream/library.hpp"

#include <openssl/crypto.h>

namespace jetstream {

void prepare_library() {
    // At its end libnats frees a list that is OpenSSL's own (src/nats.c, _finalCleanup: sk_SSL_COMP_free), and OpenSSL
    // would free it again at the end of the process. And libnats' threads go on until then: OpenSSL must stay.
    // nats_CloseAndWait would end them, but a message that one of them destroys after the collector has ended leaks
    // (src/nats.c, _freeLib).
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

} // namespace jetstream
