#include "plugin/host.hpp"

#include <cstdlib>
#include <string_view>

namespace plugin {

Host read_host() {
    Host host;
    // Read before any thread is there; nothing sets it later.
    const char* marker = std::getenv("LIGHTNINGD_PLUGIN");      // NOLINT(concurrency-mt-unsafe)
    const char* version = std::getenv("LIGHTNINGD_VERSION");    // NOLINT(concurrency-mt-unsafe)
    const char* no_hook = std::getenv("TRACKPAYMENTS_NO_HOOK"); // NOLINT(concurrency-mt-unsafe)
    host.lightningd = marker || version;
    if (version)
        host.version = cln::read_version(version);
    host.hook = !no_hook || std::string_view(no_hook) != "1";
    return host;
}

} // namespace plugin
