// The one place that knows which lightningd is imitated. Rules that differ between versions are asked here, by name, so
// that an older node can be imitated by adding a row and not by searching the tree.
#pragma once

#include <chrono>
#include <string_view>

namespace standin {

struct Version {
    std::string_view name = "v26.06.6";
    /// getmanifest and init, each (core-lightning.md 1.5).
    std::chrono::seconds start_limit{120};
    /// How long a subscriber of `shutdown` may take (1.9).
    std::chrono::seconds shutdown_limit{30};
    /// `wait` repeats the part under `details` (3.4): deprecated, but still sent when deprecated APIs are allowed.
    bool wait_details = true;
};

} // namespace standin
