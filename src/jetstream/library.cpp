#include "jetstream/library.hpp"

#include <mutex>

#include <nats/nats.h>

namespace jetstream {

namespace {

std::mutex mutex;
int users = 0;

} // namespace

Library::Library() {
    const std::lock_guard lock(mutex); // the first call that needs it opens it
    ++users;
}

Library::~Library() {
    const std::lock_guard lock(mutex);
    if (--users == 0)
        nats_CloseAndWait(2'000);
}

} // namespace jetstream
