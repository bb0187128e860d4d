// lightningd's topics about payments, one row each: the version that introduced it, and its decoder. The same table
// decides what the plugin subscribes to and what it understands.
#pragma once

#include "cln/version.hpp"
#include "json/value.hpp"
#include "payments/event.hpp"

#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cln {

/// A fact, or why the notification cannot be read (without quoting it).
using DecodedNotification = tl::expected<payments::Event, std::string>;

/// A received notification.
struct Notification {
    json::Value params;
    base::UnixNs received;
    std::string& invoice_buffer; ///< memory to reuse for an invoice; may be moved from
};

struct Topic {
    std::string_view name;
    Version since = {0, 0};
    /// Null for a topic that is not a fact about a payment; the receiver reads it.
    DecodedNotification (*decode)(const Notification& notification) = nullptr;
};

[[nodiscard]] std::span<const Topic> topics();
/// The row of a topic with a decoder; else null.
[[nodiscard]] const Topic* decoded_topic(std::string_view name);

} // namespace cln
