// Certificates and credentials against a real server.
#include "certificates.hpp"
#include "link_fixture.hpp"
#include "operator_mode.hpp"

#include <doctest/doctest.h>

namespace tls_test {

using unit::certificates;
using unit::LinkFixture;

// The link's problem, or empty if it connects.
std::string outcome(const std::string& url, const std::string& ca,
                    const std::function<void(jetstream::Options&)>& with = {}) {
    LinkFixture link(url);
    link.options.tls_ca = ca;
    if (with)
        with(link.options);
    link.start();
    REQUIRE(link.until([&] { return link.link->status().connected || !link.link->status().problem.empty(); }));
    if (link.link->status().connected)
        CHECK(link.publish(LinkFixture::message("a"), std::nullopt).has_value());
    return link.link->status().problem;
}

TEST_CASE("a certificate must be of the name or the address in the URL, and of a known authority") {
    const auto ca = certificates().path("ca.pem");
    const unit::NatsServer named(certificates().server("name"));
    CHECK(outcome(named.url("tls", "localhost"), ca).empty());
    const auto address_url = named.url("tls", "127.0.0.1");
    CHECK(outcome(address_url, ca) ==
          "cannot connect to " + address_url + ": the server's certificate cannot be verified (IP address mismatch)");
    const auto url = named.url("tls", "localhost");
    const auto unknown = "cannot connect to " + url + ": the server's certificate cannot be verified (";
    CHECK(outcome(url, certificates().path("other.pem")).starts_with(unknown));
    CHECK(outcome(url, "").starts_with(unknown)); // the system does not know it either

    const unit::NatsServer addressed(certificates().server("address"));
    CHECK(outcome(addressed.url("tls", "127.0.0.1"), ca).empty());
    const auto name_url = addressed.url("tls", "localhost");
    CHECK(outcome(name_url, ca) ==
          "cannot connect to " + name_url + ": the server's certificate cannot be verified (hostname mismatch)");
}

TEST_CASE("a server that demands TLS gets it, with the same checks") {
    const unit::NatsServer server(certificates().server("name"));
    CHECK(outcome(server.url("nats", "localhost"), certificates().path("ca.pem")).empty());
    CHECK(outcome(server.url("nats", "127.0.0.1"), certificates().path("ca.pem")).find("IP address mismatch") !=
          std::string::npos);
}

TEST_CASE("tls:// is never spoken in plain text") {
    const unit::NatsServer server;
    const auto url = server.url("tls");
    CHECK(outcome(url, "") == "cannot connect to " + url + ": the server does not offer TLS");
}

TEST_CASE("a server may demand a client's certificate") {
    const auto ca = certificates().path("ca.pem");
    const unit::NatsServer server(certificates().server("name", ", ca_file: \"" + ca + "\", verify: true"));
    const auto url = server.url("tls", "localhost");
    CHECK(outcome(url, ca, [](auto& options) {
              options.tls_cert = certificates().path("client.pem");
              options.tls_key = certificates().path("client.key");
          }).empty());
    CHECK(outcome(url, ca) == "cannot connect to " + url +
                                  ": the server closed the connection before it accepted this client; does it demand a "
                                  "client's certificate?");
}

// From the documentation of NATS ("NKeys").
constexpr auto seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
constexpr auto public_key = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

TEST_CASE("an nkey signs in, and a key that the server does not know is refused") {
    const unit::Directory directory;
    const auto file = unit::write_file(directory.path / "user.nk", std::string(seed) + "\n");
    const auto config = [](const std::string& key) {
        return std::string(unit::NatsServer::jetstream) + "authorization { users = [{nkey: " + key + "}] }\n";
    };
    unit::NatsServer server(config(public_key));
    LinkFixture link(server.url());
    link.options.nkey_file = file;
    link.start_ready();
    CHECK(link.publish(LinkFixture::message("a"), 0).has_value());

    server.kill();
    server.start(config("UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK"));
    const auto refused = "cannot connect to " + server.url() + ": the server refuses the credentials";
    CHECK(link.until([&] { return link.link->status().problem.starts_with(refused); }));
    server.kill();
    server.start(config(public_key));
    link.wait_ready();

    std::filesystem::permissions(file, std::filesystem::perms(0640));
    server.kill();
    CHECK(link.until([&] {
        return link.link->status().problem ==
               "its group or others may read or write " + file + ", which has a secret: chmod 600 " + file;
    }));
    CHECK(link.log.size() == 1);
}

TEST_CASE("a credentials file signs in, and one of another account is refused") {
    const unit::Directory directory;
    const unit::NatsServer server(unit::NatsServer::jetstream + unit::operator_config);
    const auto sign_in = [&](const std::string& text) {
        const auto file = unit::write_file(directory.path / "user.creds", text);
        return outcome(server.url(), "", [&](auto& options) { options.credentials_file = file; });
    };
    CHECK(sign_in(unit::credentials(unit::user_jwt)).empty());
    CHECK(sign_in(unit::credentials(unit::foreign_jwt))
              .starts_with("cannot connect to " + server.url() + ": the server refuses the credentials"));
    const auto broken = sign_in("nothing of the kind");
    CHECK(broken.starts_with("cannot connect to " + server.url() + ": "));
    CHECK(broken.find("nothing of") == std::string::npos);
}

TEST_CASE("keys where the server has no users") {
    const unit::Directory directory;
    const unit::NatsServer server;
    const auto problem =
        "cannot connect to " + server.url() + ": the server has no users with keys, so the nkey cannot be used";
    const auto nkey = unit::write_file(directory.path / "user.nk", std::string(seed) + "\n");
    CHECK(outcome(server.url(), "", [&](auto& options) { options.nkey_file = nkey; }) == problem);
    const auto creds = unit::write_file(directory.path / "user.creds", unit::credentials(unit::user_jwt));
    CHECK(outcome(server.url(), "", [&](auto& options) {
              options.credentials_file = creds;
          }).empty()); // it asks for nothing
}

TEST_CASE("no credentials where the server wants some") {
    const unit::NatsServer server(std::string(unit::NatsServer::jetstream) +
                                  "authorization { users = [{nkey: " + public_key + "}] }\n");
    CHECK(outcome(server.url(), "")
              .starts_with("cannot connect to " + server.url() + ": the server refuses the credentials"));
}

} // namespace tls_test
