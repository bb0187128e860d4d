#include "plugin.hpp"

#include "json/members.hpp"

#include <csignal>
#include <utility>

#include <unistd.h>

namespace standin {

namespace {

/// lightningd aborts on a log line longer than this.
constexpr std::size_t longest_log_line = 256 * 1024;

bool has_member(std::string_view object, std::string_view quoted_key) {
    json::ObjectScanner members(object);
    while (const auto member = members.next())
        if (member->key == quoted_key)
            return true;
    return false;
}

} // namespace

Plugin::Plugin(io::Loop& loop, Owner& owner, std::string path)
    : limit(loop), loop_(loop), owner_(owner), path_(std::move(path)), name_(path_.substr(path_.rfind('/') + 1)) {}

Plugin::~Plugin() = default;

tl::expected<void, std::string> Plugin::start(bool developer, const std::string& cwd, const Version& version) {
    version_ = version;
    numeric_ids = version.manifest_id_is_number();
    std::vector<std::string> argv = {path_};
    if (developer)
        argv.emplace_back("--developer");
    auto child =
        start_child(loop_, argv, cwd, {{"LIGHTNINGD_PLUGIN", "1"}, {"LIGHTNINGD_VERSION", std::string(version.name())}},
                    [exited = exited_, on_exit = on_exit_] {
                        *exited = true;
                        if (const auto gone = std::exchange(*on_exit, nullptr))
                            gone();
                    });
    if (!child)
        return tl::unexpected(child.error());
    child_ = *child;
    auto in = io::Stream::open(loop_, child_.from_stdout);
    auto out = io::Stream::open(loop_, child_.to_stdin);
    if (!in || !out)
        return tl::unexpected<std::string>("cannot use the pipes");
    rpc::Connection::Handler& self = *this; // the base is private: make_unique could not convert
    connection_ = std::make_unique<rpc::Connection>(std::move(*in), std::move(*out), self);
    connection_->start();
    return {};
}

void Plugin::call(std::string id, std::string message, Callback callback) {
    calls_.emplace(std::move(id), std::move(callback));
    send(std::move(message));
}

void Plugin::send(std::string message) {
    if (state != State::dead)
        connection_->send(std::move(message));
}

void Plugin::kill(Level level, const std::string& why) {
    if (state == State::dead)
        return;
    owner_.log(level, *this, "Killing plugin: " + why);
    if (child_.pid > 0 && !*exited_)
        ::kill(child_.pid, SIGKILL);
    state = State::dead;
    limit.cancel();
    if (connection_)
        connection_->in().stop_reading();
    for (auto& [id, callback] : std::exchange(calls_, {}))
        callback(nullptr);
    owner_.died(*this, why);
}

void Plugin::drop() {
    state = State::dead;
    connection_.reset();
}

void Plugin::when_exited(std::function<void()> gone) {
    if (*exited_)
        gone();
    else
        *on_exit_ = std::move(gone);
}

void Plugin::pause_reading(bool pause) {
    if (state == State::dead)
        return;
    if (pause)
        connection_->in().stop_reading();
    else
        connection_->start();
}

void Plugin::read(std::span<const rpc::Message> messages) {
    for (const auto& each : messages)
        message(each);
}

void Plugin::message(const rpc::Message& message) {
    if (state == State::dead)
        return;
    // Its value is not checked.
    if (!has_member(message.whole, "\"jsonrpc\""))
        return kill(Level::info, "JSON-RPC message does not contain \"jsonrpc\" field");
    if (!message.id.empty()) {
        // Always a reply, whatever its other members; an unknown id is ignored.
        const auto found = calls_.find(std::string(message.id));
        if (found == calls_.end())
            return;
        const Callback callback = std::move(found->second);
        calls_.erase(found);
        return callback(&message);
    }
    if (message.method.empty() || message.params.empty())
        return kill(Level::info,
                    "Malformed JSON-RPC notification missing \"method\" or \"params\": " + std::string(message.whole));
    if (message.method == "log")
        return log_notification(message);
    owner_.notification(*this, message.method, message.params);
}

void Plugin::log_notification(const rpc::Message& message) {
    const auto params = json::parse(message.params);
    if (!params || !params->is_object() || !params->contains("message") || !(*params)["message"].is_string())
        return kill(Level::info, "Log notification from plugin doesn't have a string \"message\" field");
    static const std::unordered_map<std::string, Level> levels = {
        {"trace", Level::trace},  {"debug", Level::debug},   {"info", Level::info},    {"unusual", Level::unusual},
        {"warn", Level::unusual}, {"broken", Level::broken}, {"error", Level::broken},
    };
    Level level = Level::info;
    if (const auto given = params->find("level"); given != params->end()) {
        const auto known = given->is_string() ? levels.find(given->get<std::string>()) : levels.end();
        if (known == levels.end() || (known->second == Level::trace && !version_.has_trace_level()))
            return kill(Level::info, "Unknown log-level " + json::dump(*given) +
                                         ", valid values are \"trace\", \"debug\", \"info\", \"warn\", or \"error\".");
        level = known->second;
    }
    const auto& text = (*params)["message"].get_ref<const std::string&>();
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        if (end - begin > longest_log_line) {
            owner_.log(Level::broken, *this, "a log line over 256 kB: lightningd aborts here");
            std::abort();
        }
        owner_.log(level, *this, std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
}

void Plugin::skipped(const rpc::Message&, const std::string& reason) {
    kill(Level::unusual, "Failed to parse RPC JSON response: " + reason);
}

void Plugin::closed(const std::string&) {
    switch (state) {
    case State::awaiting_manifest:
        return kill(Level::info, "exited before replying to getmanifest");
    case State::awaiting_init:
    case State::needs_init:
        return kill(Level::info, "exited before replying to init");
    case State::complete:
        return kill(Level::info, "exited during normal operation");
    case State::dead:
        return;
    }
}

} // namespace standin
