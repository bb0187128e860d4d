// What an existing stream is like, and in what it differs from the one we would create. We never change it.
#pragma once

#include "jetstream/options.hpp"

#include <optional>
#include <string_view>

namespace jetstream {

/// A stream as its server describes it. Limits of 0 or less: none.
struct StreamConfig {
    enum class Retention : std::uint8_t { limits, interest, work_queue };

    std::vector<std::string> subjects;
    std::int64_t replicas = 1;
    Retention retention = Retention::limits;
    std::int64_t max_messages = 0;
    std::int64_t max_messages_per_subject = 0;
    std::int64_t max_bytes = 0;
    std::int64_t max_age_ns = 0;
    std::int64_t max_message_bytes = 0;
    bool in_memory = false;
    bool refuses_when_full = false;   ///< instead of deleting the oldest messages
    bool refuses_per_subject = false; ///< likewise, for the messages of a subject
    bool sealed = false;
    bool acknowledges = true;
    bool mirror = false; ///< of another stream: it takes no messages of its own
    std::int64_t created_ns = 0;
};

/// True if `pattern` matches everything that `subject` does; both may have the wildcards `*` and `>`.
[[nodiscard]] bool covers(std::string_view pattern, std::string_view subject);

/// Why nothing can be published into it, as a sentence: `the stream LIGHTNING is sealed`.
[[nodiscard]] std::optional<std::string> unusable(const StreamConfig& stream, const StreamWish& wish);

/// Each as a sentence: `the stream LIGHTNING has 1 replica, not 3`.
[[nodiscard]] std::vector<std::string> differences(const StreamConfig& stream, const StreamWish& wish);

} // namespace jetstream
