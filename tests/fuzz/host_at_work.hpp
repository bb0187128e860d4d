// The host of a plugin: sends the input's bytes to its stdin, and checks its output against what every host relies
// on.
#pragma once

#include "json/members.hpp"
#include "node_at_work.hpp"
#include "plugin/trackpayments/tracker.hpp"
#include "shape.hpp"

#include <map>

#include <sys/socket.h>

namespace fuzz {

class HostAtWork final {
  public:
    explicit HostAtWork(std::string_view input) : input_(input), node_(loop_), step_(loop_) {
        const auto kind = line();
        parent_.lightningd = kind.find("lightningd") != std::string_view::npos;
        hook_ = kind.find("nohook") == std::string_view::npos;
        parent_.version = cln::read_version(kind);
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) == 0 &&
                    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, out.data()) == 0,
                "descriptors for the test");
        stdin_ = open(in[0]);
        stdout_ = open(out[0]);
        stdout_->read([this](std::string_view bytes) { hear(bytes); }, [](const std::string&) {});
        plugin_ =
            std::make_unique<trackpayments::Tracker>(loop_, host::Pipes{open(in[1]), open(out[1])}, parent_, hook_);
    }

    /// Until the plugin has ended by itself.
    void work() {
        step_.start(std::chrono::milliseconds(0), [this] { step(); });
        require(plugin_->run() == 0, "the plugin ends with code 0");
        plugin_.reset();
        for (int i = 0; i < 4 && stdout_; ++i)
            loop_.turn(false);
    }

    void check() const {
        require(!output_.inside(), "the last message is whole");
        for (const auto& [id, count] : answered_) {
            const auto asked = asked_.find(id);
            require(asked != asked_.end() && count <= asked->second.times, "each request is answered at most once");
        }
        for (const auto& [id, asked] : asked_)
            if (asked.hooks == asked.times && asked.held == 0 && !over_)
                require(answered_.contains(id) && answered_.at(id) == asked.times, "each hook request is answered");
    }

  private:
    struct Asked {
        std::size_t times = 0;
        std::size_t hooks = 0;
        std::size_t held = 0; ///< a held delpay may wait for the node forever
    };

    std::unique_ptr<io::Stream> open(int fd) {
        auto stream = io::Stream::open(loop_, fd);
        require(stream.has_value(), "a stream for the test");
        return std::move(*stream);
    }

    std::string_view line() {
        const auto end = std::min(input_.find('\n'), input_.size());
        const auto first = input_.substr(0, end);
        input_.remove_prefix(std::min(end + 1, input_.size()));
        return first;
    }

    /// One line a turn, so that each takes effect before the next. Twelve at most.
    void step() {
        if (!input_.empty() && steps_++ < 12)
            obey(line());
        else if (++idle_ == 6)
            return stdin_.reset();
        step_.start(std::chrono::milliseconds(0), [this] { step(); });
    }

    void obey(std::string_view step) {
        const char kind = step.empty() ? '.' : step.front();
        const auto text = step.substr(step.empty() ? 0 : 1);
        switch (kind) {
        case '<':
            return send(std::string(text));
        case '+':
            return node_.add_row(text);
        case '=':
        case '!':
            return node_.say_next(text, kind == '!');
        case '@':
            return node_.fire_wait(text);
        case '~':
            return node_.say(std::string(text));
        case 'x':
            return node_.hang_up();
        default:
            return;
        }
    }

    void send(std::string text) {
        constexpr std::string_view mark = "@DIR@";
        for (auto place = text.find(mark); place != std::string::npos; place = text.find(mark))
            text.replace(place, mark.size(), NodeAtWork::directory().path.string());
        text += '\n';
        given_.feed(text);
        for (auto result = given_.next(); result.kind != rpc::Framer::Result::Kind::more; result = given_.next())
            if (result.kind == rpc::Framer::Result::Kind::message) {
                const auto message = rpc::read_message(result.text);
                note(message ? *message : rpc::read_head(result.text));
            } else if (!result.head.empty()) {
                note(rpc::read_head(result.head)); // unreadable requests are answered too
            }
        stdin_->write(std::move(text));
    }

    void note(const rpc::Message& message) {
        over_ |= message.method == "shutdown" && message.kind() == rpc::Message::Kind::notification;
        if (message.kind() != rpc::Message::Kind::request)
            return;
        auto& asked = asked_[std::string(message.id)];
        ++asked.times;
        if (message.method == "rpc_command") {
            ++asked.hooks;
            const auto call = cln::read_hooked_call(message.params);
            asked.held += call && call->method == "delpay" ? 1 : 0;
        }
    }

    void hear(std::string_view bytes) {
        output_.feed(bytes);
        for (auto result = output_.next(); result.kind != rpc::Framer::Result::Kind::more; result = output_.next()) {
            require(result.kind == rpc::Framer::Result::Kind::message, "stdout has only messages");
            const auto message = rpc::read_message(result.text);
            require(message.has_value(), "stdout has only JSON-RPC messages");
            if (message->kind() == rpc::Message::Kind::notification)
                notified(*message);
            else
                replied(*message);
        }
    }

    void replied(const rpc::Message& reply) {
        const std::string id(reply.id);
        ++answered_[id];
        require(reply.method.empty() && reply.result.empty() != reply.error.empty(),
                "a reply has a result or an error");
        const auto text = reply.result.empty() ? reply.error : reply.result;
        require(quickly_parsed(text) || parsed(text), "an answer is JSON"); // delpay's may have any number
        if (!reply.error.empty())
            require(is_error(*parsed(text)), "an error has a code and a message");
        const auto asked = asked_.find(id);
        if (asked == asked_.end() || asked->second.hooks != asked->second.times)
            return;
        require(reply.error.empty(), "a hook is never answered with an error, which crashes lightningd");
        if (text == R"({"result":"continue"})")
            return;
        require(asked->second.held > 0, "only delpay is answered by the plugin");
        const auto body = parsed(text);
        require(body->is_object() && body->size() == 1 && at(*body, "return") && (*body)["return"].size() == 1,
                "a hook request is answered with continue or return");
        const auto& inner = (*body)["return"];
        require(inner.contains("result") || (inner.contains("error") && is_error(inner["error"])),
                "a returned error has code and message, without which lightningd crashes");
    }

    static bool is_error(const Tree& error) {
        return error.is_object() && at(error, "code") && error["code"].is_number_integer() && at(error, "message") &&
               error["message"].is_string();
    }

    static void notified(const rpc::Message& news) {
        const auto params = quickly_parsed(news.params);
        require(params && params->is_object(), "params are JSON");
        if (news.method == "log") {
            const auto logged = text_at(*params, "message").value();
            require(logged.size() < 32'768 && logged.find('\n') == std::string::npos,
                    "a log line is one line below lightningd's limit");
            check_no_secret(logged);
        } else if (news.method == "trackpayments" || news.method == "trackpayments_final") {
            json::ObjectScanner members(news.params);
            checked_payment(members.next()->value);
        } else {
            require(news.method == "trackpayments_deleted" || news.method == "message", "the topic is one of ours");
        }
    }

    /// Secrets are at least 32 bytes in hex; payment hashes are the only such values that are logged.
    static void check_no_secret(std::string_view logged) {
        constexpr std::string_view reopened = "payment ";
        if (logged.starts_with(reopened))
            return;
        std::size_t run = 0;
        for (const char c : logged) {
            run = std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos ? run + 1 : 0;
            require(run < 64, "no secret is logged");
        }
    }

    std::string_view input_;
    host::Parent parent_;
    bool hook_ = true;
    io::Loop loop_;
    NodeAtWork node_;
    std::unique_ptr<io::Stream> stdin_;
    std::unique_ptr<io::Stream> stdout_;
    std::unique_ptr<trackpayments::Tracker> plugin_;
    io::Timer step_;
    std::size_t steps_ = 0;
    std::size_t idle_ = 0;
    bool over_ = false;
    rpc::Framer given_;
    rpc::Framer output_;
    std::map<std::string, Asked> asked_;
    std::map<std::string, std::size_t> answered_;
};

} // namespace fuzz
