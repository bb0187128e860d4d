// Certificates from a file: the input is a PEM text, or the bytes inside one.
#include "http/certificate.hpp"
#include "fuzz.hpp"
#include "http/tls.hpp"

#include <openssl/evp.h>

#include <string>

namespace certificate_target {

namespace {

std::string as_pem(std::string_view bytes) {
    std::string base64(4 * (bytes.size() / 3 + 1) + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    base64.resize(static_cast<std::size_t>(length));
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < base64.size(); i += 64)
        pem += base64.substr(i, 64) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
}

} // namespace

FUZZ_TARGET(certificate) {
    const auto text = fuzz::text_of(data, size);
    const auto pem = text.starts_with("-----") ? std::string(text) : as_pem(text);
    const auto facts = http::read_certificate(pem);
    if (facts) {
        fuzz::require(facts->fingerprint.size() == 32 * 3 - 1, "a fingerprint has 32 bytes");
        for (const auto& ip : facts->ips)
            fuzz::require(!ip.empty() && ip.find_first_not_of("0123456789abcdef.:") == std::string::npos,
                          "an address is shown as digits");
        fuzz::require(http::read_certificate(pem)->dns == facts->dns, "the same text has the same names");
    } else
        fuzz::require(facts.error() == "no certificate in PEM", "a refusal quotes nothing");
    fuzz::require(!http::Tls::make(pem, pem).has_value() || text.find("PRIVATE KEY") != std::string_view::npos,
                  "no server without a key");
    return 0;
}

} // namespace certificate_target
