#include "plugin/trackpayments-lnd/server.hpp"

#include "io/descriptor_limit.hpp"
#include "json/text.hpp"
#include "lndapi/info.hpp"
#include "plugin/trackpayments-lnd/options.hpp"
#include "plugin/trackpayments-lnd/tables.hpp"

#include <algorithm>

namespace trackpayments_lnd {

using base::LogLevel;

namespace {

/// Descriptors for everything but clients: pipes, the socket of lightningd, files.
constexpr std::size_t other_descriptors = 64;

http::Limits limits(std::size_t descriptors) {
    http::Limits limits;
    if (descriptors < limits.connections + other_descriptors)
        limits.connections = std::max(descriptors, 2 * other_descriptors) - other_descriptors;
    return limits;
}

} // namespace

Server::Server(io::Loop& loop, host::Pipes pipes, const host::Parent& parent)
    : host::Plugin(loop, std::move(pipes), parent, declaration(this)),
      log_([this](LogLevel level, const std::string& text) { log(level, text); }),
      limits_(limits(io::raise_descriptor_limit())),
      settings_(options),
      reader_(loop, client(), log_, hub_, consumer::pauses(parent.version >= cln::plugin_topics_since)),
      service_({loop, reader_, hub_, log_}, client()),
      cors_(service_),
      http_(loop, cors_, log_, limits_),
      metrics_(loop, {client(), reader_, hub_, service_, http_}, log_),
      macaroons_(loop, client(), log_, [this](const std::string& rune) { service_.trust(rune); }),
      page_link_(loop, client(), [this](const std::string& rune) { service_.trust(rune); }) {
    hub_.listen_to(reader_);
}

void Server::started(const host::Init& init) {
    if (limits_.connections < http::Limits().connections)
        log(LogLevel::unusual, "serves at most " + std::to_string(limits_.connections) +
                                   " connections: the hard limit of open files is low (ulimit -Hn)");
    cors_.allow(settings_.texts(restcors_option));
    if (settings_.flag(omit_bolt12_option))
        hub_.omit_bolt12_invoices();
    service_.serve_metrics(metrics_, settings_.flag(metrics_open_option));
    open_files(init);
    listen();
    connect(init);
}

void Server::open_files(const host::Init& init) {
    const auto name = settings_.text(dir_option);
    auto directory = io::PrivateDirectory::open(name.starts_with('/') ? name : init.lightning_dir + '/' + name);
    if (!directory)
        return complain("no certificate and no macaroons: " + directory.error());
    directory_ = std::move(*directory);
    auto macaroons = directory_->inside("data/chain/bitcoin/" + lndapi::lnd_network(init.network));
    if (macaroons)
        macaroon_directory_ = std::move(*macaroons);
    else
        complain("no macaroons: " + macaroons.error());
    auto tls =
        load_tls(*directory_, {settings_.texts(tlsextradomain_option), settings_.texts(tlsextraip_option)}, log_);
    if (tls)
        tls_ = std::move(*tls);
    else
        complain("no TLS: " + tls.error());
}

void Server::listen() {
    listen_at(rpclisten_option, grpc_port, true, grpc_);
    listen_at(restlisten_option, rest_port, !settings_.flag(no_rest_tls_option), rest_);
}

void Server::listen_at(const host::Option& option, std::uint16_t default_port, bool with_tls,
                       std::vector<std::string>& bound) {
    std::vector<http::Address> seen; // the same one may stand in the configuration and on the command line
    for (const auto& text : settings_.texts(option)) {
        const auto address = http::read_address(text, default_port);
        if (text == off || !address || std::find(seen.begin(), seen.end(), *address) != seen.end())
            continue; // its check has accepted it
        if (address->port != 0)
            seen.push_back(*address);
        const std::string not_listening = "not listening on ";
        if (with_tls && !tls_.tls) {
            complain(not_listening + text + ": there is no certificate");
        } else if (!with_tls && !http::is_loopback(*address)) {
            complain(not_listening + text + ": without TLS (" + std::string(no_rest_tls_option.name) +
                     ") only addresses of this machine are allowed, such as 127.0.0.1");
        } else if (auto listening = http_.listen(*address, with_tls ? tls_.tls : nullptr)) {
            bound.push_back(*listening);
            if (!http::is_loopback(*address))
                log(LogLevel::info, "listening on " + *listening + ", which other machines may reach");
        } else {
            complain(not_listening + listening.error() + ". To use another address, set " + std::string(option.name));
        }
    }
}

void Server::complain(const std::string& problem) {
    problems_.push_back(problem);
    log(LogLevel::unusual, problem);
}

void Server::connected() {
    reader_.connected();
    page_link_.connected();
    if (macaroon_directory_)
        macaroons_.ensure(*macaroon_directory_);
}

void Server::disconnected() {
    reader_.disconnected();
}

void Server::notification(const rpc::Message& message) {
    reader_.notification(message);
}

void Server::finishing(std::function<void()> done) {
    http_.stop(std::move(done));
}

void Server::serve_command(const host::Request& request) {
    const auto time = link_time(request.params);
    if (!time)
        return refuse(request.id, time.error());
    if (!*time)
        return reply(request.id, state());
    const bool tls = !settings_.flag(no_rest_tls_option);
    const PageServer page{rest_, tls, tls ? tls_.fingerprint : ""};
    page_link_.make(**time, page,
                    [this, id = std::string(request.id)](const tl::expected<std::string, rpc::Error>& link) {
                        link ? reply(id, *link) : refuse(id, link.error());
                    });
}

std::string Server::state() const {
    auto macaroons = json::Tree::array();
    if (macaroon_directory_)
        for (const auto* name : macaroon_files)
            macaroons.push_back(macaroon_directory_->path() + '/' + name);
    auto calls = json::Tree::array();
    for (const auto& call : service_.calls())
        calls.push_back({{"method", call.method},
                         {"surface", call.grpc ? "grpc" : "rest"},
                         {"client", call.peer},
                         {"messages", call.sent}});
    auto problems = problems_;
    if (!reader_.trouble().empty())
        problems.push_back(reader_.trouble());
    return json::dump({
        {"state", consumer::state_name(reader_.state())},
        {"rpclisten", grpc_},
        {"restlisten", rest_},
        {"tls_certificate", tls_.tls ? json::Tree(directory_->path() + '/' + certificate_file) : json::Tree()},
        {"tls_fingerprint", tls_.fingerprint},
        {"macaroons", macaroons},
        {"problems", problems},
        {"connections", http_.connections()},
        {"calls", calls},
    });
}

int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent) {
    return Server(loop, std::move(pipes), parent).run();
}

} // namespace trackpayments_lnd
