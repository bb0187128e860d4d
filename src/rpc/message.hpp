// One JSON-RPC 2.0 message as it came: its members as raw text, nothing decoded but the method's name. Ids stay raw
// because the peer may look a reply up by the very bytes of its id; results stay raw so that they can be passed on
// untouched.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace rpc {

/// Views into the framer's buffer: valid until its next feed().
struct Message {
    enum class Kind { request, notification, reply };

    std::string_view whole;
    std::string_view id;     ///< raw token, quotes included; empty if there is none
    std::string_view method; ///< without quotes; empty if there is none
    std::string_view params; ///< raw, empty if absent
    std::string_view result; ///< raw, empty if absent
    std::string_view error;  ///< raw, empty if absent
    std::string_view filter; ///< raw, empty if absent: an extension, the parts of the result that are wanted

    /// With a method and an id a request, with only a method a notification, else a reply.
    [[nodiscard]] Kind kind() const {
        if (method.empty())
            return Kind::reply;
        return id.empty() ? Kind::notification : Kind::request;
    }
};

/// `text` is one complete object as the Framer gives it. The reason when it is no message. Duplicate members: the last
/// wins. `inner`: Framer::Result::inner.
[[nodiscard]] tl::expected<Message, std::string> read_message(std::string_view text, std::string_view inner = {});

/// Of one that cannot be read to its end: the members that stand whole before that. Id and method are among them if the
/// peer writes them first.
[[nodiscard]] Message read_head(std::string_view text);

} // namespace rpc
