// Makes and reads X.509 certificates. A new one is self-signed and of the form that lnd makes (lnd's cert package,
// selfsigned.go), because its clients were written for that form: P-256, CA:TRUE, 14 months.
#pragma once

#include "base/time.hpp"

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace http {

struct CertificateNames {
    std::string organization;
    std::string common_name;
    std::vector<std::string> dns;
    std::vector<std::string> ips; ///< IPv4 and IPv6 addresses
};

struct Certificate {
    std::string certificate_pem;
    std::string key_pem; ///< secret; `EC PRIVATE KEY` (SEC 1)
};

/// Valid from 24 hours before `now` to 14 * 30 days after, not beyond 2049. The error is a sentence, of an IP address
/// that is none for instance.
[[nodiscard]] tl::expected<Certificate, std::string> make_certificate(const CertificateNames& names, base::UnixNs now);

struct CertificateFacts {
    base::UnixNs not_before;
    base::UnixNs not_after;
    std::vector<std::string> dns; ///< in the certificate's order
    std::vector<std::string> ips; ///< as text: 127.0.0.1, ::1
    std::string fingerprint;      ///< SHA-256 as openssl x509 shows it: AB:CD:…
};

/// Of the first certificate in the text.
[[nodiscard]] tl::expected<CertificateFacts, std::string> read_certificate(const std::string& pem);

} // namespace http
