#include "lndapi/permission_watch.hpp"

#include "lndapi/asker.hpp"

#include <algorithm>

namespace lndapi {

namespace {

using namespace std::chrono;

/// Asked just after the end: a clock of whole seconds, time(2), is some milliseconds late.
constexpr milliseconds late{20};

/// What lightningd would say after the rune's time.
Failure time_is_over() {
    return {{GrpcCode::unknown, std::string(permission_denied)}, "Not permitted: its time is over"};
}

} // namespace

void PermissionWatch::watch(const std::weak_ptr<Call*>& weak, const Claim& claim) {
    const auto call = weak.lock();
    if (!call)
        return;
    const auto term = term_of(claim);
    const auto now = floor<microseconds>(now_());
    const bool ends = term.end && *term.end > now;
    if (term.rationed && !ends)
        return;
    const bool to_end = ends && (term.rationed || *term.end - now < between_checks_);
    const auto pause =
        to_end ? std::min<milliseconds>(ceil<milliseconds>(*term.end - now) + late, hours(24)) : between_checks_;
    (*call)->after(pause, [this, weak, claim, to_end] { check(weak, claim, to_end); });
}

void PermissionWatch::check(const std::weak_ptr<Call*>& weak, const Claim& claim, bool at_end) {
    const auto open = weak.lock();
    if (!open)
        return;
    const auto end = term_of(claim).end;
    const bool ended = end && *end <= floor<microseconds>(now_());
    if (at_end && !ended) // a timer may be early, and the clock may be set
        return watch(weak, claim);
    authority_.check(claim, asker_of(**open), [this, weak, claim, ended](const std::optional<Failure>& failure) {
        const auto call = weak.lock();
        const bool refused = failure && failure->status.code != GrpcCode::unavailable;
        if (call && failure && (refused || ended))
            return (*call)->end(refused ? *failure : time_is_over());
        watch(weak, claim);
    });
}

} // namespace lndapi
