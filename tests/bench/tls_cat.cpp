// `cat` over TLS: serves one client, with a certificate and a key given as files, and sends it what comes on stdin. The
// port, which the system chooses, is the first line of stdout. lnd_latency compares trackpayments-lnd with it.
#include <array>
#include <cstdio>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int accepted() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return -1;
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    const int client = accept(listener, nullptr, nullptr);
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return client;
}

} // namespace

int main(int argc, char** argv) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    if (argc != 3 || SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1)
        return 2;
    SSL_CTX_set_num_tickets(context, 0);
    SSL* ssl = SSL_new(context);
    if (SSL_set_fd(ssl, accepted()) != 1 || SSL_accept(ssl) != 1)
        return 2;
    static std::array<char, 64UL * 1024> buffer;
    for (ssize_t got = 0; (got = read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;)
        if (SSL_write(ssl, buffer.data(), static_cast<int>(got)) <= 0)
            return 1;
    return 0;
}
