// Requests to JetStream's API: one stream, one message. They block until the answer.
#pragma once

#include "jetstream/nats_ptr.hpp"
#include "jetstream/stream.hpp"
#include "jetstream/stream_config.hpp"

namespace jetstream {

/// The stream as it is; created if it is missing. Another node may create it at the same time.
[[nodiscard]] tl::expected<StreamConfig, std::string> ensure_stream(jsCtx* context, const StreamWish& wish);

/// The stream as it is.
[[nodiscard]] tl::expected<StreamConfig, std::string> stream_by_name(jsCtx* context, const std::string& name);

/// From the stream's leader. `subject` may have wildcards. Nothing if there is none.
[[nodiscard]] tl::expected<std::optional<StoredMessage>, std::string>
last_message(jsCtx* context, const std::string& stream, const std::string& subject);

} // namespace jetstream
