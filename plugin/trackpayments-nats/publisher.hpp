// The wiring of the program: only here do all rooms meet. Passes the tracker's messages to the reader, its updates to
// the sink, and the sink's messages to the NATS server.
#pragma once

#include "consumer/reader.hpp"
#include "host/plugin.hpp"
#include "jetstream/link.hpp"
#include "sink/sink.hpp"

namespace trackpayments_nats {

class Publisher final : public host::Plugin {
  public:
    Publisher(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

    /// Answers the command `trackpayments-nats`.
    void serve_command(const host::Request& request);

  private:
    [[nodiscard]] std::optional<std::string> cannot_run(const host::Settings& settings) const override;
    void configure(const host::Settings& settings) override { settings_ = settings; }
    void started(const host::Init& init) override;
    void connected() override;
    void disconnected() override;
    void notification(const rpc::Message& message) override;
    void finishing(std::function<void()> done) override;

    void start_link(const jetstream::Options& link);
    void ask_id();
    void begin(const base::NodeId& id);
    /// What the command shows, as JSON.
    [[nodiscard]] std::string state() const;

    base::Log log_;
    host::Settings settings_;
    jetstream::Link link_;
    sink::Sink sink_;
    consumer::Reader reader_;
    bool begun_ = false;
    std::string start_problem_; // why the link was not started; empty if it was
    io::Timer start_timer_;
    io::Timer id_timer_;
};

/// Runs the plugin; returns the exit code.
int run(io::Loop& loop, host::Pipes pipes, const host::Parent& parent);

} // namespace trackpayments_nats
