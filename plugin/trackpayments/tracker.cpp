#include "plugin/trackpayments/tracker.hpp"

#include "commands/delpay_from_table.hpp"
#include "json/parser.hpp"
#include "plugin/trackpayments/options.hpp"
#include "plugin/trackpayments/tables.hpp"

#include <algorithm>

namespace trackpayments {

using base::LogLevel;

namespace {

base::UnixNs clock_now() {
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

bool is_hook_request(const rpc::Message& message) {
    return message.kind() == rpc::Message::Kind::request && message.method == "rpc_command";
}

/// How many messages are decoded before the first one is applied. Fewer take more time; with more, lightningd waits
/// longer for the first output and then gets too much at once.
constexpr std::size_t batch_size = 20;

} // namespace

Tracker::Tracker(io::Loop& loop, host::Pipes pipes, const host::Parent& parent, bool hook)
    : host::Plugin(loop, std::move(pipes), parent, declaration(this, hook)),
      uses_hook_(hook),
      log_([this](LogLevel level, const std::string& text) { log(level, text); }),
      table_(retain_option.default_value),
      publisher_(loop, out(), table_, progress_, publish::CursorMaker(publish::new_run_id()), log_),
      mirror_(loop, {lightningd(), table_, progress_, publisher_}, clock_now, {parent.version, hook}, log_),
      trackpayments_(loop, {lightningd(), table_, mirror_, progress_, publisher_}, parent.version,
                     [this](std::string_view id, const tl::expected<std::string, rpc::Error>& result) {
                         result ? reply(id, *result) : refuse(id, result.error());
                     }),
      delpay_(
          lightningd(), [this](const auto& gone, const auto& before) { mirror_.deleted(gone, before); }, log_),
      hook_(
          lightningd(), delpay_, [this](std::string_view id, const std::string& result) { reply_to_hook(id, result); },
          [this](const cln::HookedCall& call, base::UnixNs when) { mirror_.call_seen(call, when); },
          [this](const commands::DelpayRequest& request) { mirror_.deletion_seen(request.hash); }, log_) {
    mirror_.on_ready([this] { trackpayments_.ready(); });
}

void Tracker::read(std::span<const rpc::Message> messages) {
    now_ = clock_now();
    decisions_.clear();
    next_decision_ = 0;
    for (const auto& message : messages) // hook requests first: a payment may wait for each answer
        if (is_hook_request(message))
            decisions_.push_back(hook_.decide(message.id, message.params));
    while (!messages.empty()) {
        const auto batch = messages.first(std::min(batch_size, messages.size()));
        messages = messages.subspan(batch.size());
        notifications_.decode(batch, now_);
        mirror_.prefetch(notifications_.left());
        for (const auto& message : batch)
            dispatch(message);
    }
}

void Tracker::hook(const rpc::Message&) {
    hook_.process(decisions_[next_decision_++], now_);
}

void Tracker::notification(const rpc::Message& message) {
    if (!parent().lightningd)
        host_rows_.notified(message.method, message.params, table_);
    if (mirror::NotificationBatch::is_decoded(message))
        return mirror_.notified(message.method, notifications_.next());
    if (message.method != "block_added")
        return; // not parsed: not subscribed to, and possibly long
    json::Parser parser;
    const auto params = parser.read(message.params);
    if (!params)
        return log(LogLevel::unusual, "block_added skipped: params: " + params.error());
    mirror_.block_added(*params);
}

void Tracker::configure(const host::Settings& settings) {
    mirror_.set_failed_after(std::chrono::seconds(settings.of(failed_after_option)));
    mirror_.set_retain(settings.of(retain_option));
    if (const auto topics = publish::read_topics(settings.text(topics_option))) // it was checked
        publisher_.set_topics(*topics);
}

void Tracker::started(const host::Init& init) {
    if (!parent().lightningd)
        lightningd().show_listings([this](std::string_view result) { host_rows_.listed(result, table_); });
    if (!uses_hook_)
        log(LogLevel::info, "TRACKPAYMENTS_NO_HOOK=1: no rpc_command hook, so lightningd serves delpay");
    for (const auto topic : publish::left_out(publisher_.topics()))
        log_(LogLevel::info, "trackpayments-topics: nothing is published on " + std::string(topic));
    if (init.startup)
        mirror_.restarted();
    connect(init);
}

void Tracker::connected() {
    mirror_.connected();
}

void Tracker::disconnected() {
    mirror_.disconnected();
}

void Tracker::trackpayments(const host::Request& request) {
    trackpayments_.serve(request.id, request.params, request.filter);
}

std::optional<rpc::Error> Tracker::check_trackpayments(const json::Tree& params) const {
    return trackpayments_.check(params);
}

void Tracker::status(const host::Request& request) {
    const auto result = commands::status({table_, mirror_, progress_, publisher_}, client().connections(),
                                         trackpayments_.waiting(), request.params, request.filter);
    result ? reply(request.id, *result) : refuse(request.id, result.error());
}

void Tracker::delpay(const host::Request& request) {
    const auto filter =
        request.filter.empty() ? tl::expected<json::Tree, std::string>(tl::unexpect, "") : json::parse(request.filter);
    auto deletion = commands::delpay_from_table(table_, host_rows_, request.params, filter ? &*filter : nullptr);
    if (!deletion)
        return refuse(request.id, deletion.error());
    reply(request.id, deletion->result);
    for (const auto& event : deletion->events)
        host_rows_.erase(std::get<payments::PartDeleted>(event).created);
    mirror_.deleted(std::move(deletion->events));
}

void Tracker::send(std::string_view message) {
    publisher_.send(message);
}

void Tracker::finishing(std::function<void()> done) {
    publisher_.flush();
    done();
}

int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent) {
    return Tracker(loop, std::move(pipes), parent, wants_hook()).run();
}

} // namespace trackpayments
