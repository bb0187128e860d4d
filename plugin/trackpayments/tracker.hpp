// The wiring: every room meets here, and only here. Turns messages on stdin into calls of the use cases and their
// answers into messages on stdout. Decides nothing about payments.
#pragma once

#include "commands/delpay.hpp"
#include "commands/host_rows.hpp"
#include "commands/rpc_command_hook.hpp"
#include "commands/trackpayments.hpp"
#include "host/plugin.hpp"

namespace trackpayments {

class Tracker final : public host::Plugin {
  public:
    /// `hook`: whether the rpc_command hook is registered.
    Tracker(io::Loop& loop, host::Pipes pipes, const host::Parent& parent, bool hook);

    /// Each request is answered once, sooner or later.
    void trackpayments(const host::Request& request);
    /// Why it would be refused; nothing when it would not.
    [[nodiscard]] std::optional<rpc::Error> check_trackpayments(const json::Tree& params) const;
    /// For a parent that has no command of that name.
    void delpay(const host::Request& request);

  private:
    void read(std::span<const rpc::Message> messages) override;
    void hook(const rpc::Message& request) override;
    void notification(const rpc::Message& message) override;
    void configure(const host::Settings& settings) override;
    void started(const host::Init& init) override;
    void connected() override;
    void disconnected() override;
    void send(std::string_view message) override;
    void finishing() override;

    base::Log log_;
    base::UnixNs now_; // when the messages at hand were read
    mirror::NotificationBatch notifications_;
    payments::Table table_;
    publish::Progress progress_;
    publish::Publisher publisher_;
    mirror::Mirror mirror_;
    commands::TrackpaymentsCommand trackpayments_;
    commands::HostRows host_rows_;
    commands::Delpay delpay_;
    commands::RpcCommandHook hook_;
    std::vector<commands::RpcCommandHook::Decision> decisions_; // about the hook requests of the read at hand
    std::size_t next_decision_ = 0;
};

/// The exit code.
int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

} // namespace trackpayments
