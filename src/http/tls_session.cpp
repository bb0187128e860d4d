#include "http/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace http {

namespace {

/// One plain record of TLS at most.
constexpr std::size_t record = 16UL * 1024;

} // namespace

// OpenSSL's own memory BIOs would keep their largest buffers for each idle connection. This one reads the bytes of the
// running receive() where they are.
BIO_METHOD* TlsSession::bio_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes of a connection");
        BIO_meth_set_write(made, [](BIO* bio, const char* bytes, int size) {
            static_cast<TlsSession*>(BIO_get_data(bio))->output_.append(bytes, static_cast<std::size_t>(size));
            return size;
        });
        BIO_meth_set_read(made, [](BIO* bio, char* out, int size) {
            auto& input = static_cast<TlsSession*>(BIO_get_data(bio))->input_;
            BIO_clear_retry_flags(bio);
            if (input.empty()) {
                BIO_set_retry_read(bio);
                return -1;
            }
            const auto taken = std::min(input.size(), static_cast<std::size_t>(size));
            std::memcpy(out, input.data(), taken);
            input.remove_prefix(taken);
            return static_cast<int>(taken);
        });
        BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1L : 0L; });
        return made;
    }();
    return method;
}

TlsSession::TlsSession(std::shared_ptr<const Tls> tls) : tls_(std::move(tls)), ssl_(SSL_new(tls_->context())) {
    BIO* bio = BIO_new(bio_method());
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio); // takes it over, once for both directions
    SSL_set_accept_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

tl::expected<void, std::string> TlsSession::receive(std::string_view bytes, std::string& plain) {
    if (failed_)
        return tl::unexpected(std::string("the session has ended"));
    input_ = bytes;
    std::array<char, record> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): SSL_read() fills it
    int error = SSL_ERROR_NONE;
    while (error == SSL_ERROR_NONE) {
        ERR_clear_error();
        std::size_t size = 0;
        const int rc = SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &size);
        error = SSL_get_error(ssl_.get(), rc);
        if (rc == 1)
            plain.append(piece.data(), size);
    }
    input_ = {};
    if (error == SSL_ERROR_ZERO_RETURN)
        ended_ = true;
    else if (error != SSL_ERROR_WANT_READ) {
        failed_ = true;
        return tl::unexpected(openssl_error());
    }
    return {};
}

void TlsSession::send(std::string_view plain) {
    if (plain.empty() || failed_)
        return;
    ERR_clear_error();
    std::size_t size = 0; // all of it: the BIO takes any amount, and partial writes are not enabled
    failed_ = SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &size) != 1;
}

void TlsSession::close() {
    if (failed_ || !established())
        return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

bool TlsSession::established() const {
    return SSL_is_init_finished(ssl_.get()) == 1;
}

std::string_view TlsSession::protocol() const {
    const unsigned char* name = nullptr;
    unsigned int length = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &length);
    return {reinterpret_cast<const char*>(name), length};
}

} // namespace http
