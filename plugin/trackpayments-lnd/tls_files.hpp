// The server's certificate and key, `tls.cert` and `tls.key` in the directory that clients copy paths from. Made at the
// first start; made again when the certificate has expired, or lacks a name that an option asks for.
#pragma once

#include "base/log.hpp"
#include "http/certificate.hpp"
#include "http/tls.hpp"
#include "io/private_directory.hpp"

namespace trackpayments_lnd {

inline constexpr const char* certificate_file = "tls.cert";
inline constexpr const char* key_file = "tls.key";

struct TlsFiles {
    std::shared_ptr<const http::Tls> tls;
    std::string fingerprint; ///< SHA-256 of the certificate, hex
};

/// Names of options that must be in the certificate.
struct ExtraNames {
    std::vector<std::string> domains;
    std::vector<std::string> addresses;
};

/// Reads the two files, or makes them. The error is a sentence that names the file.
[[nodiscard]] tl::expected<TlsFiles, std::string> load_tls(const io::PrivateDirectory& directory,
                                                           const ExtraNames& extra, const base::Log& log);

} // namespace trackpayments_lnd
