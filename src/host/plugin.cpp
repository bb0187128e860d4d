#include "host/plugin.hpp"

#include "base/hex.hpp"
#include "cln/bare_digits.hpp"
#include "cln/hook.hpp"
#include "cln/log.hpp"
#include "host/manifest.hpp"
#include "host/start_config.hpp"
#include "rpc/write.hpp"

#include <algorithm>
#include <iostream>
#include <random>

#include <unistd.h>

namespace host {

using namespace std::chrono_literals;
using base::LogLevel;

namespace {

/// lightningd gives a plugin 30 s to exit. Stop before that if it does not read our output.
constexpr auto drain_limit = 20'000ms;

constexpr std::size_t call_tag_bytes = 8; // clients of lightningd must not be able to guess it

std::string remedy_for_options() {
    return ". Correct the configuration and restart the node, or start the plugin with a value now: "
           "lightning-cli plugin -k subcommand=start plugin=" +
           own_path().string() + " OPTION=VALUE";
}

std::optional<rpc::Error> why_refused(const Command& command, const json::Tree& params) {
    if (command.check)
        return command.check(params);
    const auto args = cln::Args::bind(params, command.spec.params);
    return args ? std::nullopt : std::optional(args.error());
}

} // namespace

std::string random_hex(std::size_t bytes) {
    std::random_device entropy;
    std::vector<std::uint8_t> random(bytes);
    for (auto& byte : random)
        byte = static_cast<std::uint8_t>(entropy());
    return base::to_hex(random);
}

Plugin::Plugin(io::Loop& loop, Pipes pipes, const Parent& parent, Declaration declared)
    : loop_(loop),
      parent_(parent),
      declared_(std::move(declared)),
      settings_(declared_.options),
      stdio_(std::move(pipes.in), std::move(pipes.out), *this),
      client_(loop, std::string(declared_.name), random_hex(call_tag_bytes),
              [this](LogLevel level, const std::string& text) { log(level, text); }),
      lightningd_(client_, [this](LogLevel level, const std::string& text) { log(level, text); }),
      setting_check_(loop, lightningd_, parent_, declared_.options),
      drain_timeout_(loop) {}

int Plugin::run() {
    stdio_.start();
    loop_.run();
    return exit_code_;
}

void Plugin::send(std::string_view message) {
    stdio_.send(std::string(message));
}

void Plugin::reply(std::string_view id, std::string_view result) {
    send(rpc::result(id, result));
}

void Plugin::refuse(std::string_view id, const rpc::Error& error) {
    send(rpc::error(id, error));
}

void Plugin::reply_to_hook(std::string_view id, std::string_view result) {
    stdio_.send(rpc::result(id, result), io::Priority::urgent);
}

void Plugin::log(LogLevel level, const std::string& text) {
    send(cln::log_notification(level, text));
}

void Plugin::read(std::span<const rpc::Message> messages) {
    for (const auto& message : messages)
        dispatch(message);
}

void Plugin::dispatch(const rpc::Message& message) {
    if (finishing_)
        return;
    switch (message.kind()) {
    case rpc::Message::Kind::request:
        return is_hook(message.method) ? hook(message) : request(message);
    case rpc::Message::Kind::notification:
        return message.method == "shutdown" ? finish(0) : notification(message);
    case rpc::Message::Kind::reply:
        return log(LogLevel::unusual, "stdin: ignoring unexpected JSON-RPC reply");
    }
}

bool Plugin::is_hook(std::string_view method) const {
    return std::any_of(declared_.hooks.begin(), declared_.hooks.end(),
                       [&](const Hook& hook) { return hook.name == method; });
}

const Command* Plugin::command(std::string_view name) const {
    for (const auto& command : declared_.commands)
        if (name == command.spec.name && registers(command.spec, parent_))
            return &command;
    return nullptr;
}

void Plugin::request(const rpc::Message& message) {
    const auto params =
        message.params.empty() ? json::Tree::object() : json::parse(cln::quote_bare_digits(message.params));
    if (!params) {
        log(LogLevel::unusual, base::loggable_name(message.method) + " refused: params: " + params.error());
        return refuse(message.id, {rpc::invalid_request, "params: " + params.error()});
    }
    if (message.method == "getmanifest") {
        parent_.lightningd |= message.id.starts_with("\"cln:");
        const auto deprecated = params->find("allow-deprecated-apis");
        parent_.takes_deprecated = deprecated == params->end() || *deprecated != false;
        return reply(message.id, manifest(declared_, parent_));
    }
    if (message.method == "init")
        return init(message.id, *params);
    if (message.method == "setconfig")
        return set_config(message.id, *params);
    if (message.method == "check")
        return check(message.id, *params);
    if (const auto* served = command(message.method))
        return served->serve({message.id, *params, message.filter});
    refuse(message.id, {rpc::method_not_found, "Unknown command '" + std::string(message.method) + "'"});
}

/// lightningd sends it once. A further one would start a program that is running.
void Plugin::init(std::string_view id, const json::Tree& params) {
    if (started_)
        return refuse(id, {rpc::invalid_request, "init has come before"});
    auto init = read_init(declared_.options, params);
    if (const auto reason = init ? cannot_run(init->settings) : std::nullopt)
        init = tl::unexpected(CannotRun{*reason});
    if (!init) {
        // lightningd logs the reason only at level debug (lightningd/plugin.c), which most nodes do not log.
        log(LogLevel::unusual, std::string(declared_.name) + " does not run: " + init.error().reason +
                                   (init.error().bad_option ? remedy_for_options() : ""));
        return reply(id, R"({"disable":)" + json::quote(init.error().reason) + "}");
    }
    started_ = true;
    reply(id, "{}"); // answer first: lightningd's start waits for it
    for (const auto* option : init->settings.by_old_name)
        log(LogLevel::unusual, std::string(option->old_name) + " is deprecated: use " + std::string(option->name));
    settings_ = init->settings;
    configure(settings_);
    started(*init);
}

void Plugin::connect(const Init& init) {
    // Use the relative name if possible: a socket's path is limited to 107 bytes, and a node's directory may be longer.
    const bool absolute = init.rpc_file.starts_with('/');
    const bool inside = !absolute && chdir(init.lightning_dir.c_str()) == 0;
    const auto on_up = [this] {
        connected();
        setting_check_.connected();
    };
    client_.start(inside || absolute ? init.rpc_file : init.lightning_dir + "/" + init.rpc_file, on_up,
                  [this] { disconnected(); });
}

/// `check` of one of our commands: the command's own parameters follow its name (common/json_command.h).
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
    if (name == "setconfig")
        return setting_check_.check(own, [this, id = std::string(id)](const auto& setting) {
            setting ? reply(id, R"({"command_to_check":"setconfig"})") : refuse(id, setting.error());
        });
    const auto* checked = name.is_string() ? command(name.get_ref<const std::string&>()) : nullptr;
    const auto error = checked ? why_refused(*checked, own)
                               : rpc::Error{rpc::invalid_params, "command_to_check: not a command of this plugin"};
    error ? refuse(id, *error) : reply(id, R"({"command_to_check":)" + json::dump(name) + "}");
}

void Plugin::set_config(std::string_view id, const json::Tree& params) {
    setting_check_.check(params, [this, id = std::string(id)](const auto& setting) {
        if (!setting)
            return refuse(id, setting.error());
        settings_.set(*setting);
        configure(settings_);
        reply(id, "{}");
    });
}

/// A skipped request must be answered too: its caller waits, and a payment waits for a hook request.
void Plugin::skipped(const rpc::Message& head, const std::string& reason) {
    if (head.kind() == rpc::Message::Kind::request) {
        if (is_hook(head.method))
            reply_to_hook(head.id, cln::hook_continue());
        else
            refuse(head.id, {rpc::invalid_request, reason});
    }
    log(LogLevel::unusual, "stdin: " + reason);
}

void Plugin::closed(const std::string& reason) {
    if (!reason.empty())
        std::cerr << declared_.name << ": stdin: " << reason << '\n';
    finish(reason.empty() ? 0 : 1);
}

void Plugin::finish(int exit_code) {
    if (finishing_)
        return;
    finishing_ = true;
    exit_code_ = exit_code;
    drain_timeout_.start(drain_limit, [this] { loop_.stop(); });
    finishing([this] { stdio_.out().when_drained([this] { loop_.stop(); }); });
}

} // namespace host
