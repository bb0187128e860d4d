#include "rpc/connection.hpp"

#include <utility>

namespace rpc {

Connection::Connection(std::unique_ptr<io::Stream> both, Handler& handler) : in_(std::move(both)), handler_(handler) {}

Connection::Connection(std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out, Handler& handler)
    : in_(std::move(in)), out_(std::move(out)), handler_(handler) {}

void Connection::start() {
    in_->read([this](std::string_view bytes) { received(bytes); },
              [this](const std::string& reason) {
                  if (framer_.inside())
                      handler_.skipped({}, "the stream ended in the middle of a message");
                  handler_.closed(reason);
              });
}

void Connection::send(std::string message, io::Priority priority) {
    out().write(std::move(message), priority);
}

void Connection::received(std::string_view bytes) {
    using Kind = Framer::Result::Kind;
    framer_.feed(bytes);
    batch_.clear();
    std::string lost;
    for (bool more = true; more;) {
        const auto framed = framer_.next();
        switch (framed.kind) {
        case Kind::message:
            if (const auto message = read_message(framed.text, framed.inner))
                batch_.push_back(*message);
            else
                handler_.skipped(read_head(framed.text), message.error());
            break;
        case Kind::skipped:
            handler_.skipped(framed.head.empty() ? Message{} : read_head(framed.head),
                             "skipped: " + std::string(framed.text));
            break;
        case Kind::lost:
            lost = framed.text;
            more = false;
            break;
        case Kind::more:
            more = false;
            break;
        }
    }
    if (!batch_.empty())
        handler_.read(batch_);
    if (!lost.empty()) {
        in_->stop_reading();
        handler_.closed(lost);
    }
}

} // namespace rpc
