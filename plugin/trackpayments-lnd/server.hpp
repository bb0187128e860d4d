// The wiring of the program: only here do all rooms meet. Opens the listeners, passes the tracker's messages to the
// reader, and calls of clients to the service.
#pragma once

#include "consumer/reader.hpp"
#include "host/plugin.hpp"
#include "http/cors.hpp"
#include "http/server.hpp"
#include "lndapi/service.hpp"
#include "plugin/trackpayments-lnd/macaroon_files.hpp"
#include "plugin/trackpayments-lnd/metrics.hpp"
#include "plugin/trackpayments-lnd/page_link.hpp"
#include "plugin/trackpayments-lnd/tls_files.hpp"

namespace trackpayments_lnd {

class Server final : public host::Plugin {
  public:
    Server(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

    /// Answers the command `trackpayments-lnd`.
    void serve_command(const host::Request& request);

  private:
    void configure(const host::Settings& settings) override { settings_ = settings; }
    void started(const host::Init& init) override;
    void connected() override;
    void disconnected() override;
    void notification(const rpc::Message& message) override;
    void finishing(std::function<void()> done) override;

    void open_files(const host::Init& init);
    void listen();
    void listen_at(const host::Option& option, std::uint16_t default_port, bool with_tls,
                   std::vector<std::string>& bound);
    /// What the command shows, as JSON.
    [[nodiscard]] std::string state() const;
    /// Logs what keeps a part of the server from working; the command shows it too.
    void complain(const std::string& problem);

    base::Log log_;
    const http::Limits limits_;
    host::Settings settings_;
    lndapi::Hub hub_;
    consumer::Reader reader_;
    lndapi::Service service_;
    http::Cors cors_;
    http::Server http_;
    Metrics metrics_;
    MacaroonFiles macaroons_;
    PageLink page_link_;
    std::optional<io::PrivateDirectory> directory_;
    std::optional<io::PrivateDirectory> macaroon_directory_;
    TlsFiles tls_;
    std::vector<std::string> grpc_; // addresses
    std::vector<std::string> rest_;
    std::vector<std::string> problems_;
};

/// Runs the plugin; returns the exit code.
int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

} // namespace trackpayments_lnd
