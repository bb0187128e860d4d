// The wiring: every room meets here, and only here. Turns messages on stdin into calls of the use cases and their
// answers into messages on stdout. Decides nothing about payments.
#pragma once

#include "commands/host_rows.hpp"
#include "commands/rpc_command_hook.hpp"
#include "commands/trackpayments.hpp"
#include "plugin/host.hpp"
#include "plugin/options.hpp"
#include "plugin/setting.hpp"
#include "rpc/client.hpp"

namespace plugin {

class Plugin final : private rpc::Connection::Handler {
  public:
    Plugin(io::Loop& loop, std::unique_ptr<io::Stream> in, std::unique_ptr<io::Stream> out, Host host);
    ~Plugin() override;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    /// Serves until stdin ends or lightningd says shutdown; what is written by then has left. The exit code.
    int run();

  private:
    void read(std::span<const rpc::Message> messages) override;
    void skipped(const rpc::Message& head, const std::string& reason) override;
    void closed(const std::string& reason) override;

    void dispatch(const rpc::Message& message);
    void request(const rpc::Message& message);
    void notification(const rpc::Message& message);
    void init(std::string_view id, const json::Tree& params);
    void check(std::string_view id, const json::Tree& params);
    void set_config(std::string_view id, const json::Tree& params);
    void delpay(const rpc::Message& message, const json::Tree& params);
    void use(const Options& options);
    void finish(int exit_code);
    void reply(std::string_view id, std::string_view result) { publisher_.send(rpc_result(id, result)); }
    void refuse(std::string_view id, const rpc::Error& error);
    static std::string rpc_result(std::string_view id, std::string_view result);
    void log(base::LogLevel level, const std::string& words);

    io::Loop& loop_;
    Host host_;
    Options options_;
    base::UnixNs now_; // when the messages at hand were read
    bool finishing_ = false;
    int exit_code_ = 0;
    rpc::Connection stdio_;
    mirror::NotificationBatch notices_;
    payments::Table table_;
    rpc::Client client_;
    cln::Lightningd lightningd_;
    publish::Publisher publisher_;
    mirror::Mirror feed_;
    commands::TrackpaymentsCommand follow_;
    commands::HostRows host_rows_;
    commands::Delpay delpay_;
    commands::RpcCommandHook hook_;
    std::vector<commands::RpcCommandHook::Decision> decisions_; // about the hook requests of the read at hand
    std::size_t next_decision_ = 0;
    SettingCheck setting_;
    io::Timer patience_;
};

} // namespace plugin
