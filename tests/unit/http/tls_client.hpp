// The client's side of TLS, in memory: OpenSSL with its own memory BIOs.
#pragma once

#include "http/certificate.hpp"
#include "http/openssl_ptr.hpp"
#include "http/tls.hpp"

#include <array>
#include <string>
#include <string_view>

namespace unit {

/// One certificate for all tests; making a key takes a while.
inline const http::Certificate& certificate() {
    static const auto made =
        http::make_certificate({"test", "node", {"localhost"}, {"127.0.0.1"}}, base::from_seconds(1'800'000'000));
    return *made;
}

inline std::shared_ptr<const http::Tls> tls() {
    static const auto made = http::Tls::make(certificate().certificate_pem, certificate().key_pem);
    return *made;
}

class TlsClient final {
  public:
    /// `alpn`: each name behind its length; empty: none is offered.
    explicit TlsClient(std::string_view alpn, int newest = TLS1_3_VERSION, const char* suites = nullptr,
                       int oldest = TLS1_VERSION)
        : context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_security_level(context_.get(), 0); // offers what the server shall refuse
        SSL_CTX_set_min_proto_version(context_.get(), oldest);
        SSL_CTX_set_max_proto_version(context_.get(), newest);
        if (suites != nullptr)
            SSL_CTX_set_cipher_list(context_.get(), suites);
        ssl_.reset(SSL_new(context_.get()));
        if (!alpn.empty())
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                                static_cast<unsigned>(alpn.size()));
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(ssl_.get());
        SSL_do_handshake(ssl_.get());
    }

    /// Bytes of the network; what they contain is appended to `plain`.
    void receive(std::string_view bytes, std::string& plain) {
        BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
        std::array<char, 4096> piece{};
        for (;;) {
            ERR_clear_error();
            const int n = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()));
            if (n <= 0) {
                const int error = SSL_get_error(ssl_.get(), n);
                failed = failed || error == SSL_ERROR_SSL;
                ended = ended || error == SSL_ERROR_ZERO_RETURN;
                return;
            }
            plain.append(piece.data(), static_cast<std::size_t>(n));
        }
    }
    void send(std::string_view plain) {
        if (!plain.empty())
            SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
    }
    void close() { SSL_shutdown(ssl_.get()); }
    /// Bytes for the network.
    std::string output() {
        std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
        if (!out.empty())
            BIO_read(SSL_get_wbio(ssl_.get()), out.data(), static_cast<int>(out.size()));
        return out;
    }
    [[nodiscard]] bool established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
    [[nodiscard]] std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &length);
        return {reinterpret_cast<const char*>(name), length};
    }
    SSL* raw() { return ssl_.get(); }

    bool failed = false;
    bool ended = false; // the server has said that it sends no more

  private:
    http::SslContextPtr context_;
    http::SslPtr ssl_;
};

} // namespace unit
