#include "plugin/plugin.hpp"

#include "cln/bare_digits.hpp"
#include "cln/log.hpp"
#include "commands/delpay_from_table.hpp"
#include "plugin/manifest.hpp"
#include "plugin/start_config.hpp"
#include "rpc/write.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <random>

#include <unistd.h>

namespace plugin {

using namespace std::chrono_literals;
using base::LogLevel;

namespace {

/// lightningd gives a plugin 30 s to go; one that does not read must not keep us for ever.
constexpr auto drain_limit = 20'000ms;

base::UnixNs clock_now() {
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

/// Names are short; what is long may be anything, and is not for the log.
std::string loggable(std::string_view method) {
    return std::string(method.size() <= 40 ? method : "a message of no name we know");
}

template <std::size_t bytes>
std::string random_hex() {
    std::random_device entropy;
    std::array<std::uint8_t, bytes> random{};
    for (auto& byte : random)
        byte = static_cast<std::uint8_t>(entropy());
    return base::to_hex(random);
}

bool is_hook_request(const rpc::Message& message) {
    return message.kind() == rpc::Message::Kind::request && message.method == "rpc_command";
}

/// How many messages are decoded before the first of them is applied. Fewer are slower; many leave the reader of what
/// we write without work, and then with too much of it.
constexpr std::size_t batch_size = 20;

constexpr std::size_t run_id_bytes = 4;   // told apart, not kept secret
constexpr std::size_t call_tag_bytes = 8; // not to be guessed by anybody who may call lightningd

} // namespace

Plugin::Plugin(io::Loop& loop, std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out, Host host)
    : loop_(loop),
      host_(host),
      stdio_(std::move(in), std::move(out), *this),
      table_(options_.retain),
      client_(loop, "trackpayments", random_hex<call_tag_bytes>(),
              [this](LogLevel level, const std::string& words) { log(level, words); }),
      lightningd_(client_, [this](LogLevel level, const std::string& words) { log(level, words); }),
      publisher_(
          loop, stdio_.out(), table_, [this] { return feed_.told(); }, publish::CursorMaker(random_hex<run_id_bytes>()),
          [this](LogLevel level, const std::string& words) { log(level, words); }),
      feed_(loop, lightningd_, table_, publisher_, clock_now, {host.version, host.hook},
            [this](LogLevel level, const std::string& words) { log(level, words); }),
      follow_(loop, lightningd_, table_, feed_, publisher_, host.version,
              [this](std::string_view id, const tl::expected<std::string, rpc::Error>& result) {
                  result ? reply(id, *result) : refuse(id, result.error());
              }),
      delpay_(
          lightningd_, [this](const auto& gone, const auto& before) { feed_.deleted(gone, before); },
          [this](LogLevel level, const std::string& words) { log(level, words); }),
      hook_(
          lightningd_, delpay_,
          [this](std::string_view id, const std::string& result) {
              stdio_.send(rpc_result(id, result), io::Priority::urgent);
          },
          [this](const cln::HookedCall& call, base::UnixNs when) { feed_.call_seen(call, when); },
          [this](const commands::DelpayRequest& request) { feed_.deletion_noted(request.hash); },
          [this](LogLevel level, const std::string& words) { log(level, words); }),
      setting_(loop, lightningd_, host_),
      patience_(loop) {
    feed_.on_ready([this] { follow_.ready(); });
}

Plugin::~Plugin() = default;

int Plugin::run() {
    stdio_.start();
    loop_.run();
    return exit_code_;
}

std::string Plugin::rpc_result(std::string_view id, std::string_view result) {
    return rpc::result(id, result);
}

void Plugin::refuse(std::string_view id, const rpc::Error& error) {
    publisher_.send(rpc::error(id, error));
}

void Plugin::log(LogLevel level, const std::string& words) {
    publisher_.send(cln::log_notification(level, words));
}

void Plugin::read(std::span<const rpc::Message> messages) {
    now_ = clock_now();
    decisions_.clear();
    next_decision_ = 0;
    for (const auto& message : messages)
        if (is_hook_request(message))
            decisions_.push_back(hook_.decide(message.id, message.params));
    while (!messages.empty()) {
        const auto batch = messages.first(std::min(batch_size, messages.size()));
        messages = messages.subspan(batch.size());
        notices_.decode(batch, now_);
        feed_.prefetch(notices_.left());
        for (const auto& message : batch)
            dispatch(message);
    }
}

void Plugin::dispatch(const rpc::Message& message) {
    if (finishing_)
        return;
    switch (message.kind()) {
    case rpc::Message::Kind::request:
        return request(message);
    case rpc::Message::Kind::notification:
        return notification(message);
    case rpc::Message::Kind::reply:
        return log(LogLevel::unusual, "a reply on stdin answers nothing we asked");
    }
}

void Plugin::request(const rpc::Message& message) {
    if (is_hook_request(message))
        return hook_.process(decisions_[next_decision_++], now_);
    const auto params =
        message.params.empty() ? json::Tree::object() : json::parse(cln::quote_bare_digits(message.params));
    if (!params) {
        log(LogLevel::unusual, loggable(message.method) + " skipped: params: " + params.error());
        return refuse(message.id, {rpc::invalid_request, "params: " + params.error()});
    }
    if (message.method == "getmanifest") {
        host_.lightningd |= message.id.starts_with("\"cln:");
        return reply(message.id, manifest(host_));
    }
    if (message.method == "init")
        return init(message.id, *params);
    if (message.method == "setconfig")
        return set_config(message.id, *params);
    if (message.method == "check")
        return check(message.id, *params);
    if (message.method == "trackpayments")
        return follow_.serve(message.id, *params, message.filter);
    if (message.method == "delpay" && !host_.lightningd)
        return delpay(message, *params);
    refuse(message.id, {rpc::method_not_found, "Unknown command '" + std::string(message.method) + "'"});
}

void Plugin::notification(const rpc::Message& message) {
    if (message.method == "shutdown")
        return finish(0);
    if (!host_.lightningd)
        host_rows_.notified(message.method, message.params, table_);
    if (mirror::NotificationBatch::is_decoded(message))
        return feed_.notified(message.method, notices_.next());
    if (message.method != "block_added")
        return; // unread: nobody asked for it, and it may be long
    const auto params = json::parse(message.params);
    if (!params)
        return log(LogLevel::unusual, "block_added skipped: params: " + params.error());
    feed_.block_added(*params);
}

void Plugin::init(std::string_view id, const json::Tree& params) {
    // lightningd logs the reason at level debug alone (`lightningd/plugin.c`), and most nodes do not log that level.
    const auto disable = [&](const std::string& reason, const std::string& remedy = {}) {
        log(LogLevel::unusual, "trackpayments does not run: " + reason + remedy);
        reply(id, R"({"disable":)" + json::quote(reason) + "}");
    };
    const auto given = params.find("options");
    const auto options = read_options(given == params.end() ? json::Tree::object() : *given);
    if (!options)
        return disable(options.error(),
                       ". Correct the configuration and restart the node, which keeps what it read; or "
                       "give a value now: lightning-cli plugin -k subcommand=start plugin=" +
                           own_path().string() + " OPTION=VALUE");
    const auto configuration = params.find("configuration");
    if (configuration == params.end())
        return disable("init has no configuration");
    cln::Fields fields(*configuration, "configuration");
    const std::string directory(fields.text("lightning-dir"));
    const std::string file(fields.text("rpc-file"));
    if (fields.error())
        return disable(fields.error()->text());
    reply(id, "{}"); // first: lightningd waits for nobody else while it starts
    use(*options);
    if (!host_.lightningd)
        lightningd_.show_listings([this](std::string_view result) { host_rows_.listed(result, table_); });
    if (fields.find("startup").is_true())
        feed_.restarted();
    // By its relative name where it can be reached so: a socket's path may have 107 bytes, a node's directory more.
    const bool inside = !file.starts_with('/') && chdir(directory.c_str()) == 0;
    client_.start(inside || file.starts_with('/') ? file : directory + "/" + file, [this] {
        feed_.connected();
        setting_.connected();
    });
}

/// `check` of a command of ours, with its own parameters behind its name (`core-lightning.md` 1.8).
void Plugin::check(std::string_view id, const json::Tree& params) {
    auto own = params;
    json::Tree name;
    if (own.is_array() && !own.empty()) {
        name = own.front();
        own.erase(own.begin());
    } else if (own.is_object() && own.contains("command_to_check")) {
        name = own["command_to_check"];
        own.erase("command_to_check");
    }
    std::optional<rpc::Error> error;
    if (name == "trackpayments")
        error = follow_.check(own);
    else if (name == "delpay" && !host_.lightningd) {
        const auto request = commands::read_delpay(own);
        error = request ? std::nullopt : std::optional(request.error());
    } else if (name == "setconfig") {
        return setting_.check(own, [this, id = std::string(id)](const tl::expected<Setting, rpc::Error>& setting) {
            setting ? reply(id, R"({"command_to_check":"setconfig"})") : refuse(id, setting.error());
        });
    } else {
        error = rpc::Error{rpc::invalid_params, "command_to_check: not a command of this plugin"};
    }
    if (error)
        return refuse(id, *error);
    reply(id, R"({"command_to_check":)" + json::dump(name) + "}");
}

void Plugin::set_config(std::string_view id, const json::Tree& params) {
    setting_.check(params, [this, id = std::string(id)](const tl::expected<Setting, rpc::Error>& setting) {
        if (!setting)
            return refuse(id, setting.error());
        use(changed(options_, *setting));
        reply(id, "{}");
    });
}

void Plugin::use(const Options& options) {
    options_ = options;
    feed_.set_linger(options.linger);
    feed_.set_retain(options.retain);
}

void Plugin::delpay(const rpc::Message& message, const json::Tree& params) {
    const auto filter =
        message.filter.empty() ? tl::expected<json::Tree, std::string>(tl::unexpect, "") : json::parse(message.filter);
    auto deletion = commands::delpay_from_table(table_, host_rows_, params, filter ? &*filter : nullptr);
    if (!deletion)
        return refuse(message.id, deletion.error());
    reply(message.id, deletion->result);
    for (const auto& event : deletion->events)
        host_rows_.erase(std::get<payments::PartDeleted>(event).created);
    feed_.deleted(std::move(deletion->events));
}

/// Somebody waits for the answer to a request, and behind a hook request a payment.
void Plugin::skipped(const rpc::Message& head, const std::string& reason) {
    if (head.kind() == rpc::Message::Kind::request) {
        if (head.method == "rpc_command")
            stdio_.send(rpc_result(head.id, cln::hook_continue()), io::Priority::urgent);
        else
            refuse(head.id, {rpc::invalid_request, reason});
    }
    log(LogLevel::unusual, "stdin: " + reason);
}

void Plugin::closed(const std::string& reason) {
    if (!reason.empty())
        std::cerr << "trackpayments: stdin: " << reason << '\n';
    finish(reason.empty() ? 0 : 1);
}

void Plugin::finish(int exit_code) {
    if (finishing_)
        return;
    finishing_ = true;
    exit_code_ = exit_code;
    publisher_.flush();
    patience_.start(drain_limit, [this] { loop_.stop(); });
    stdio_.out().when_drained([this] { loop_.stop(); });
}

} // namespace plugin
