#include "plugin/trackpayments-nats/publisher.hpp"

#include "json/text.hpp"
#include "plugin/trackpayments-nats/options.hpp"
#include "plugin/trackpayments-nats/tables.hpp"

namespace trackpayments_nats {

namespace {

constexpr std::uint64_t seconds_per_hour = 3600;
constexpr std::uint64_t bytes_per_mb = 1'000'000;

/// `directory`: of the node, where relative files are.
jetstream::Options link_options(const host::Settings& settings, const std::string& directory) {
    const auto file = [&](const host::Option& option) {
        const auto name = settings.text(option);
        return name.empty() || name.starts_with('/') ? name : directory + '/' + name;
    };
    jetstream::Options link;
    link.urls = settings.texts(url_option);
    link.credentials_file = file(creds_option);
    link.nkey_file = file(nkey_option);
    link.tls_ca = file(tls_ca_option);
    link.tls_cert = file(tls_cert_option);
    link.tls_key = file(tls_key_option);
    link.insecure = settings.flag(insecure_option);
    link.client_name = "trackpayments-nats";
    link.stream.name = settings.text(stream_option);
    link.stream.subject = sink::all_subjects;
    link.stream.replicas = number_in(settings.text(replicas_option));
    link.stream.last_only = settings.text(keep_option) == "last";
    link.stream.max_age_s = number_in(settings.text(max_age_option)) * seconds_per_hour;
    link.stream.max_bytes = number_in(settings.text(max_bytes_option)) * bytes_per_mb;
    return link;
}

} // namespace

Publisher::Publisher(io::Loop& loop, host::Pipes pipes, const host::Parent& parent)
    : host::Plugin(loop, std::move(pipes), parent, declaration(this)),
      log_([this](base::LogLevel level, const std::string& text) { log(level, text); }),
      settings_(options),
      link_(loop, log_, sink_),
      sink_(loop, link_, log_),
      reader_(loop, client(), log_, sink_, consumer::pauses(parent.version >= cln::plugin_topics_since)),
      start_timer_(loop),
      id_timer_(loop) {
    sink_.use(reader_);
    reader_.begin_anew_at_beginning(); // the stream has much of it already, and takes nothing twice
}

std::optional<std::string> Publisher::cannot_run(const host::Settings& settings) const {
    if (settings.texts(url_option).empty())
        return "there is no NATS server to publish to: set " + std::string(url_option.name);
    const auto checked = jetstream::check_settings(link_options(settings, "")); // it opens no file
    return checked ? std::nullopt : std::optional(checked.error());
}

void Publisher::started(const host::Init& init) {
    start_link(link_options(settings_, init.lightning_dir));
    connect(init);
}

/// A file may be mended while the node runs.
void Publisher::start_link(const jetstream::Options& link) {
    constexpr std::chrono::seconds pause{10};
    const auto started = link_.start(link);
    const auto problem = started ? std::string() : started.error();
    if (std::exchange(start_problem_, problem) != problem)
        log(problem.empty() ? base::LogLevel::info : base::LogLevel::unusual,
            problem.empty() ? "the configuration is in order now" : "not publishing: " + problem + "; trying again");
    if (!started)
        start_timer_.start(pause, [this, link] { start_link(link); });
}

void Publisher::connected() {
    reader_.connected();
    if (!begun_)
        ask_id();
}

void Publisher::ask_id() {
    constexpr std::chrono::seconds pause{10};
    lightningd().getinfo([this, pause](const auto& info) {
        if (info)
            begin(info->id);
        else
            id_timer_.start(pause, [this] { ask_id(); });
    });
}

void Publisher::begin(const base::NodeId& id) {
    if (std::exchange(begun_, true))
        return;
    sink_.begin({id.hex(), settings_.text(format_option) == "protobuf", settings_.flag(preimages_option)},
                settings_.text(begin_option) == "beginning");
}

void Publisher::disconnected() {
    id_timer_.cancel();
    reader_.disconnected();
}

void Publisher::notification(const rpc::Message& message) {
    if (message.method == "trackpayments_deleted")
        sink_.deleted(message.params);
    else
        reader_.notification(message);
}

void Publisher::finishing(std::function<void()> done) {
    link_.stop(std::move(done));
}

void Publisher::serve_command(const host::Request& request) {
    reply(request.id, state());
}

std::string Publisher::state() const {
    const auto link = link_.status();
    const auto sink = sink_.status();
    auto problems = json::Tree::array();
    for (const auto& problem : {start_problem_, link.problem, sink.problem, reader_.trouble()})
        if (!problem.empty())
            problems.push_back(problem);
    for (const auto& difference : link.differences)
        problems.push_back(difference);
    return json::dump({
        {"state", consumer::state_name(reader_.state())},
        {"connected", link.connected},
        {"server", link.server},
        {"stream", settings_.text(stream_option)},
        {"position", sink.position ? *sink.position : ""},
        {"caught_up", sink.caught_up},
        {"unacknowledged", sink.unacknowledged},
        {"lag_seconds", sink.lag.count()},
        {"acknowledged", sink.acknowledged},
        {"already_stored", sink.already_stored},
        {"problems", problems},
    });
}

int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent) {
    return Publisher(loop, std::move(pipes), parent).run();
}

} // namespace trackpayments_nats
