// A program's main(), each time in a process of its own.
#include "host/start.hpp"

#include <array>
#include <cstdlib>
#include <functional>
#include <iostream>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace start_test {

namespace {

const host::Program program{"program", "1.2", "About it\n", [](io::Loop&, host::Pipes, const host::Parent& parent) {
                                return parent.lightningd ? 8 : 9;
                            }};

struct Ended {
    int code = -1;
    std::string out;
    std::string err;
};

std::string all_of(int fd) {
    std::string text;
    std::array<char, 4096> bytes{};
    for (ssize_t got = 0; (got = ::read(fd, bytes.data(), bytes.size())) > 0;)
        text.append(bytes.data(), static_cast<std::size_t>(got));
    ::close(fd);
    return text;
}

/// stdin is empty; `prepare` runs in the child before main() would.
Ended run(
    std::vector<std::string> arguments, const std::function<void()>& prepare = [] {}) {
    std::array<std::array<int, 2>, 3> pipes{};
    for (auto& one : pipes)
        REQUIRE(::pipe(one.data()) == 0);
    std::cout.flush(); // else the child would write it again
    const auto child = ::fork();
    if (child == 0) {
        for (int fd = 0; fd < 3; ++fd)
            ::dup2(pipes[static_cast<std::size_t>(fd)][fd == 0 ? 0 : 1], fd);
        for (const auto& one : pipes)
            for (const int fd : one)
                ::close(fd);
        ::unsetenv("LIGHTNINGD_PLUGIN");
        ::unsetenv("LIGHTNINGD_VERSION");
        prepare();
        arguments.insert(arguments.begin(), "program");
        std::vector<char*> argv;
        argv.reserve(arguments.size());
        for (auto& argument : arguments)
            argv.push_back(argument.data());
        std::exit(host::start(static_cast<int>(argv.size()), argv.data(), program));
    }
    ::close(pipes[0][0]);
    ::close(pipes[0][1]);
    ::close(pipes[1][1]);
    ::close(pipes[2][1]);
    Ended ended;
    ended.out = all_of(pipes[1][0]);
    ended.err = all_of(pipes[2][0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
}

void under_lightningd() {
    ::setenv("LIGHTNINGD_VERSION", "v26.06.6", 1);
}

} // namespace

TEST_CASE("--help and --version are answered, other arguments ignored") {
    CHECK(run({"--help"}).out == "About it\n");
    CHECK(run({"--developer", "-h"}).out == "About it\n");
    CHECK(run({"--version"}).out == "program 1.2\n");
    CHECK(run({"--version"}).code == 0);
    const auto ignored = run({"--developer", "x", ""});
    CHECK(ignored.code == 9);
    CHECK(ignored.out.empty());
}

TEST_CASE("the program is run with its parent as read from the environment") {
    CHECK(run({}).code == 9);
    CHECK(run({}, under_lightningd).code == 8);
}

TEST_CASE("a closed stdin, stdout or stderr is no crash") {
    CHECK(run({}, [] { ::close(STDIN_FILENO); }).code == 9);
    CHECK(run({}, [] { ::close(STDERR_FILENO); }).code == 9);
}

TEST_CASE("an unusable stdin ends the program with an error that lightningd logs") {
    const auto ended = run({}, [] {
        io::Loop loop;
        ::close(STDIN_FILENO);
        std::exit(host::serve(loop, program, {true, {}}));
    });
    CHECK(ended.code == 1);
    CHECK(ended.err.starts_with("program: stdin: "));
    CHECK(ended.out.find("program does not run: stdin: ") != std::string::npos);
}

TEST_CASE("too few file descriptors end the program with an error") {
    const auto few = [] {
        const rlimit limit{8, 8};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    };
    const auto ended = run({}, few);
    CHECK(ended.code == 1);
    CHECK(ended.err == "program: too few file descriptors: raise the limit (ulimit -n)\n");
    CHECK(ended.out.empty());
}

} // namespace start_test
