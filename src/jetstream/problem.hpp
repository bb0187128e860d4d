// Errors of libnats and of servers as sentences for an operator. Texts of servers are not trusted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nats/nats.h>

namespace jetstream {

/// Printable ASCII, at most 200 characters: safe in a log.
[[nodiscard]] std::string printable(std::string_view text);

/// Of the library call that just failed on this thread: its own text, without the place in its source.
[[nodiscard]] std::string last_error(natsStatus status);

/// `cannot connect to tls://nats.example.com:4222: certificate verify failed`.
[[nodiscard]] std::string connect_problem(const std::string& url, natsStatus status, const std::string& text);

/// An open connection ended.
[[nodiscard]] std::string closed_problem(natsStatus status, const std::string& text);

/// A request to JetStream's API failed. `doing`: `cannot read the stream LIGHTNING`.
[[nodiscard]] std::string request_problem(const std::string& doing, natsStatus status, jsErrCode code,
                                          const std::string& text);

/// The server refused to store a message, for a reason that has nothing to do with the message.
[[nodiscard]] std::string publish_problem(const std::string& stream, natsStatus status, jsErrCode code,
                                          const std::string& text);

} // namespace jetstream
