// The wiring of the program: only here do all rooms meet. Passes messages from stdin to the rooms and their answers to
// stdout. Decides nothing about payments.
#pragma once

#include "commands/delpay.hpp"
#include "commands/host_rows.hpp"
#include "commands/rpc_command_hook.hpp"
#include "commands/status.hpp"
#include "commands/trackpayments.hpp"
#include "host/plugin.hpp"

namespace trackpayments {

class Tracker final : public host::Plugin {
  public:
    /// `hook`: the rpc_command hook is registered.
    Tracker(io::Loop& loop, host::Pipes pipes, const host::Parent& parent, bool hook);

    /// Answers each request once, at once or later.
    void trackpayments(const host::Request& request);
    /// The error with which it would be refused, if any.
    [[nodiscard]] std::optional<rpc::Error> check_trackpayments(const json::Tree& params) const;
    void status(const host::Request& request);
    /// For a parent without a delpay of its own.
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
    void finishing(std::function<void()> done) override;

    bool uses_hook_;
    base::Log log_;
    base::UnixNs now_; // when the current messages were read
    mirror::NotificationBatch notifications_;
    payments::Table table_;
    publish::Progress progress_;
    publish::Publisher publisher_;
    mirror::Mirror mirror_;
    commands::TrackpaymentsCommand trackpayments_;
    commands::HostRows host_rows_;
    commands::Delpay delpay_;
    commands::RpcCommandHook hook_;
    std::vector<commands::RpcCommandHook::Decision> decisions_; // for the hook requests of the current read
    std::size_t next_decision_ = 0;
};

/// Runs the plugin; returns the exit code.
int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

} // namespace trackpayments
