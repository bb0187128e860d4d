// One JSON-RPC 2.0 message: its members as raw text, only the method's name decoded. Ids stay raw because the peer may
// match replies by the exact bytes of the id; results stay raw so that they can be passed on unchanged.
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
    std::string_view filter; ///< raw, empty if absent: Core Lightning's extension, selects parts of the result

    /// Method and id: a request. Only a method: a notification. Else a reply.
    [[nodiscard]] Kind kind() const {
        if (method.empty())
            return Kind::reply;
        return id.empty() ? Kind::notification : Kind::request;
    }
};

/// `text` is one complete object from the Framer, `inner` is Framer::Result::inner. Returns the reason if it is no
/// message. Of duplicate members the last one counts.
[[nodiscard]] tl::expected<Message, std::string> read_message(std::string_view text, std::string_view inner = {});

/// For a message that cannot be read to its end: the members that are complete. Id and method are among them if the
/// peer writes them first.
[[nodiscard]] Message read_head(std::string_view text);

} // namespace rpc
