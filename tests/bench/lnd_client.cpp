#include "lnd_client.hpp"

#include "lnd_node.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

// RFC 9113, 6: types and flags of frames.
enum FrameType : std::uint8_t {
    data_frame,
    headers_frame,
    rst_frame = 3,
    settings_frame,
    ping_frame = 6,
    goaway_frame,
    window_frame
};
constexpr std::uint8_t end_stream = 1;
constexpr std::uint8_t ack = 1;
constexpr std::uint8_t end_headers = 4;
constexpr std::size_t head_size = 9;
constexpr std::uint32_t widest = 0x7FFF'FFFF;
constexpr std::size_t half = 1UL << 30;

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    while (bytes-- > 0)
        text.push_back(static_cast<char>(value >> (8 * bytes) & 0xFF));
    return text;
}

std::uint32_t number_in(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
}

std::string frame_of(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    return number(payload.size(), 3) + number(type, 1) + number(flags, 1) + number(stream, 4) + std::string(payload);
}

/// RFC 7541, 5.1 and 5.2: a string without Huffman's code.
std::string hpack_string(std::string_view text) {
    std::string out;
    auto rest = text.size();
    if (rest < 127)
        return number(rest, 1) + std::string(text);
    out += number(127, 1);
    for (rest -= 127; rest >= 128; rest /= 128)
        out += number(rest % 128 + 128, 1);
    return out + number(rest, 1) + std::string(text);
}

/// RFC 7541, 6.2.2: not indexed.
std::string header(std::string_view name, std::string_view value) {
    return number(0, 1) + hpack_string(name) + hpack_string(value);
}

std::string request(std::uint32_t stream) {
    const auto headers = header(":method", "POST") + header(":scheme", "https") +
                         header(":path", "/routerrpc.Router/TrackPayments") + header(":authority", "localhost") +
                         header("content-type", "application/grpc") + header("te", "trailers") +
                         header("macaroon", rune());
    return frame_of(headers_frame, end_headers, stream, headers) +
           frame_of(data_frame, end_stream, stream, std::string(5, '\0'));
}

int connected(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

} // namespace

TlsSocket::TlsSocket(std::uint16_t port, bool http2)
    : descriptor_(connected(port)), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, descriptor_);
    constexpr std::string_view h2 = "\x02h2";
    if (http2)
        SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(h2.data()), static_cast<unsigned>(h2.size()));
    if (SSL_connect(ssl_) != 1)
        throw std::runtime_error("no TLS handshake");
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

TlsSocket::~TlsSocket() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    close(descriptor_);
}

void TlsSocket::write(std::string_view plain) {
    std::size_t size = 0;
    if (SSL_write_ex(ssl_, plain.data(), plain.size(), &size) != 1)
        throw std::runtime_error("the server does not read");
}

void TlsSocket::read(std::string& plain) {
    constexpr std::size_t most = 16UL * 1024;
    while (true) {
        const auto before = plain.size();
        plain.resize(before + most);
        std::size_t size = 0;
        const int rc = SSL_read_ex(ssl_, plain.data() + before, most, &size);
        plain.resize(before + size);
        if (rc == 1)
            continue;
        if (SSL_get_error(ssl_, rc) != SSL_ERROR_WANT_READ)
            throw std::runtime_error("the server has closed the connection");
        return;
    }
}

LndClient::LndClient(Poller& poller, std::uint16_t port) : poller_(poller), socket_(port, true) {
    const auto settings = number(2, 2) + number(0, 4) + number(4, 2) + number(widest, 4); // no push, wide windows
    socket_.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame_of(settings_frame, 0, 0, settings) +
                  frame_of(window_frame, 0, 0, number(widest - 65'535, 4)));
    poller_.watch(socket_.descriptor(), EPOLLIN, [this](std::uint32_t) { received(); });
}

LndClient::~LndClient() {
    poller_.remove(socket_.descriptor());
}

void LndClient::subscribe() {
    const auto number = std::exchange(next_, next_ + 2);
    auto& stream = streams_[number];
    socket_.write(request(number));
    poller_.until([&] { return stream.begun; });
}

std::size_t LndClient::fewest() const {
    const auto least = std::min_element(streams_.begin(), streams_.end(), [](const auto& one, const auto& other) {
        return one.second.messages < other.second.messages;
    });
    return least == streams_.end() ? 0 : least->second.messages;
}

void LndClient::received() {
    socket_.read(in_);
    std::size_t at = 0;
    while (in_.size() - at >= head_size) {
        const auto rest = std::string_view(in_).substr(at);
        const std::size_t size = number_in(rest.substr(0, 3));
        if (rest.size() < head_size + size)
            break;
        frame(static_cast<std::uint8_t>(rest[3]), static_cast<std::uint8_t>(rest[4]), number_in(rest.substr(5, 4)),
              rest.substr(head_size, size));
        at += head_size + size;
    }
    in_.erase(0, at);
}

void LndClient::frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    switch (type) {
    case data_frame:
        data(stream, payload);
        break;
    case headers_frame:
        streams_[stream].begun = true;
        break;
    case settings_frame:
        if ((flags & ack) == 0)
            socket_.write(frame_of(settings_frame, ack, 0, {}));
        return;
    case ping_frame:
        if ((flags & ack) == 0)
            socket_.write(frame_of(ping_frame, ack, 0, payload));
        return;
    case rst_frame:
        ++ended_;
        return;
    case goaway_frame:
        throw std::runtime_error("the server sent GOAWAY");
    default:
        return;
    }
    if ((flags & end_stream) != 0)
        ++ended_;
}

void LndClient::data(std::uint32_t number, std::string_view bytes) {
    constexpr std::size_t grpc_head = 5;
    auto& stream = streams_[number];
    stream.owed += bytes.size();
    taken_ += bytes.size();
    if (taken_ > half)
        give_window(0, std::exchange(taken_, 0));
    if (stream.owed > half)
        give_window(number, std::exchange(stream.owed, 0));
    if (!stream.bytes.empty()) {
        stream.bytes += bytes;
        bytes = stream.bytes;
    }
    while (bytes.size() >= grpc_head) {
        const std::size_t size = number_in(bytes.substr(1, 4));
        if (bytes.size() < grpc_head + size)
            break;
        ++stream.messages;
        ++messages_;
        bytes_ += size;
        if (on_message)
            on_message(bytes.substr(grpc_head, size));
        bytes.remove_prefix(grpc_head + size);
    }
    stream.bytes = std::string(bytes);
}

void LndClient::give_window(std::uint32_t stream, std::size_t bytes) {
    socket_.write(frame_of(window_frame, 0, stream, number(bytes, 4)));
}

} // namespace bench
