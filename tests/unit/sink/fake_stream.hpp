// A stream of JetStream in this process: keeps what is published, by the rules of the real server, and refuses or loses
// what the test wants. Nothing is answered before the test calls serve().
#pragma once

#include "jetstream/stream.hpp"

#include <deque>
#include <map>
#include <set>

namespace unit {

class FakeStream final : public jetstream::Stream {
  public:
    enum class Fate {
        store,
        refuse,   ///< not stored, and the connection ends
        lose_ack, ///< stored, and the connection ends before the acknowledgement
        too_large
    };
    std::function<Fate(const jetstream::Message&)> fate = [](const jetstream::Message&) { return Fate::store; };
    std::vector<jetstream::StoredMessage> messages; ///< that are stored
    bool remembers_ids = true;                      ///< within the duplicate window
    std::size_t most = 1'000'000;
    std::size_t limits_refreshed = 0; ///< calls of refresh_limits() so far
    std::int64_t created = 1;
    std::size_t published = 0; ///< calls of publish() so far
    std::size_t looked = 0;    ///< calls of last() so far
    std::int64_t now_ns = 1'700'000'000'000'000'000;
    jetstream::Listener* listener = nullptr;

    void publish(jetstream::Message message, std::optional<std::uint64_t> after, Published done) override {
        ++published;
        calls_.push_back({std::move(message), after, std::move(done), nullptr});
    }
    void last(std::string subject, Found found) override {
        ++looked;
        calls_.push_back({{std::move(subject), {}, {}}, {}, nullptr, std::move(found)});
    }
    [[nodiscard]] std::size_t most_bytes() const override { return most; }
    void refresh_limits() override { ++limits_refreshed; }
    [[nodiscard]] std::int64_t created_ns() const override { return created; }

    [[nodiscard]] std::size_t waiting() const { return calls_.size(); }
    void connect() {
        up_ = true;
        listener->ready();
    }
    /// Answers all calls with their loss.
    void cut() {
        up_ = false;
        while (!calls_.empty()) {
            const auto call = take();
            if (call.done)
                call.done(lost());
            else
                call.found(tl::unexpected(std::string("cut")));
        }
        listener->lost();
    }
    /// It keeps only the first so many messages.
    void forget(std::size_t kept) {
        messages.resize(kept);
        std::erase_if(ids_, [&](const auto& id) { return id.second > kept; });
    }
    /// Its user died: the server has stored the first so many calls, and nobody is answered.
    void abandon(std::size_t stored) {
        up_ = false;
        while (!calls_.empty()) {
            const auto call = take();
            if (call.done && stored > 0 && fate(call.message) != Fate::too_large) {
                (void)store(call.message, call.after);
                --stored;
            }
        }
    }
    /// Serves the waiting calls and those that follow from them.
    void serve() {
        while (up_ && !calls_.empty())
            serve_one();
    }
    void serve_one() {
        const auto call = take();
        if (call.found)
            return call.found(find(call.message.subject));
        const auto what = fate(call.message);
        if (what == Fate::too_large)
            return call.done(fail(jetstream::PublishError::Kind::too_large));
        if (what == Fate::refuse)
            return lose(call);
        const auto result = store(call.message, call.after);
        if (what == Fate::lose_ack)
            return lose(call);
        call.done(result);
    }
    /// As somebody else.
    void add(jetstream::Message message) { messages.push_back({messages.size() + 1, now_ns, std::move(message)}); }

    /// The messages of a subject, or below it.
    [[nodiscard]] std::vector<jetstream::StoredMessage> of(const std::string& subject) const {
        std::vector<jetstream::StoredMessage> found;
        for (const auto& message : messages)
            if (message.message.subject.starts_with(subject))
                found.push_back(message);
        return found;
    }
    static std::string header(const jetstream::Message& message, std::string_view name) {
        for (const auto& header : message.headers)
            if (header.name == name)
                return header.value;
        return "none";
    }

  private:
    struct Call {
        jetstream::Message message;
        std::optional<std::uint64_t> after;
        Published done;
        Found found;
    };
    using Result = tl::expected<jetstream::Ack, jetstream::PublishError>;

    static Result fail(jetstream::PublishError::Kind kind) {
        return tl::unexpected(jetstream::PublishError{kind, "x"});
    }
    static Result lost() { return fail(jetstream::PublishError::Kind::lost); }
    Call take() {
        auto call = std::move(calls_.front());
        calls_.pop_front();
        return call;
    }
    /// The calls behind it were sent, too: the server may have them.
    void lose(const Call& call) {
        auto sent = std::exchange(calls_, {});
        for (const auto& other : sent)
            if (const auto what = other.done ? fate(other.message) : Fate::refuse;
                what == Fate::store || what == Fate::lose_ack)
                (void)store(other.message, other.after);
        up_ = false;
        call.done(lost());
        for (const auto& other : sent)
            if (other.done)
                other.done(lost());
            else
                other.found(tl::unexpected(std::string("lost")));
        listener->lost();
    }
    Result store(const jetstream::Message& message, std::optional<std::uint64_t> after) {
        const auto id = header(message, "Nats-Msg-Id");
        if (const auto known = ids_.find(id); remembers_ids && known != ids_.end())
            return jetstream::Ack{known->second, true};
        const auto found = find(message.subject);
        if (after && (found ? found->sequence : 0) != *after)
            return fail(jetstream::PublishError::Kind::conflict);
        add(message);
        ids_[id] = messages.size();
        return jetstream::Ack{messages.size(), false};
    }
    static bool matches(std::string_view subject, std::string_view pattern) {
        while (!pattern.empty() || !subject.empty()) {
            const auto token = pattern.substr(0, pattern.find('.'));
            const auto own = subject.substr(0, subject.find('.'));
            if (token == ">")
                return !subject.empty();
            if (own.empty() || (token != "*" && token != own))
                return false;
            pattern.remove_prefix(std::min(pattern.size(), token.size() + 1));
            subject.remove_prefix(std::min(subject.size(), own.size() + 1));
        }
        return true;
    }
    [[nodiscard]] std::optional<jetstream::StoredMessage> find(const std::string& pattern) const {
        for (auto at = messages.rbegin(); at != messages.rend(); ++at)
            if (matches(at->message.subject, pattern))
                return *at;
        return std::nullopt;
    }

    bool up_ = false;
    std::deque<Call> calls_;
    std::map<std::string, std::uint64_t> ids_;
};

} // namespace unit
