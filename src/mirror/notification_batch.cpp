#include "mirror/notification_batch.hpp"

namespace mirror {

using cln::DecodedNotification;

bool NotificationBatch::is_decoded(const rpc::Message& message) {
    return message.kind() == rpc::Message::Kind::notification && cln::decoded_topic(message.method);
}

DecodedNotification NotificationBatch::decoded(const rpc::Message& message, base::UnixNs now) {
    if (message.params.empty())
        return tl::unexpected<std::string>("params: missing");
    const auto params = params_.read(message.params);
    if (!params)
        return tl::unexpected("params: " + params.error());
    auto buffer = pool_.take();
    return cln::decoded_topic(message.method)->decode({*params, now, buffer});
}

/// Reuses the invoices of applied notifications; deferred ones were moved.
void NotificationBatch::reuse_invoices() {
    constexpr std::size_t largest = 4096;
    for (auto& notification : notifications_) {
        auto* seen = notification ? std::get_if<payments::PartSeen>(&*notification) : nullptr;
        if (seen && seen->row.invoice.capacity() <= largest)
            pool_.give_back(std::move(seen->row.invoice));
    }
}

void NotificationBatch::decode(std::span<const rpc::Message> messages, base::UnixNs now) {
    reuse_invoices();
    notifications_.clear();
    next_ = 0;
    for (const auto& message : messages)
        if (is_decoded(message))
            notifications_.push_back(decoded(message, now));
}

} // namespace mirror
