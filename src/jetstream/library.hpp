// Makes a process ready for libnats. It is never closed: its threads end with the process.
#pragma once

namespace jetstream {

/// Before any other use of OpenSSL in the process. Safe to repeat, from any thread.
void prepare_library();

} // namespace jetstream
