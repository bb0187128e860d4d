// One JSON-RPC message, cut into its members without decoding them, and the scanner used for that.
#include "rpc/message.hpp"
#include "json/members.hpp"
#include "json_input.hpp"
#include "rpc/write.hpp"

namespace message_target {

namespace {

bool is_raw(std::string_view raw, const fuzz::Tree& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() ? raw.empty() : fuzz::parsed(raw) == *found;
}

void check_against_json(const tl::expected<rpc::Message, std::string>& message, const fuzz::Tree& object) {
    const auto* method = fuzz::at(object, "method");
    const auto* id = fuzz::at(object, "id");
    const bool named = method && method->is_string() && !method->get<std::string>().empty();
    const bool sound = (!object.contains("method") || named) && (!object.contains("id") || !id || !id->is_structured());
    if (!message) {
        fuzz::require(!sound || (!named && !object.contains("id")) || (id && id->is_boolean()),
                      "a valid message is read");
        return;
    }
    fuzz::require(named ? message->method == method->get<std::string>() : message->method.empty(), "method");
    for (const auto& [name, raw] : {std::pair{"id", message->id},
                                    {"params", message->params},
                                    {"result", message->result},
                                    {"error", message->error},
                                    {"filter", message->filter}})
        fuzz::require(is_raw(raw, object, name), "members are the raw bytes");
}

/// Cut at any byte, the members before the cut are the same.
void check_head(std::string_view text, const rpc::Message& message) {
    for (std::size_t cut = 0; cut < text.size(); cut += 1 + text.size() / 16) {
        const auto head = rpc::read_head(text.substr(0, cut));
        for (const auto& [known, whole] : {std::pair{head.id, message.id},
                                           {head.method, message.method},
                                           {head.params, message.params},
                                           {head.result, message.result}})
            fuzz::require(known.empty() || known == whole, "the members of a cut message are those of the whole");
    }
}

/// With the position of a value from the framer, the result is the same.
void check_inner(std::string_view text) {
    rpc::Framer framer;
    framer.feed(text);
    for (auto framed = framer.next(); framed.kind != rpc::Framer::Result::Kind::more; framed = framer.next()) {
        if (framed.kind != rpc::Framer::Result::Kind::message)
            continue;
        const auto with = rpc::read_message(framed.text, framed.inner);
        const auto without = rpc::read_message(framed.text);
        fuzz::require(with.has_value() == without.has_value(), "both ways read it, or none");
        if (!with)
            continue;
        for (const auto& [one, other] : {std::pair{with->id, without->id},
                                         {with->method, without->method},
                                         {with->params, without->params},
                                         {with->result, without->result},
                                         {with->error, without->error},
                                         {with->filter, without->filter}})
            fuzz::require(one == other, "both ways give the same members");
    }
}

} // namespace

FUZZ_TARGET(message) {
    const auto text = fuzz::text_of(data, size);
    for (std::size_t at = 0; at < std::min<std::size_t>(size, 16); ++at)
        if (const auto end = json::skip_value(text, at))
            fuzz::require(*end > at && *end <= size, "a value ends after its beginning and inside the text");
    check_inner(text);
    const auto message = rpc::read_message(text);
    if (message) {
        for (const auto part : {message->id, message->method, message->params, message->result, message->error})
            fuzz::require(part.empty() ||
                              (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size()),
                          "members are views into the message");
        // We send ids back unchanged: one that broke our reply would break all replies after it.
        const auto answer = rpc::result(message->id.empty() ? "null" : message->id, "{}");
        rpc::Framer framer;
        framer.feed(answer);
        const auto framed = framer.next();
        fuzz::require(framed.kind == rpc::Framer::Result::Kind::message && framed.text.size() + 2 == answer.size(),
                      "a reply is one message, whatever its id");
    } else {
        fuzz::require(message.error().size() < 80, "an error is a short text of ours");
    }
    if (const auto object = fuzz::parsed(text); object && object->is_object() && fuzz::unambiguous(text)) {
        check_against_json(message, *object);
        if (message)
            check_head(text, *message);
    }
    return 0;
}

} // namespace message_target
