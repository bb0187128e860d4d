#include "host/parent.hpp"

#include <cstdlib>

namespace host {

Parent read_parent() {
    Parent parent;
    // Read before a second thread starts; nothing sets them later.
    const char* marker = std::getenv("LIGHTNINGD_PLUGIN");   // NOLINT(concurrency-mt-unsafe)
    const char* version = std::getenv("LIGHTNINGD_VERSION"); // NOLINT(concurrency-mt-unsafe)
    parent.lightningd = marker || version;
    if (version)
        parent.version = cln::read_version(version);
    return parent;
}

} // namespace host
