#include "lndapi/payment_progress.hpp"

#include "json/members.hpp"

namespace lndapi {

namespace {

/// Counts the attempts of the array that `text` begins with; returns its length, or nothing if it is malformed.
std::optional<std::size_t> count_attempts(std::string_view text, PaymentProgress& progress) {
    if (!text.starts_with('['))
        return std::nullopt;
    auto at = json::skip_space(text, 1);
    while (text.substr(at).starts_with('{')) {
        json::ObjectScanner members(text.substr(at));
        bool resolved = true;
        while (const auto member = members.next())
            if (member->key == R"("status")")
                resolved = member->value != R"("IN_FLIGHT")";
        if (!members.ok())
            return std::nullopt;
        ++progress.attempts;
        progress.resolved += resolved ? 1 : 0;
        at = json::skip_space(text, at + members.size());
        if (text.substr(at).starts_with(','))
            at = json::skip_space(text, at + 1);
    }
    return text.substr(at).starts_with(']') ? std::optional(at + 1) : std::nullopt;
}

} // namespace

/// One pass over the text: for a reader that is behind, every update is compared with the one that waits.
PaymentProgress progress_of(const consumer::Snapshot& payment) {
    PaymentProgress progress{payment.status != consumer::Status::in_flight};
    json::ObjectScanner members(payment.json);
    while (const auto key = members.next_key()) {
        PaymentProgress counted{progress.ended};
        const auto size = *key == R"("htlcs")" ? count_attempts(members.rest(), counted) : std::nullopt;
        if (size) {
            progress = counted;
            members.take_value(*size);
        } else if (!members.skip_value()) {
            break;
        }
    }
    return progress;
}

} // namespace lndapi
