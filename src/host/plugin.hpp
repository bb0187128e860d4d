// A Core Lightning plugin as a process on two streams. Answers getmanifest, init, check and setconfig from the
// program's declaration, passes on commands, hook requests and notifications, and exits when lightningd does. Programs
// derive from it. Knows nothing of payments.
#pragma once

#include "base/log.hpp"
#include "cln/lightningd.hpp"
#include "host/declaration.hpp"
#include "host/init.hpp"
#include "host/parent.hpp"
#include "host/setting_check.hpp"
#include "io/timer.hpp"
#include "rpc/client.hpp"
#include "rpc/connection.hpp"

#include <string>

namespace host {

/// This process's ends of the two pipes.
struct Pipes {
    std::unique_ptr<io::Stream> in;
    std::unique_ptr<io::Stream> out;
};

/// Random bytes as hex, for unique names.
[[nodiscard]] std::string random_hex(std::size_t bytes);

class Plugin : private rpc::Connection::Handler {
  public:
    Plugin(io::Loop& loop, Pipes pipes, const Parent& parent, Declaration declared);
    ~Plugin() override = default;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;

    /// Serves until stdin ends or lightningd sends shutdown, then drains its output. Returns the exit code.
    int run();

  protected:
    /// Why the program cannot run with these options, although each is valid: it is then disabled.
    [[nodiscard]] virtual std::optional<std::string> cannot_run(const Settings&) const { return std::nullopt; }
    /// Called with the values of all options, after `init` and after each change.
    virtual void configure(const Settings&) {}
    /// Called after `init` was accepted and answered.
    virtual void started(const Init&) {}
    /// Called at each connection to the RPC socket.
    virtual void connected() {}
    /// Called when the RPC socket is lost: pending calls get no answer (rpc::Client).
    virtual void disconnected() {}
    /// All messages of one read. An override must pass each to dispatch(), in their order.
    void read(std::span<const rpc::Message> messages) override;
    virtual void hook(const rpc::Message&) {}
    virtual void notification(const rpc::Message&) {}
    /// Writes a reply or a log line. Override it to queue them in another order.
    virtual void send(std::string_view message);
    /// Called before the end: nothing more will be read, and delayed output must leave now. The process ends when
    /// `done` was called and stdout has taken everything, or after 20 seconds.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): an override keeps it
    virtual void finishing(std::function<void()> done) { done(); }

    void dispatch(const rpc::Message& message);
    /// Connects to lightningd's RPC socket, from started() on.
    void connect(const Init& init);
    /// `id`, `result`: raw.
    void reply(std::string_view id, std::string_view result);
    void refuse(std::string_view id, const rpc::Error& error);
    /// Overtakes all ordinary output, because a payment may wait for it.
    void reply_to_hook(std::string_view id, std::string_view result);
    void log(base::LogLevel level, const std::string& text);

    [[nodiscard]] const Parent& parent() const { return parent_; }
    [[nodiscard]] cln::Lightningd& lightningd() { return lightningd_; }
    /// For calls that cln::Lightningd does not have.
    [[nodiscard]] rpc::Client& client() { return client_; }
    [[nodiscard]] io::Stream& out() { return stdio_.out(); }

  private:
    void skipped(const rpc::Message& head, const std::string& reason) override;
    void closed(const std::string& reason) override;

    [[nodiscard]] bool is_hook(std::string_view method) const;
    [[nodiscard]] const Command* command(std::string_view name) const;
    void request(const rpc::Message& message);
    void init(std::string_view id, const json::Tree& params);
    void check(std::string_view id, const json::Tree& params);
    void set_config(std::string_view id, const json::Tree& params);
    void finish(int exit_code);

    io::Loop& loop_;
    Parent parent_;
    Declaration declared_;
    Settings settings_;
    bool started_ = false;
    bool finishing_ = false;
    int exit_code_ = 0;
    rpc::Connection stdio_;
    rpc::Client client_;
    cln::Lightningd lightningd_;
    SettingCheck setting_check_;
    io::Timer drain_timeout_;
};

} // namespace host
