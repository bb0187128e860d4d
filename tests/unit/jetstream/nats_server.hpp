// A nats-server on loopback, with a store of its own. It can be killed and started again on the same port.
#pragma once

#include "directory.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace unit {

inline std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline std::string write_file(const std::filesystem::path& path, const std::string& text, unsigned mode = 0600) {
    std::ofstream(path) << text;
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    return path;
}

class NatsServer final {
  public:
    static constexpr const char* jetstream = "jetstream {}\n";

    /// `config` without address, port and store.
    explicit NatsServer(const std::string& config = jetstream) { start(config); }
    ~NatsServer() { kill(); }
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    void kill() {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
        std::filesystem::remove(ports_file_);
    }

    void start(const std::string& config) {
        const auto file = write_file(directory_.path / "server.conf", config);
        const auto log = directory_.path / "log";
        const auto port_text = port_ == 0 ? std::string("-1") : std::to_string(port_);
        std::vector<std::string> arguments{"nats-server",
                                           "-a",
                                           "127.0.0.1",
                                           "-p",
                                           port_text,
                                           "-c",
                                           file,
                                           "-l",
                                           log,
                                           "--store_dir",
                                           directory_.path / "store",
                                           "--ports_file_dir",
                                           directory_.path};
        std::vector<char*> argv;
        for (auto& argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        // Debian's path for administrators; not everybody's PATH has it.
        if (::posix_spawnp(&pid_, "nats-server", nullptr, nullptr, argv.data(), environ) != 0 &&
            ::posix_spawn(&pid_, "/usr/sbin/nats-server", nullptr, nullptr, argv.data(), environ) != 0)
            FAIL("nats-server is missing");
        ports_file_ = directory_.path / ("nats-server_" + std::to_string(pid_) + ".ports");
        for (int i = 0; i < 12'000; ++i) {
            const auto ports = content(ports_file_);
            if (const auto at = ports.find("127.0.0.1:"); ports.ends_with('}') && at != std::string::npos) {
                port_ = static_cast<std::uint16_t>(std::stoul(ports.substr(at + 10)));
                return;
            }
            if (::waitpid(pid_, nullptr, WNOHANG) != 0)
                break;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        FAIL("nats-server does not start: " << content(log));
    }

    /// It has stopped when this returns: a signal takes a moment.
    void hang() {
        ::kill(pid_, SIGSTOP);
        REQUIRE(::waitpid(pid_, nullptr, WUNTRACED) == pid_);
    }
    void unhang() { ::kill(pid_, SIGCONT); }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& scheme = "nats", const std::string& host = "127.0.0.1") const {
        return scheme + "://" + host + ":" + std::to_string(port_);
    }

  private:
    Directory directory_;
    std::filesystem::path ports_file_;
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace unit
