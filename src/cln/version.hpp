// lightningd's version, as far as its behaviour depends on it. The string may be `v26.06.6`,
// `v26.06-241-gb35b848-modded`, `25.12`.
#pragma once

#include <compare>
#include <string_view>

namespace cln {

struct Version {
    int year = 9999; ///< unknown counts as newer than everything
    int month = 99;
    auto operator<=>(const Version&) const = default;
};

/// The first `NN.NN` in the text; unknown when there is none.
[[nodiscard]] Version read_version(std::string_view text);

/// `wait` knows sendpays, listsendpays has pages.
[[nodiscard]] inline bool has_wait_sendpays(Version v) {
    return v >= Version{23, 11};
}
/// xpay tells its parts: pay_part_start and pay_part_end.
inline constexpr Version part_topics_since{25, 9};
/// `listpays` is served by xpay's own plugin: failed means given up.
[[nodiscard]] inline bool listpays_knows_xpay(Version v) {
    return v >= Version{26, 6};
}
/// xpay exists and nothing tells that it gave up; from v26.06 `listpays` does.
[[nodiscard]] inline bool xpay_ends_silently(Version v) {
    return v >= Version{24, 11} && v < Version{26, 6};
}
/// `pay` and `keysend` wait for blocks after a payee of a greater height refused, without any row pending (57 s seen on
/// v23.11.2). plugins/libplugin-pay.c did so until v24.02; waiting longer on v24.05 and v24.08 does no harm.
[[nodiscard]] inline bool pay_waits_for_blocks(Version v) {
    return v < Version{24, 11};
}

} // namespace cln
