// One plugin process: its pipes, its calls in flight, and the rules by which lightningd kills it at once
// (src/cln/README.md, "Fatal output"). The Owner handles what concerns others: topics, forwarded replies.
#pragma once

#include "child.hpp"
#include "log_file.hpp"
#include "manifest.hpp"

#include "io/timer.hpp"
#include "rpc/connection.hpp"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace standin {

class Plugin final : private rpc::Connection::Handler {
  public:
    enum class State { awaiting_manifest, needs_init, awaiting_init, complete, dead };

    class Owner {
      public:
        virtual ~Owner() = default;
        virtual void log(Level level, const Plugin& plugin, std::string_view text) = 0;
        /// A topic of its own, or `message`/`progress`. `params` is raw.
        virtual void notification(Plugin& plugin, std::string_view topic, std::string_view params) = 0;
        /// The plugin is dead and none of its calls will be answered. It may be destroyed in a later turn, not now.
        virtual void died(Plugin& plugin, const std::string& why) = 0;
    };
    /// Null when the plugin died before it replied.
    using Callback = std::function<void(const rpc::Message* reply)>;

    Plugin(io::Loop& loop, Owner& owner, std::string path);
    ~Plugin() override;

    /// The reason, if the program cannot be started.
    [[nodiscard]] tl::expected<void, std::string> start(bool developer, const std::string& cwd, const Version& version);
    /// `message` is the whole request, `id` its raw id.
    void call(std::string id, std::string message, Callback callback);
    void send(std::string message);
    /// SIGKILL, and nothing more is read.
    void kill(Level level, const std::string& why);
    /// Closes its stdin and drops it: so lightningd ends plugins without `shutdown` when it exits.
    void drop();
    /// Calls `gone` when the process has exited (at once if it has).
    void when_exited(std::function<void()> gone);
    /// Leaves bytes in its stdout pipe (a fault of README.md).
    void pause_reading(bool pause);

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Basename: its name in log lines, origins and `plugin stop`.
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] int pid() const { return child_.pid; }

    State state = State::awaiting_manifest;
    Manifest manifest;
    bool numeric_ids = false; ///< for the requests it gets; until its manifest is read, the version decides
    io::Timer limit;          ///< of getmanifest or init

  private:
    void read(std::span<const rpc::Message> messages) override;
    void skipped(const rpc::Message& head, const std::string& reason) override;
    void closed(const std::string& reason) override;
    void message(const rpc::Message& message);
    void log_notification(const rpc::Message& message);

    io::Loop& loop_;
    Owner& owner_;
    std::string path_;
    std::string name_;
    Version version_;
    Child child_;
    std::unique_ptr<rpc::Connection> connection_;
    std::unordered_map<std::string, Callback> calls_; // by raw id
    std::shared_ptr<bool> exited_ = std::make_shared<bool>(false);
    std::shared_ptr<std::function<void()>> on_exit_ = std::make_shared<std::function<void()>>();
};

} // namespace standin
