#include "http/certificate.hpp"

#include "http/openssl_ptr.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <span>
#include <string_view>

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

namespace http {

namespace {

constexpr std::int64_t day = 24L * 60 * 60;
constexpr std::int64_t end_of_2049 = 2'524'607'999; // lnd's endOfTime

using NamesPtr = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Release<BN_free>>;

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

bool add_extension(X509* certificate, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_dns(GENERAL_NAMES* all, const std::string& name) {
    auto* text = ASN1_IA5STRING_new();
    auto* entry = GENERAL_NAME_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    return sk_GENERAL_NAME_push(all, entry) > 0;
}

bool add_ip(GENERAL_NAMES* all, const std::string& ip) {
    auto* bytes = a2i_IPADDRESS(ip.c_str());
    if (bytes == nullptr)
        return false;
    auto* entry = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(entry, GEN_IPADD, bytes);
    return sk_GENERAL_NAME_push(all, entry) > 0;
}

bool add_name(X509* certificate, const char* field, const std::string& value) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8, bytes,
                                      static_cast<int>(value.size()), -1, 0) == 1;
}

bool set_head(X509* certificate, EVP_PKEY* key, base::UnixNs now) {
    const NumberPtr serial(BN_new());
    // Without its highest bit an ASN.1 number of 128 bits is not negative.
    return X509_set_version(certificate, X509_VERSION_3) == 1 &&
           BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr &&
           ASN1_TIME_set(X509_getm_notBefore(certificate), now.seconds() - day) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), std::min(now.seconds() + 14L * 30 * day, end_of_2049)) !=
               nullptr &&
           X509_set_pubkey(certificate, key) == 1;
}

base::UnixNs time_of(const ASN1_TIME* time) {
    std::tm parts{};
    const auto seconds = ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
    return base::from_seconds(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
}

std::string ip_text(const ASN1_OCTET_STRING* bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
    inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
    return text.data();
}

std::string fingerprint_of(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const auto byte : std::span(digest).first(size)) {
        if (!text.empty())
            text += ':';
        text += digits[byte >> 4];
        text += digits[byte & 0xF];
    }
    return text;
}

} // namespace

tl::expected<Certificate, std::string> make_certificate(const CertificateNames& names, base::UnixNs now) {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const X509Ptr certificate(X509_new());
    if (!key || !certificate || !set_head(certificate.get(), key.get(), now))
        return tl::unexpected(openssl_error());
    if (!add_name(certificate.get(), "O", names.organization) ||
        !add_name(certificate.get(), "CN", names.common_name.substr(0, 64))) {
        ERR_clear_error();
        return tl::unexpected("not usable as the name of a certificate's owner: " + names.common_name);
    }
    const NamesPtr all(sk_GENERAL_NAME_new_null());
    for (const auto& name : names.dns)
        add_dns(all.get(), name);
    for (const auto& ip : names.ips)
        if (!add_ip(all.get(), ip)) {
            ERR_clear_error();
            return tl::unexpected("not an IP address: " + ip);
        }
    auto* own = certificate.get();
    if (X509_set_issuer_name(own, X509_get_subject_name(own)) != 1 ||
        !add_extension(own, NID_key_usage, "critical,digitalSignature,keyEncipherment,keyCertSign") ||
        !add_extension(own, NID_ext_key_usage, "serverAuth") ||
        !add_extension(own, NID_basic_constraints, "critical,CA:TRUE") ||
        !add_extension(own, NID_subject_key_identifier, "hash") ||
        X509_add1_ext_i2d(own, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) != 1 ||
        X509_sign(own, key.get(), EVP_sha256()) == 0)
        return tl::unexpected(openssl_error());
    const BioPtr certificate_out(BIO_new(BIO_s_mem()));
    const BioPtr key_out(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_X509(certificate_out.get(), own) != 1 ||
        PEM_write_bio_PrivateKey_traditional(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return tl::unexpected(openssl_error());
    return Certificate{text_of(certificate_out.get()), text_of(key_out.get())};
}

tl::expected<CertificateFacts, std::string> read_certificate(const std::string& pem) {
    const auto in = reading(pem);
    const X509Ptr certificate(PEM_read_bio_X509(
        in.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
    ERR_clear_error();
    if (!certificate)
        return tl::unexpected(std::string("no certificate in PEM"));
    CertificateFacts facts;
    facts.not_before = time_of(X509_get0_notBefore(certificate.get()));
    facts.not_after = time_of(X509_get0_notAfter(certificate.get()));
    facts.fingerprint = fingerprint_of(certificate.get());
    const NamesPtr names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    ERR_clear_error();
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int kind = 0;
        const auto* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind);
        const auto* text = static_cast<const ASN1_STRING*>(value);
        if (kind == GEN_DNS)
            facts.dns.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                   static_cast<std::size_t>(ASN1_STRING_length(text)));
        else if (kind == GEN_IPADD && (ASN1_STRING_length(text) == 4 || ASN1_STRING_length(text) == 16))
            facts.ips.push_back(ip_text(text));
    }
    return facts;
}

} // namespace http
