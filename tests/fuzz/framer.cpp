// The framer gives the same messages however the bytes are cut into reads. The first byte chooses the cuts.
#include "json_input.hpp"

#include <string>
#include <vector>

namespace framer_target {

namespace {

using Kind = rpc::Framer::Result::Kind;

struct Seen {
    std::vector<std::string> messages;
    bool skipped = false;
    bool inside = false;
};

Seen frame(std::string_view text, std::size_t step) {
    rpc::Framer framer;
    Seen seen;
    for (std::size_t at = 0; at < text.size(); at += step) {
        framer.feed(text.substr(at, step));
        std::size_t results = 0;
        for (auto result = framer.next(); result.kind != Kind::more; result = framer.next()) {
            fuzz::require(result.kind != Kind::lost, "the stream is not lost before a gigabyte");
            fuzz::require(++results <= text.size(), "each result uses some bytes");
            if (result.kind == Kind::message)
                seen.messages.emplace_back(result.text);
            else
                seen.skipped = true;
        }
    }
    seen.inside = framer.inside();
    return seen;
}

} // namespace

FUZZ_TARGET(framer) {
    if (size == 0)
        return 0;
    const auto text = fuzz::text_of(data + 1, size - 1);
    const auto whole = frame(text, std::max<std::size_t>(text.size(), 1));
    const auto cut = frame(text, 1U + data[0]);
    fuzz::require(whole.messages == cut.messages && whole.inside == cut.inside && whole.skipped == cut.skipped,
                  "any reads give the same messages");
    std::size_t at = 0;
    for (const auto& message : whole.messages) {
        fuzz::require(message.front() == '{' && fuzz::shallow(message), "a message is an object of bounded depth");
        at = text.find(message, at);
        fuzz::require(at != std::string_view::npos, "messages are bytes of the stream, in their order");
        at += message.size();
    }
    if (!whole.inside) {
        const auto more = frame(std::string(text) + R"({"a":"}"})", 1U + data[0]);
        fuzz::require(more.messages.size() == whole.messages.size() + 1 && more.messages.back() == R"({"a":"}"})",
                      "after any bytes the next message is found");
    }
    if (const auto one = fuzz::parsed(text); one && one->is_object())
        fuzz::require(whole.messages.size() == 1, "an object is a message");
    return 0;
}

} // namespace framer_target
