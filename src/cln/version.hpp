// lightningd's version, and the behaviour that depends on it. The text may be `v26.06.6`, `v26.06-241-gb35b848-modded`
// or `25.12`.
#pragma once

#include <compare>
#include <string_view>

namespace cln {

struct Version {
    int year = 9999; ///< an unknown version counts as the newest
    int month = 99;
    auto operator<=>(const Version&) const = default;
};

/// The first `NN.NN` in the text; unknown if there is none.
[[nodiscard]] Version read_version(std::string_view text);

/// `wait` supports sendpays, and listsendpays has paging.
[[nodiscard]] inline bool has_wait_sendpays(Version v) {
    return v >= Version{23, 11};
}
/// lightningd reports that a plugin was started or stopped: plugin_started and plugin_stopped.
inline constexpr Version plugin_topics_since{25, 2};
/// xpay reports its parts: pay_part_start and pay_part_end.
inline constexpr Version part_topics_since{25, 9};
/// xpay's plugin serves `listpays`: `failed` means that the payer gave up.
[[nodiscard]] inline bool listpays_knows_xpay(Version v) {
    return v >= Version{26, 6};
}
/// xpay exists, but nothing shows that it gave up. From v26.06 `listpays` does.
[[nodiscard]] inline bool xpay_ends_silently(Version v) {
    return v >= Version{24, 11} && v < Version{26, 6};
}
/// `pay` and `keysend` wait for blocks, with no row pending, after a payee at a greater height refused (57 s seen on
/// v23.11.2). plugins/libplugin-pay.c did so until v24.02; waiting longer on v24.05 and v24.08 does no harm.
[[nodiscard]] inline bool pay_waits_for_blocks(Version v) {
    return v < Version{24, 11};
}

} // namespace cln
