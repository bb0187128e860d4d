#include "mirror/notification_batch.hpp"

#include "cln/notifications.hpp"

#include <algorithm>
#include <array>

namespace mirror {

namespace {

using DecodedNotification = NotificationBatch::DecodedNotification;

/// `event_of`: what a fact says, as an event.
template <class Fact, class EventOf>
DecodedNotification notice(cln::Decoded<Fact> fact, EventOf event_of) {
    if (!fact)
        return tl::unexpected(fact.error().text());
    return DecodedNotification(tl::in_place, event_of(*fact));
}

struct Given {
    json::Value params;
    base::UnixNs now;
    std::string room; // for an invoice, to be taken
};

DecodedNotification sendpay_success(Given& given) {
    return notice(cln::decode_sendpay_success(given.params, std::move(given.room)), [&](payments::Row& row) {
        return payments::PartSeen{std::move(row), given.now};
    });
}

DecodedNotification sendpay_failure(Given& given) {
    return notice(cln::decode_sendpay_failure(given.params), [&](cln::SendpayFailure& failed) {
        return payments::PartFailed{std::move(failed.row), std::move(failed.failure), given.now};
    });
}

DecodedNotification pay_part_start(Given& given) {
    return notice(cln::decode_pay_part_start(given.params, given.now),
                  [](payments::ExpectedPart& expected) { return std::move(expected); });
}

DecodedNotification pay_part_end(Given& given) {
    return notice(cln::decode_pay_part_end(given.params), [](payments::PartEnded& ended) { return std::move(ended); });
}

DecodedNotification pay_failure(Given& given) {
    return notice(cln::decode_pay_failure(given.params), [](const base::PaymentHash& hash) {
        return payments::GivenUp{hash, std::nullopt, true};
    });
}

struct Topic {
    std::string_view name;
    DecodedNotification (*decode)(Given& given);
};

constexpr std::array<Topic, 5> topics{{{"sendpay_success", sendpay_success},
                                       {"sendpay_failure", sendpay_failure},
                                       {"pay_part_start", pay_part_start},
                                       {"pay_part_end", pay_part_end},
                                       {"pay_failure", pay_failure}}};

const Topic* topic_of(const rpc::Message& message) {
    if (message.kind() != rpc::Message::Kind::notification)
        return nullptr;
    const auto* const at =
        std::find_if(topics.begin(), topics.end(), [&](const Topic& topic) { return topic.name == message.method; });
    return at == topics.end() ? nullptr : at;
}

} // namespace

bool NotificationBatch::is_decoded(const rpc::Message& message) {
    return topic_of(message) != nullptr;
}

DecodedNotification NotificationBatch::decoded(const rpc::Message& message, base::UnixNs now) {
    const auto& topic = *topic_of(message);
    if (message.params.empty())
        return tl::unexpected<std::string>("params: missing");
    const auto params = params_.read(message.params);
    if (!params)
        return tl::unexpected("params: " + params.error());
    Given given{*params, now, pool_.take()};
    return topic.decode(given);
}

/// Of those that were applied, not put aside.
void NotificationBatch::reuse_invoices() {
    constexpr std::size_t largest = 4096;
    for (auto& notice : notices_) {
        auto* seen = notice ? std::get_if<payments::PartSeen>(&*notice) : nullptr;
        if (seen && seen->row.invoice.capacity() <= largest)
            pool_.give_back(std::move(seen->row.invoice));
    }
}

void NotificationBatch::decode(std::span<const rpc::Message> messages, base::UnixNs now) {
    reuse_invoices();
    notices_.clear();
    next_ = 0;
    for (const auto& message : messages)
        if (is_decoded(message))
            notices_.push_back(decoded(message, now));
}

} // namespace mirror
