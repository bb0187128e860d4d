#include "rpc/message.hpp"

#include "json/members.hpp"

namespace rpc {

namespace {

/// True for a string, or a token without quotes and brackets. An id is sent back unchanged, and those characters would
/// break our reply.
bool is_id(std::string_view token) {
    return token.front() == '"' || token.find_first_of("\"{[") == std::string_view::npos;
}

/// The reason if the member cannot be part of a message; empty if it can.
std::string_view take(Message& message, const json::ObjectScanner::Member& member) {
    if (member.key == "\"id\"") {
        if (!is_id(member.value))
            return "id: neither a string nor a number";
        message.id = member.value;
    } else if (member.key == "\"method\"") {
        const auto name = member.value;
        if (name.size() < 3 || name.front() != '"' || name.find('\\') != std::string_view::npos)
            return "method: not a plain name";
        message.method = name.substr(1, name.size() - 2);
    } else if (member.key == "\"params\"") {
        message.params = member.value;
    } else if (member.key == "\"result\"") {
        message.result = member.value;
    } else if (member.key == "\"error\"") {
        message.error = member.value;
    } else if (member.key == "\"filter\"") {
        message.filter = member.value;
    }
    return {};
}

} // namespace

tl::expected<Message, std::string> read_message(std::string_view text, std::string_view inner) {
    Message message;
    message.whole = text;
    json::ObjectScanner members(text, inner);
    while (const auto member = members.next())
        if (const auto reason = take(message, *member); !reason.empty())
            return tl::unexpected(std::string(reason));
    if (!members.ok())
        return tl::unexpected<std::string>("not a JSON object");
    if (message.method.empty() && message.id.empty())
        return tl::unexpected<std::string>("neither method nor id");
    return message;
}

Message read_head(std::string_view text) {
    Message message;
    json::ObjectScanner members(text);
    while (const auto member = members.next()) {
        const bool maybe_cut = member->value.data() + member->value.size() == text.data() + text.size();
        if (maybe_cut || !take(message, *member).empty())
            break;
    }
    return message;
}

} // namespace rpc
