#include "lnd_node.hpp"

#include "cut.hpp"
#include "report.hpp"

#include <cerrno>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bench {

namespace {

/// False at the end.
bool append_some(std::string& bytes, int descriptor) {
    constexpr std::size_t most = 64UL * 1024;
    const auto before = bytes.size();
    bytes.resize(before + most);
    const auto got = read(descriptor, bytes.data() + before, most);
    bytes.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    return got > 0 || (got < 0 && errno == EAGAIN);
}

} // namespace

std::string rune() {
    return "OSqc7ixY6F-gjcigBfxtzKUI54uzgFSA6YfBQoWGDV89MA==";
}

LndNode::LndNode(const std::string& program, Poller& poller, std::string cursor)
    : poller_(poller), cursor_(std::move(cursor)), child_({program}) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (directory_.path.string() + "/rpc").copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener_, 8) != 0)
        fail("listen");
    poller_.watch(listener_, EPOLLIN, [this](std::uint32_t) { accept_one(); });
    poller_.watch(child_.ends().from, EPOLLIN, [this](std::uint32_t) { read_program(); });
    poller_.watch(child_.ends().to, 0, [this](std::uint32_t) { write_some(); });
    begin();
}

LndNode::~LndNode() {
    for (const int descriptor : {child_.ends().to, child_.ends().from, listener_, socket_})
        if (descriptor >= 0)
            poller_.remove(descriptor);
    close(listener_);
    if (socket_ >= 0)
        close(socket_);
}

void LndNode::begin() {
    const auto directory = directory_.path.string();
    feed(R"({"jsonrpc":"2.0","id":"cln:getmanifest#1","method":"getmanifest","params":{"allow-deprecated-apis":false}})"
         "\n\n"
         R"({"jsonrpc":"2.0","id":"cln:init#2","method":"init","params":{"options":{"trackpayments-lnd-rpclisten":)"
         R"(["127.0.0.1:0"],"trackpayments-lnd-restlisten":["off"]},"configuration":{"lightning-dir":")" +
         directory + R"(","rpc-file":")" + directory + R"(/rpc","startup":true,"network":"regtest"}}})" + "\n\n");
    while (!active_) {
        feed(R"({"jsonrpc":"2.0","id":"show","method":"trackpayments-lnd","params":{}})"
             "\n\n");
        sync();
        poller_.pump(1'000'000);
    }
}

void LndNode::feed(std::string_view bytes) {
    to_ += bytes;
    write_some();
}

void LndNode::sync() {
    // Not a command of the program: the error comes after all earlier output.
    feed(R"({"jsonrpc":"2.0","id":"sync","method":"sync","params":{}})"
         "\n\n");
    ++asked_;
    poller_.until([this] { return answered_ == asked_; });
}

void LndNode::accept_one() {
    socket_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    poller_.watch(socket_, EPOLLIN, [this](std::uint32_t) { read_calls(); });
}

void LndNode::read_program() {
    if (!append_some(from_, child_.ends().from))
        throw std::runtime_error("trackpayments-lnd ended too early");
    cut(from_, [this](std::string_view text) { message(text); });
}

void LndNode::read_calls() {
    if (!append_some(calls_, socket_))
        throw std::runtime_error("trackpayments-lnd left the socket");
    cut(calls_, [this](std::string_view text) { call(text); });
}

void LndNode::message(std::string_view text) {
    const auto head = text.substr(0, 60);
    if (head.find(R"("id":"sync")") != std::string_view::npos) {
        ++answered_;
    } else if (head.find(R"("id":"show")") != std::string_view::npos) {
        const auto shown = json::parse(text)["result"];
        active_ = shown["state"] == "active";
        const std::string address = shown["rpclisten"].at(0);
        port_ = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
    } else if (text.find(R"("level":"unusual")") != std::string_view::npos &&
               (allowed_log_.empty() || text.find(allowed_log_) == std::string_view::npos)) {
        throw std::runtime_error("trackpayments-lnd logged: " + std::string(text));
    }
}

void LndNode::call(std::string_view text) {
    const auto request = json::parse(text);
    const auto answer =
        R"({"jsonrpc":"2.0","id":)" + request["id"].dump() + R"(,"result":)" + result_of(request["method"]) + "}\n\n";
    if (write(socket_, answer.data(), answer.size()) != static_cast<ssize_t>(answer.size()))
        fail("write to the socket");
}

std::string LndNode::result_of(const std::string& method) const {
    if (method == "trackpayments")
        return R"({"payments":[],"cursor":")" + cursor_ + R"(","more":false})";
    if (method == "createrune")
        return R"({"rune":")" + rune() + R"(","unique_id":"0"})";
    if (method == "checkrune")
        return R"({"valid":true})";
    return "{}";
}

void LndNode::write_some() {
    const auto put = write(child_.ends().to, to_.data() + written_, to_.size() - written_);
    if (put < 0 && errno != EAGAIN)
        fail("write");
    written_ += static_cast<std::size_t>(put > 0 ? put : 0);
    if (!writing()) {
        to_.clear();
        written_ = 0;
    }
    poller_.change(child_.ends().to, writing() ? std::uint32_t{EPOLLOUT} : 0U);
}

} // namespace bench
