// How many files and sockets this process may have open.
#pragma once

#include <cstddef>

namespace io {

/// Raises the soft limit (RLIMIT_NOFILE) to the hard one. Returns the limit that counts then; if the system refuses,
/// that is the old one.
std::size_t raise_descriptor_limit();

} // namespace io
