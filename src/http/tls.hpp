// The server's certificate, key and TLS rules, shared by all connections of a listener. TLS 1.2 with LND's own suites
// (ECDSA only: lnd's cert package) or 1.3. No session is cached and no ticket is given, so nothing of a connection
// outlives it.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>
#include <tl/expected.hpp>

namespace http {

class Tls final {
  public:
    /// `certificate_pem`: the certificate, then those that signed it, if any. `key_pem`: `EC PRIVATE KEY` or PKCS #8.
    /// ALPN offers h2, then http/1.1. The error is a sentence that quotes nothing of the key.
    static tl::expected<std::shared_ptr<const Tls>, std::string> make(const std::string& certificate_pem,
                                                                      const std::string& key_pem);
    ~Tls();
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    [[nodiscard]] SSL_CTX* context() const { return context_; }

  private:
    explicit Tls(SSL_CTX* context) : context_(context) {}
    SSL_CTX* context_;
};

} // namespace http
