// The topics of lightningd that are about payments, a row each: since which version there is one, and how it is
// decoded. What the plugin subscribes to and what it understands are the same rows.
#pragma once

#include "cln/version.hpp"
#include "json/value.hpp"
#include "payments/event.hpp"

#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cln {

/// A fact, or why the notification cannot be read (without its content).
using DecodedNotification = tl::expected<payments::Event, std::string>;

/// The params of a notification.
struct Notification {
    json::Value params;
    base::UnixNs received;
    std::string& invoice_buffer; ///< memory for an invoice; may be moved from
};

struct Topic {
    std::string_view name;
    Version since = {0, 0};
    /// Null for a topic that is no fact about a payment: its receiver reads it.
    DecodedNotification (*decode)(const Notification& notification) = nullptr;
};

[[nodiscard]] std::span<const Topic> topics();
/// Of a topic that has a decoder; else null.
[[nodiscard]] const Topic* decoded_topic(std::string_view name);

} // namespace cln
