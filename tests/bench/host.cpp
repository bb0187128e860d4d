#include "host.hpp"

#include "cut.hpp"

#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::string_view sync_id = R"("id":"sync)";

/// The value of the first `"status"`, which is the payment's: its attempts come later.
std::string_view status_of(std::string_view message) {
    constexpr std::string_view name = R"(,"status":")";
    const auto at = message.find(name);
    if (at == std::string_view::npos)
        return {};
    const auto rest = message.substr(at + name.size());
    return rest.substr(0, rest.find('"'));
}

} // namespace

Host::Host(Ends ends, Node& node, std::function<void()> turn) : ends_(ends), node_(node), turn_(std::move(turn)) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (directory() + "/rpc").copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener_, 8) != 0)
        fail("listen");
    node_.say = [this](const std::string& answer) { answers_ += answer; };
}

Host::~Host() {
    close(listener_);
    if (socket_ >= 0)
        close(socket_);
}

void Host::begin(bool startup) {
    feed(R"({"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{"allow-deprecated-apis":false}})"
         "\n\n");
    feed(
        R"({"jsonrpc":"2.0","id":"cln:init#2","method":"init","params":{"options":{},"configuration":{"lightning-dir":")" +
        directory() + R"(","rpc-file":")" + directory() + R"(/rpc","startup":)" + (startup ? "true" : "false") +
        R"(,"network":"regtest"}}})"
        "\n\n");
    while (node_.calls() == 0)
        pump();
    settle();
}

void Host::sync() {
    // Not a command of the plugin: the error comes after all earlier output.
    feed(R"({"jsonrpc":"2.0","id":"sync)" + std::to_string(++asked_) +
         R"(","method":"sync","params":{}})"
         "\n\n");
    while (answered_ < asked_)
        pump();
}

void Host::settle() {
    std::size_t calls = 0;
    std::size_t messages = 0;
    int quiet = 0; // a timer of the plugin may expire between two requests: one is not enough
    while (quiet < 3 || !node_.waited_for()) {
        sync();
        const bool same = calls == node_.calls() && messages + 1 == received.messages && answers_.empty();
        quiet = same ? quiet + 1 : 0;
        calls = node_.calls();
        messages = received.messages;
    }
}

void Host::pump(std::int64_t patience_ns) {
    pollfd all[] = {{ends_.from, POLLIN, 0}, {listener_, POLLIN, 0}, {ends_.to, POLLOUT, 0}, {socket_, POLLIN, 0}};
    if (to_.empty())
        all[2].fd = -1;
    if (!answers_.empty())
        all[3].events |= POLLOUT;
    const timespec patience{turn_ ? 0 : patience_ns / 1'000'000'000, turn_ ? 0 : patience_ns % 1'000'000'000};
    const int events = ppoll(all, 4, &patience, nullptr);
    if (events < 0 && errno != EINTR)
        fail("poll");
    if (events > 0)
        last_event_ = now_ns();
    else if (now_ns() - last_event_ > longest_silence_ns)
        throw std::runtime_error("the plugin does not answer");
    if ((all[1].revents & POLLIN) != 0)
        accept_one();
    if (all[0].revents != 0)
        read_plugin();
    if ((all[2].revents & POLLOUT) != 0)
        write_some(ends_.to, to_, to_written_);
    if ((all[3].revents & POLLIN) != 0)
        read_call();
    if (!answers_.empty() && socket_ >= 0)
        write_some(socket_, answers_, answers_written_);
    if (turn_)
        turn_();
}

void Host::accept_one() {
    if (socket_ >= 0)
        close(socket_);
    socket_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

/// Appends what can be read now; false at the end.
bool Host::read_into(std::string& bytes, int descriptor) {
    const auto got = read(descriptor, buffer_.data(), buffer_.size());
    bytes.append(buffer_.data(), static_cast<std::size_t>(got > 0 ? got : 0));
    return got > 0 || (got < 0 && errno == EAGAIN);
}

void Host::read_plugin() {
    const auto before = from_.size();
    if (!read_into(from_, ends_.from))
        throw std::runtime_error("the plugin ended too early");
    received.bytes += from_.size() - before;
    cut(from_, [this](std::string_view message) { count(message); });
}

void Host::read_call() {
    if (!read_into(calls_, socket_)) {
        close(socket_);
        socket_ = -1;
        return;
    }
    cut(calls_, [this](std::string_view call) { node_.call(call); });
}

void Host::count(std::string_view message) {
    ++received.messages;
    if (on_message)
        on_message(message);
    const auto head = message.substr(0, 100);
    const auto has = [](std::string_view text, std::string_view what) {
        return text.find(what) != std::string_view::npos;
    };
    if (has(head, R"("method":"trackpayments")")) {
        const auto status = status_of(message);
        received.in_flight += status == "IN_FLIGHT" ? 1 : 0;
        received.succeeded += status == "SUCCEEDED" ? 1 : 0;
        received.failed += status == "FAILED" ? 1 : 0;
    } else if (has(head, R"("method":"trackpayments_final")")) {
        ++received.final;
    } else if (has(head, sync_id)) {
        ++answered_;
    } else if (has(message, R"("result":"continue")")) {
        ++received.continues;
    } else if (has(head, R"("method":"log")")) {
        ++received.logs;
        throw std::runtime_error("the plugin logged: " + std::string(message));
    }
}

void Host::write_some(int descriptor, std::string& bytes, std::size_t& written) {
    const auto put = write(descriptor, bytes.data() + written, bytes.size() - written);
    if (put < 0 && errno != EAGAIN)
        fail("write");
    written += static_cast<std::size_t>(put > 0 ? put : 0);
    if (written == bytes.size()) {
        bytes.clear();
        written = 0;
    }
}

} // namespace bench
