#include "http/tls.hpp"

#include "http/openssl_ptr.hpp"

#include <cstring>
#include <string_view>

#include <openssl/pem.h>

namespace http {

namespace {

// lnd's cert package, tlsCipherSuites. Suites of TLS 1.3 are set apart from these, and stay OpenSSL's.
constexpr const char* suites = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                               "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA256";

/// RFC 7301: each name behind its length, the preferred one first.
constexpr std::string_view protocols = "\x02h2\x08http/1.1";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
    unsigned char* choice = nullptr;
    const int rc = SSL_select_next_proto(&choice, length, bytes_of(protocols), static_cast<unsigned>(protocols.size()),
                                         offered, offered_length);
    *chosen = choice;
    return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL; // RFC 7301, 3.2
}

int no_passphrase(char*, int, int, void*) {
    return -1; // else OpenSSL would ask on the terminal
}

/// Empty if all is well.
std::string use_certificate(SSL_CTX* context, const std::string& pem) {
    const auto in = reading(pem);
    const X509Ptr own(PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr));
    if (!own)
        return "no certificate in PEM";
    if (SSL_CTX_use_certificate(context, own.get()) != 1)
        return openssl_error();
    while (X509Ptr issuer{PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr)})
        if (SSL_CTX_add0_chain_cert(context, issuer.get()) == 1)
            (void)issuer.release(); // the context owns it now
    ERR_clear_error();              // the end of the text is an error too
    return {};
}

std::string use_key(SSL_CTX* context, const std::string& pem) {
    const auto in = reading(pem);
    const KeyPtr key(PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr));
    if (!key)
        return "no private key in PEM";
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC)
        return "the key is not ECDSA";
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return "the key does not belong to the certificate";
    return {};
}

} // namespace

tl::expected<std::shared_ptr<const Tls>, std::string> Tls::make(const std::string& certificate_pem,
                                                                const std::string& key_pem) {
    SslContextPtr context(SSL_CTX_new(TLS_server_method()));
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context.get(), suites) != 1)
        return tl::unexpected(openssl_error());
    // One client asks for much work by renegotiating again and again.
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    for (auto trouble : {use_certificate(context.get(), certificate_pem), use_key(context.get(), key_pem)})
        if (!trouble.empty()) {
            ERR_clear_error();
            return tl::unexpected(std::move(trouble));
        }
    return std::shared_ptr<const Tls>(new Tls(context.release()));
}

Tls::~Tls() {
    SSL_CTX_free(context_);
}

} // namespace http
