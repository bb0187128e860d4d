#include "rpc/client.hpp"

#include "json/text.hpp"
#include "rpc/write.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace rpc {

using namespace std::chrono_literals;

namespace {

constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 5000ms;

/// -1 if it is no valid code. get() would truncate a number that does not fit.
int read_code(const json::Tree& code) {
    using Range = std::numeric_limits<int>;
    const bool fits = code.is_number_unsigned()  ? code.get<std::uint64_t>() <= static_cast<std::uint64_t>(Range::max())
                      : code.is_number_integer() ? code.get<std::int64_t>() >= Range::min()
                                                 : false;
    return fits ? code.get<int>() : -1;
}

/// Reads the other side's error object. If it is not an object, the failure has a message of ours.
Client::Failure read_failure(std::string_view raw) {
    Client::Failure failure;
    failure.raw = raw;
    const auto object = json::parse(raw);
    if (!object || !object->is_object()) {
        failure.error = {-1, "an error that is not an object"};
        return failure;
    }
    const auto code = object->find("code");
    const auto text = object->find("message");
    failure.error.code = code != object->end() ? read_code(*code) : -1;
    failure.error.message = text != object->end() && text->is_string() ? text->get<std::string>() : "no message";
    return failure;
}

} // namespace

Client::Client(io::Loop& loop, std::string name, std::string tag, base::Log log)
    : loop_(loop),
      name_(std::move(name)),
      tag_(std::move(tag)),
      log_(std::move(log)),
      pause_(first_pause),
      reconnect_(loop),
      next_turn_(loop) {}

Client::~Client() = default;

void Client::start(std::string path, std::function<void()> on_up, std::function<void()> on_down) {
    path_ = std::move(path);
    on_up_ = std::move(on_up);
    on_down_ = std::move(on_down);
    connect();
}

void Client::connect() {
    auto stream = io::Stream::connect(loop_, path_, [this](const std::string& reason) {
        if (!reason.empty())
            return lost(reason);
        up_ = true;
        outage_logged_ = false;
        ++connections_;
        pause_ = first_pause;
        connection_->start();
        on_up_();
    });
    Connection::Handler& self = *this; // the base is private, so make_unique cannot convert
    connection_ = std::make_unique<Connection>(std::move(stream), self);
}

void Client::call(std::string_view method, std::string_view params, Callback answer, Lost lost) {
    if (!up_)
        return report_lost(std::move(lost));
    const auto number = next_id_++;
    std::string id = "\"" + name_ + ":" + std::string(method) + "#" + std::to_string(number) + "-" + tag_ + "\"";
    connection_->send_at_end_of_turn(request(id, method, params));
    calls_.emplace(number, Call{std::move(id), std::move(answer), std::move(lost)});
}

Client::Calls::const_iterator Client::find(std::string_view id) const {
    std::uint64_t number = 0;
    const auto digits = id.substr(id.rfind('#') + 1); // without a #, the whole id
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto found = calls_.find(number); // there is no call 0
    return found != calls_.end() && found->second.id == id ? found : calls_.end();
}

void Client::report_lost(Lost lost) {
    if (!lost)
        return;
    lost_.push_back(std::move(lost));
    if (next_turn_.armed())
        return;
    next_turn_.start(0ms, [this] {
        for (auto calls = std::exchange(lost_, {}); !calls.empty(); calls.pop_front())
            calls.front()();
    });
}

void Client::lost(const std::string& reason) {
    const bool was_up = std::exchange(up_, false);
    connection_.reset();
    if (!outage_logged_)
        log_(base::LogLevel::unusual,
             "RPC socket: " + (reason.empty() ? "connection closed" : reason) + "; reconnecting");
    outage_logged_ = true;
    for (auto& [number, call] : std::exchange(calls_, {}))
        report_lost(std::move(call.lost));
    reconnect_.start(pause_, [this] { connect(); });
    pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, longest_pause);
    if (was_up && on_down_)
        on_down_();
}

void Client::read(std::span<const Message> messages) {
    for (const auto& message : messages)
        answered(message);
}

void Client::answered(const Message& message) {
    const auto found = find(message.id);
    if (found == calls_.end()) {
        log_(base::LogLevel::unusual, "RPC socket: ignoring unexpected message");
        return;
    }
    const Callback answer = std::move(calls_.extract(found).mapped().answer);
    if (!message.result.empty())
        answer(message.result);
    else if (!message.error.empty())
        answer(tl::unexpected(read_failure(message.error)));
    else
        answer(tl::unexpected(Failure{{-1, "a reply without result and error"}, {}}));
}

void Client::skipped(const Message&, const std::string& reason) {
    // The skipped bytes may contain an answer, and the start of the next message is unknown, so reconnect. In the next
    // turn, because the old connection is still reading.
    reconnect_.start(0ms, [this, reason] {
        if (up_)
            lost(reason);
    });
}

void Client::closed(const std::string& reason) {
    lost(reason);
}

} // namespace rpc
