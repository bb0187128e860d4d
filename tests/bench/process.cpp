#include "process.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t pipe_size = 64UL * 1024;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::int64_t read_clock(clockid_t clock) {
    timespec at{};
    if (clock_gettime(clock, &at) != 0)
        fail("clock_gettime");
    return at.tv_sec * 1'000'000'000LL + at.tv_nsec;
}

std::vector<std::string> plugin_environment() {
    std::vector<std::string> all{"LIGHTNINGD_PLUGIN=1", "LIGHTNINGD_VERSION=v26.06.6"};
    for (char** entry = environ; *entry; ++entry)
        if (!std::string_view(*entry).starts_with("LIGHTNINGD_"))
            all.emplace_back(*entry);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& arguments) {
    std::vector<char*> all;
    for (auto& argument : arguments)
        all.push_back(argument.data());
    all.push_back(nullptr);
    return all;
}

/// Takes the first core out of `cores`.
cpu_set_t take_one(cpu_set_t& cores) {
    cpu_set_t one;
    CPU_ZERO(&one);
    int core = 0;
    while (!CPU_ISSET(core, &cores))
        ++core;
    CPU_SET(core, &one);
    CPU_CLR(core, &cores);
    return one;
}

} // namespace

std::int64_t thread_cpu_ns() {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

std::int64_t now_ns() {
    return read_clock(CLOCK_MONOTONIC);
}

void part_from(const Child& child) {
    cpu_set_t allowed;
    if (sched_getaffinity(child.pid(), sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
        return;
    for (const pid_t pid : {0, child.pid()}) {
        const auto one = take_one(allowed);
        sched_setaffinity(pid, sizeof one, &one);
    }
}

void stay_on_one_core() {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    const auto one = take_one(allowed);
    sched_setaffinity(0, sizeof one, &one);
}

Ends pipe_pair_for_child(int& child_in, int& child_out) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        fail("pipe");
    if (fcntl(in[1], F_SETFL, O_NONBLOCK) != 0 || fcntl(out[0], F_SETFL, O_NONBLOCK) != 0)
        fail("fcntl");
    child_in = in[0];
    child_out = out[1];
    return {in[1], out[0]};
}

Child::Child(const std::vector<std::string>& command) {
    std::signal(SIGPIPE, SIG_IGN);
    int in = -1;
    int out = -1;
    ends_ = pipe_pair_for_child(in, out);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    auto arguments = command;
    auto environment = plugin_environment();
    const int trouble = posix_spawnp(&pid_, command[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                     pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    close(in);
    close(out);
    if (trouble != 0)
        throw std::system_error(trouble, std::generic_category(), command[0]);
    if (clock_getcpuclockid(pid_, &clock_) != 0)
        throw std::runtime_error("no CPU clock of " + command[0]);
}

Child::~Child() {
    close(ends_.to);
    close(ends_.from);
    for (int tries = 0; pid_ != 0 && tries < 1000; ++tries) {
        if (waitpid(pid_, nullptr, WNOHANG) != 0)
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (pid_ == 0)
        return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

std::int64_t Child::join() {
    rusage used{};
    wait4(pid_, nullptr, 0, &used);
    pid_ = 0;
    const auto ns = [](const timeval& time) { return time.tv_sec * 1'000'000'000LL + time.tv_usec * 1000LL; };
    return ns(used.ru_utime) + ns(used.ru_stime);
}

std::int64_t Child::cpu_ns() const {
    return read_clock(clock_);
}

bool Child::sleeps() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string text;
    std::getline(file, text);
    return text.find(") S ") != std::string::npos;
}

std::size_t Child::status_bytes(std::string_view name) const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name))
            return std::stoul(line.substr(name.size())) * 1024;
    throw std::runtime_error("the process is gone");
}

void Child::listen(std::string& out, std::int64_t patience_ns) {
    pollfd from{ends_.from, POLLIN, 0};
    const timespec patience{patience_ns / 1'000'000'000, patience_ns % 1'000'000'000};
    if (ppoll(&from, 1, &patience, nullptr) < 0 && errno != EINTR)
        fail("poll");
    if (from.revents != 0)
        read_some(out);
}

void Child::read_some(std::string& out) {
    const auto before = out.size();
    out.resize(before + pipe_size);
    const auto got = read(ends_.from, out.data() + before, pipe_size);
    out.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got == 0)
        throw std::runtime_error("the program ended too early");
}

void Child::converse_once(std::string_view& bytes, std::string& out) {
    pollfd both[] = {{ends_.from, POLLIN, 0}, {ends_.to, POLLOUT, 0}};
    const int events = poll(both, bytes.empty() ? 1 : 2, static_cast<int>(longest_silence_ns / 1'000'000));
    if (events < 0 && errno != EINTR)
        fail("poll");
    if (events == 0)
        throw std::runtime_error("the program does not answer");
    if (both[0].revents != 0)
        read_some(out);
    if (!bytes.empty() && both[1].revents != 0) {
        const auto put = write(ends_.to, bytes.data(), bytes.size());
        if (put < 0 && errno != EAGAIN)
            fail("write");
        bytes.remove_prefix(static_cast<std::size_t>(put > 0 ? put : 0));
    }
}

} // namespace bench
