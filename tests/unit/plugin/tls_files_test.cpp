#include "plugin/trackpayments-lnd/tls_files.hpp"

#include "directory.hpp"
#include "http/certificate.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

namespace tls_files_test {

using trackpayments_lnd::ExtraNames;
using trackpayments_lnd::load_tls;

namespace {

struct Fixture {
    unit::Directory temporary;
    io::PrivateDirectory directory = io::PrivateDirectory::open((temporary.path / "lnd").string()).value();
    std::vector<std::string> logged;
    base::Log log = [this](base::LogLevel, const std::string& text) { logged.push_back(text); };

    [[nodiscard]] std::string content(const char* name) const { return directory.load(name, 100'000).value().value(); }
    [[nodiscard]] http::CertificateFacts facts() const { return http::read_certificate(content("tls.cert")).value(); }
    void store(const http::Certificate& certificate) const {
        REQUIRE(directory.store("tls.cert", certificate.certificate_pem));
        REQUIRE(directory.store("tls.key", certificate.key_pem));
    }
};

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE("the first start makes a certificate, the next one uses it again") {
    Fixture fixture;
    const auto first = load_tls(fixture.directory, {}, fixture.log);
    REQUIRE(first);
    const auto facts = fixture.facts();
    CHECK(first->fingerprint == facts.fingerprint);
    for (const auto* name : {"localhost", "unix", "unixpacket", "bufconn"})
        CHECK(has(facts.dns, name));
    CHECK(has(facts.ips, "127.0.0.1"));
    CHECK(has(facts.ips, "::1"));
    CHECK(fixture.content("tls.key").starts_with("-----BEGIN EC PRIVATE KEY-----"));
    const auto second = load_tls(fixture.directory, {}, fixture.log);
    REQUIRE(second);
    CHECK(second->fingerprint == first->fingerprint);
    CHECK(fixture.logged.empty());
}

TEST_CASE("a name that the certificate lacks makes a new one, with a log line") {
    Fixture fixture;
    const auto first = load_tls(fixture.directory, {}, fixture.log);
    const ExtraNames extra{{"node.example.com"}, {"10.1.2.3"}};
    const auto second = load_tls(fixture.directory, extra, fixture.log);
    REQUIRE(second);
    CHECK(second->fingerprint != first->fingerprint);
    CHECK(has(fixture.facts().dns, "node.example.com"));
    CHECK(has(fixture.facts().ips, "10.1.2.3"));
    REQUIRE(fixture.logged.size() == 1);
    CHECK(
        fixture.logged[0].ends_with("tls.cert lacks the name node.example.com: made again; clients need the new one"));
    CHECK(load_tls(fixture.directory, extra, fixture.log)->fingerprint == second->fingerprint);
    CHECK(load_tls(fixture.directory, {}, fixture.log)->fingerprint == second->fingerprint);
}

TEST_CASE("an expired certificate is made again") {
    Fixture fixture;
    fixture.store(http::make_certificate({"o", "c", {"localhost"}, {}}, base::from_seconds(1'500'000'000)).value());
    const auto old = fixture.facts().fingerprint;
    const auto made = load_tls(fixture.directory, {}, fixture.log);
    REQUIRE(made);
    CHECK(made->fingerprint != old);
    CHECK(fixture.logged.size() == 1);
}

TEST_CASE("files that are no certificate, or do not fit each other, are named and left alone") {
    Fixture fixture;
    REQUIRE(load_tls(fixture.directory, {}, fixture.log));
    const auto good = fixture.content("tls.cert");
    REQUIRE(fixture.directory.store("tls.cert", "junk"));
    auto bad = load_tls(fixture.directory, {}, fixture.log);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().find("lnd/tls.cert: ") != std::string::npos);
    CHECK(fixture.content("tls.cert") == "junk");
    const auto other = http::make_certificate({"o", "c", {}, {}}, base::from_seconds(1'790'000'000)).value();
    REQUIRE(fixture.directory.store("tls.cert", good));
    REQUIRE(fixture.directory.store("tls.key", other.key_pem));
    CHECK_FALSE(load_tls(fixture.directory, {}, fixture.log));
    CHECK(fixture.content("tls.key") == other.key_pem);
}

} // namespace tls_files_test
