#include "jetstream/session.hpp"

#include "jetstream/connect.hpp"
#include "jetstream/problem.hpp"
#include "jetstream/stream_api.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <unordered_map>

namespace jetstream {

namespace {

constexpr const char* expected_stream = "Nats-Expected-Stream";
constexpr const char* expected_sequence = "Nats-Expected-Last-Subject-Sequence";
// What these two add to a message, with separators and the version line of a block of headers.
constexpr std::size_t added_bytes = 128;

} // namespace

// What the threads of libnats use. They get a number instead of a pointer: a callback may come late.
struct Session::Shared {
    struct Sent {
        std::uint64_t id;
        Clock::time_point at;
    };
    std::mutex mutex;
    Observer* observer = nullptr; // null: the session is destroyed
    std::string stream;
    std::unordered_map<const natsMsg*, Sent> unacknowledged;
    std::optional<Problem> problem;

    void fail(std::string text, bool refused) {
        const std::lock_guard lock(mutex);
        if (!problem)
            problem = Problem{std::move(text), refused};
        if (observer != nullptr)
            observer->changed();
    }

    void acknowledge(const natsMsg* message, const jsPubAck* ack, const jsPubAckErr* error) {
        const std::lock_guard lock(mutex);
        const auto sent = unacknowledged.find(message);
        if (sent == unacknowledged.end() || observer == nullptr)
            return;
        const auto id = sent->second.id;
        unacknowledged.erase(sent); // now: another message may get this address
        using Kind = PublishError::Kind;
        if (ack != nullptr)
            observer->answered(id, Ack{ack->Sequence, ack->Duplicate});
        else if (error->ErrCode == JSStreamWrongLastSequenceErr)
            observer->answered(id, tl::unexpected(PublishError{Kind::conflict, printable(error->ErrText)}));
        else if (error->ErrCode == JSStreamMessageExceedsMaximumErr)
            observer->answered(id, tl::unexpected(PublishError{Kind::too_large, printable(error->ErrText)}));
        else if (!problem)
            problem = Problem{publish_problem(stream, error->Err, error->ErrCode, printable(error->ErrText)), true};
        observer->changed();
    }

    // Sessions by number. Never destroyed: threads of libnats may outlive static objects.
    struct Registry {
        std::mutex mutex;
        std::uintptr_t next = 1;
        std::map<std::uintptr_t, std::shared_ptr<Shared>> sessions;
    };
    static Registry& registry() {
        static auto& only = *new Registry;
        return only;
    }
    static std::shared_ptr<Shared> find(void* number) {
        auto& all = registry();
        const std::lock_guard lock(all.mutex);
        const auto found = all.sessions.find(reinterpret_cast<std::uintptr_t>(number));
        return found == all.sessions.end() ? nullptr : found->second;
    }
};

struct Session::Handles {
    std::uintptr_t number = 0;
    ConnectionPtr connection;
    ContextPtr context; // goes before its connection

    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is never followed
    [[nodiscard]] void* closure() const { return reinterpret_cast<void*>(number); }
};

Session::Session(std::string stream, std::chrono::milliseconds answer_limit, Observer& observer)
    : stream_(std::move(stream)),
      answer_limit_(answer_limit),
      shared_(std::make_shared<Shared>()),
      handles_(std::make_unique<Handles>()) {
    shared_->observer = &observer;
    shared_->stream = stream_;
    auto& all = Shared::registry();
    const std::lock_guard lock(all.mutex);
    handles_->number = all.next++;
    all.sessions.emplace(handles_->number, shared_);
}

Session::~Session() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->observer = nullptr;
    }
    handles_->context = nullptr; // frees the messages without an answer
    handles_->connection = nullptr;
    auto& all = Shared::registry();
    const std::lock_guard lock(all.mutex);
    all.sessions.erase(handles_->number);
}

tl::expected<std::unique_ptr<Session>, std::string> Session::open(const Options& options, const ServerUrl& url,
                                                                  std::chrono::milliseconds answer_limit,
                                                                  Observer& observer, Attempt& attempt) {
    std::unique_ptr<Session> session(new Session(options.stream.name, answer_limit, observer));
    if (const auto connected = session->connect(options, url, attempt); !connected)
        return tl::unexpected(connected.error());
    if (const auto ensured = session->ensure_stream(options.stream); !ensured) {
        const auto problem = session->problem(); // a refused permission, where the request only had no answer
        return tl::unexpected(problem ? problem->text : ensured.error());
    }
    return session;
}

tl::expected<void, std::string> Session::connect(const Options& options, const ServerUrl& url, Attempt& attempt) {
    ConnectionEvents events;
    events.closure = handles_->closure();
    events.closed = [](natsConnection* connection, void* closure) {
        const char* text = nullptr;
        const auto status = natsConnection_GetLastError(connection, &text);
        if (const auto shared = Shared::find(closure))
            shared->fail(closed_problem(status, printable(text != nullptr ? text : "")), false);
    };
    events.error = [](natsConnection* connection, natsSubscription*, natsStatus status, void* closure) {
        const char* text = nullptr;
        natsConnection_GetLastError(connection, &text);
        if (const auto shared = Shared::find(closure))
            shared->fail(text != nullptr && *text != '\0' ? printable(text) : natsStatus_GetText(status), true);
        natsConnection_Close(connection); // nobody shall wait for an answer that does not come
    };
    auto connection = jetstream::connect(options, url, events, attempt);
    if (!connection)
        return tl::unexpected(connection.error());
    handles_->connection = std::move(*connection);

    jsOptions settings;
    jsOptions_Init(&settings);
    settings.Wait = answer_limit_.count();
    settings.PublishAsync.AckHandlerClosure = handles_->closure();
    settings.PublishAsync.AckHandler = [](jsCtx*, natsMsg* message, jsPubAck* ack, jsPubAckErr* error, void* closure) {
        const MessagePtr owned(message);
        if (const auto shared = Shared::find(closure))
            shared->acknowledge(message, ack, error);
    };
    jsCtx* context = nullptr;
    if (const auto status = natsConnection_JetStream(&context, handles_->connection.get(), &settings);
        status != NATS_OK)
        return tl::unexpected("cannot use JetStream: " + last_error(status));
    handles_->context.reset(context);
    return {};
}

tl::expected<void, std::string> Session::ensure_stream(const StreamWish& wish) {
    const auto stream = jetstream::ensure_stream(handles_->context.get(), wish);
    if (!stream)
        return tl::unexpected(stream.error());
    if (auto problem = unusable(*stream, wish))
        return tl::unexpected(std::move(*problem));
    differences_ = jetstream::differences(*stream, wish);
    return take_limits(*stream);
}

tl::expected<void, std::string> Session::take_limits(const StreamConfig& stream) {
    auto most = std::min<std::int64_t>(natsConnection_GetMaxPayload(handles_->connection.get()),
                                       std::numeric_limits<int>::max());
    if (stream.max_message_bytes > 0)
        most = std::min(most, stream.max_message_bytes);
    const auto ours = static_cast<std::int64_t>(added_bytes + stream_.size());
    if (most <= ours)
        return tl::unexpected("the stream " + stream_ + " takes messages of at most " + std::to_string(most) +
                              " bytes");
    most_bytes_ = static_cast<std::size_t>(most - ours);
    created_ns_ = stream.created_ns;
    return {};
}

bool Session::refresh_limits() {
    const auto stream = stream_by_name(handles_->context.get(), stream_);
    const auto taken = stream ? take_limits(*stream) : tl::unexpected(stream.error());
    if (!taken)
        shared_->fail(taken.error(), true);
    return taken.has_value();
}

void Session::publish(std::uint64_t id, const Message& message, std::optional<std::uint64_t> after) {
    const auto too_large = [&] {
        const std::lock_guard lock(shared_->mutex);
        shared_->observer->answered(
            id, tl::unexpected(PublishError{PublishError::Kind::too_large, "larger than the server's max_payload"}));
    };
    if (message.body.size() > most_bytes_ + added_bytes + stream_.size())
        return too_large();
    natsMsg* raw = nullptr;
    auto status = natsMsg_Create(&raw, message.subject.c_str(), nullptr, message.body.data(),
                                 static_cast<int>(message.body.size()));
    MessagePtr owned(raw);
    const auto header = [&](const char* name, const char* value) {
        if (status == NATS_OK)
            status = natsMsgHeader_Set(raw, name, value);
    };
    for (const auto& [name, value] : message.headers)
        header(name.c_str(), value.c_str());
    header(expected_stream, stream_.c_str());
    if (after)
        header(expected_sequence, std::to_string(*after).c_str());
    if (status == NATS_OK) {
        {
            const std::lock_guard lock(
                shared_->mutex); // before it is sent: the answer may come before the call returns
            shared_->unacknowledged.emplace(raw, Shared::Sent{id, Clock::now()});
        }
        auto* sent = owned.release();
        status = js_PublishMsgAsync(handles_->context.get(), &sent, nullptr); // on success it owns the message
        if (status == NATS_OK)
            return;
        owned.reset(sent);
        const std::lock_guard lock(shared_->mutex);
        shared_->unacknowledged.erase(raw);
    }
    if (status == NATS_MAX_PAYLOAD)
        return too_large();
    shared_->fail("cannot send: " + last_error(status), false);
}

tl::expected<std::optional<StoredMessage>, std::string> Session::last(const std::string& subject) {
    auto found = last_message(handles_->context.get(), stream_, subject);
    if (!found)
        shared_->fail(found.error(), true);
    return found;
}

std::optional<Session::Problem> Session::problem() {
    const std::lock_guard lock(shared_->mutex);
    const auto oldest = Clock::now() - answer_limit_;
    if (!shared_->problem &&
        std::ranges::any_of(shared_->unacknowledged, [&](const auto& sent) { return sent.second.at < oldest; }))
        shared_->problem = Problem{publish_problem(stream_, NATS_TIMEOUT, {}, {}), true};
    return shared_->problem;
}

std::size_t Session::unacknowledged() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->unacknowledged.size();
}

} // namespace jetstream
