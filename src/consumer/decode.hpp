// Reads the tracker's messages and answers. Payments stay raw text: only the members that a reader needs are looked at,
// so a message costs two scans and one copy. Errors name the place and never quote the message.
#pragma once

#include "consumer/snapshot.hpp"

#include <optional>
#include <string_view>

#include <tl/expected.hpp>

namespace consumer {

/// The `params` of a message on the topic `trackpayments`. Before lightningd v25.09 they are one level deeper, in
/// `payload` (trackpayments-topics(7)).
[[nodiscard]] tl::expected<Update, std::string> decode_update(std::string_view params);

/// The result of `trackpayments`, whatever its parameters were.
[[nodiscard]] tl::expected<Answer, std::string> decode_answer(std::string_view result);

/// The `params` of `plugin_started` or `plugin_stopped`, whose name is `topic`: true if the plugin is the tracker, by
/// its name or because it registered the command (lightningd/notification.c, plugin_notification_serialize).
[[nodiscard]] bool is_tracker(std::string_view topic, std::string_view params);

/// The second field of a cursor, which every start of the tracker makes new. Empty if there is none.
[[nodiscard]] std::string_view run_of(std::string_view cursor);

/// The position before the first row of the node that `cursor` belongs to (publish/cursor.hpp).
[[nodiscard]] std::string beginning_of(std::string_view cursor);

} // namespace consumer
