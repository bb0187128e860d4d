#include "cln/topics.hpp"

#include "cln/notifications.hpp"

#include <algorithm>
#include <array>

namespace cln {

namespace {

/// `event_of` turns the fact into an event.
template <class Fact, class EventOf>
DecodedNotification decoded(Decoded<Fact> fact, EventOf event_of) {
    if (!fact)
        return tl::unexpected(fact.error().text());
    return DecodedNotification(tl::in_place, event_of(*fact));
}

DecodedNotification sendpay_success(const Notification& given) {
    return decoded(decode_sendpay_success(given.params, std::move(given.invoice_buffer)), [&](payments::Row& row) {
        return payments::PartSeen{std::move(row), given.received};
    });
}

DecodedNotification sendpay_failure(const Notification& given) {
    return decoded(decode_sendpay_failure(given.params), [&](SendpayFailure& failed) {
        return payments::PartFailed{std::move(failed.row), std::move(failed.failure), given.received};
    });
}

DecodedNotification pay_failure(const Notification& given) {
    return decoded(decode_pay_failure(given.params), [](const base::PaymentHash& hash) {
        return payments::GivenUp{hash, std::nullopt, true};
    });
}

DecodedNotification pay_part_start(const Notification& given) {
    return decoded(decode_pay_part_start(given.params, given.received),
                   [](payments::ExpectedPart& expected) { return std::move(expected); });
}

DecodedNotification pay_part_end(const Notification& given) {
    return decoded(decode_pay_part_end(given.params), [](payments::PartEnded& ended) { return std::move(ended); });
}

constexpr Version any{0, 0};

constexpr std::array<Topic, 7> all{{
    {"sendpay_success", any, sendpay_success},
    {"sendpay_failure", any, sendpay_failure},
    {"pay_failure", any, pay_failure},
    {"block_added", any, nullptr},
    {"shutdown", any, nullptr},
    {"pay_part_start", part_topics_since, pay_part_start},
    {"pay_part_end", part_topics_since, pay_part_end},
}};

} // namespace

std::span<const Topic> topics() {
    return all;
}

const Topic* decoded_topic(std::string_view name) {
    const auto* const at = std::find_if(all.begin(), all.end(), [&](const Topic& topic) { return topic.name == name; });
    return at == all.end() || !at->decode ? nullptr : at;
}

} // namespace cln
