#include "jetstream/options.hpp"

#include "nats_server.hpp"

#include "jetstream/secret_file.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

namespace options_test {

using jetstream::check_options;
using jetstream::Options;
using jetstream::server_url;

TEST_CASE("URLs of servers") {
    const auto same = [](const std::string& text) {
        const auto url = server_url(text);
        return url ? jetstream::write_url(*url) : url.error();
    };
    for (const std::string text : {"nats://127.0.0.1:4222", "tls://nats.example.com:443", "nats://localhost:1",
                                   "tls://[::1]:65535", "tls://a-b_c:9"})
        CHECK(same(text) == text);
    CHECK(same("nats://host") == "nats://host:4222");
    CHECK(same("tls://host:99/") == "tls://host:99");
    for (const std::string text :
         {"", "host", "host:4222", "http://host:1", "nats://", "nats://:1", "nats://host:", "nats://host:0",
          "nats://host:65536", "nats://host:1x", "nats://host:-1", "nats://ho st:1", "nats://host:1/path",
          "nats://host?x", "nats://[::1", "nats://[x]:1", "nats://[::1]x", "nats://a,nats://b", "nats://h\n:1"})
        CHECK(same(text) ==
              "not the URL of a server: " + text + "; it has the form nats://HOST:PORT or tls://HOST:PORT");
}

TEST_CASE("a URL with a secret is refused, and not shown") {
    for (const std::string text :
         {"nats://user:hunter2@host:4222", "tls://hunter2@host", "hunter2@", "nats://host:1@hunter2"}) {
        const auto url = server_url(text);
        REQUIRE_FALSE(url.has_value());
        CHECK(url.error().find("hunter2") == std::string::npos);
        CHECK(url.error().find("credentials file or an nkey") != std::string::npos);
    }
}

TEST_CASE("loopback") {
    for (const std::string host : {"localhost", "127.0.0.1", "127.255.255.255", "::1"})
        CHECK(jetstream::is_loopback(host));
    for (const std::string host :
         {"128.0.0.1", "0.0.0.0", "10.127.0.1", "localhost.example.com", "127.0.0.1.example.com", "::", "::2", "127.1"})
        CHECK_FALSE(jetstream::is_loopback(host));
}

std::string check(const Options& options) {
    const auto urls = check_options(options);
    return urls ? "" : urls.error();
}

std::string others_may(const std::string& path) {
    return "its group or others may read or write " + path + ", which has a secret: chmod 600 " + path;
}

Options to(const std::string& url) {
    Options options;
    options.urls = {url};
    options.stream = {.name = "LIGHTNING", .subject = "lightning.*.payment.>"};
    return options;
}

TEST_CASE("outside loopback, TLS and credentials are needed") {
    const unit::Directory directory;
    const auto secret = unit::write_file(directory.path / "user.nk", "seed");
    auto options = to("nats://10.0.0.1:4222");
    CHECK(check(options) == "nats://10.0.0.1:4222 is not on this machine: use tls:// for it, or the option "
                            "trackpayments-nats-insecure");
    options.urls = {"tls://10.0.0.1:4222"};
    CHECK(check(options) == "tls://10.0.0.1:4222 is not on this machine: it needs credentials (a credentials file, an "
                            "nkey or a client's certificate), or the option trackpayments-nats-insecure");
    options.nkey_file = secret;
    CHECK(check(options).empty());
    options.urls = {"nats://localhost:1", "tls://10.0.0.1:4222", "nats://10.0.0.2:4222"}; // each
    CHECK(check(options).starts_with("nats://10.0.0.2:4222 is not on this machine"));
    options.insecure = true;
    CHECK(check(options).empty());
    options.nkey_file.clear();
    CHECK(check(options).empty());
    CHECK(check(to("nats://127.0.0.1:4222")).empty());
}

TEST_CASE("files must exist, and belong together") {
    const unit::Directory directory;
    const auto secret = unit::write_file(directory.path / "secret", "x");
    const auto open = unit::write_file(directory.path / "open", "x", 0644);
    const auto with = [&](std::string Options::*file, const std::string& path) {
        auto options = to("nats://localhost:1");
        options.*file = path;
        return check(options);
    };
    const auto missing = (directory.path / "missing").string();
    for (const auto file : {&Options::credentials_file, &Options::nkey_file}) {
        CHECK(with(file, secret).empty());
        CHECK(with(file, open) == others_may(open));
        CHECK(with(file, missing) == "cannot read " + missing + ": No such file or directory");
    }
    CHECK(with(&Options::tls_ca, open).empty());
    CHECK(with(&Options::tls_ca, missing) == "cannot read " + missing + ": No such file or directory");
    CHECK(with(&Options::tls_cert, open).find("one of them is missing") != std::string::npos);
    CHECK(with(&Options::tls_key, secret).find("one of them is missing") != std::string::npos);
    auto both = to("nats://localhost:1");
    both.tls_cert = open;
    both.tls_key = secret;
    CHECK(check(both).empty());
    both.tls_key = open;
    CHECK(check(both) == others_may(open));
    both.tls_key = secret;
    both.credentials_file = both.nkey_file = secret;
    CHECK(check(both).find("only one can be used") != std::string::npos);
}

TEST_CASE("what no file can mend is known without the files") {
    const auto settings = [](const Options& options) {
        const auto urls = jetstream::check_settings(options);
        return urls ? "" : urls.error();
    };
    auto options = to("tls://10.0.0.1:4222");
    options.tls_ca = options.tls_cert = options.tls_key = "/nonexistent";
    CHECK(settings(options).empty());
    CHECK(check(options).starts_with("cannot read /nonexistent: "));
    const auto wrong = [&](auto change) {
        auto changed = options;
        change(changed);
        CHECK(check(changed) == settings(changed));
        return settings(changed);
    };
    CHECK(wrong([](auto& changed) { changed.urls.clear(); }) == "there is no URL of a server");
    CHECK(wrong([](auto& changed) { changed.urls = {"x"}; }).starts_with("not the URL of a server: x"));
    CHECK(wrong([](auto& changed) { changed.urls = {"nats://10.0.0.1:4222"}; }).find("use tls://") !=
          std::string::npos);
    CHECK(wrong([](auto& changed) { changed.tls_key.clear(); }).find("one of them is missing") != std::string::npos);
    CHECK(wrong([](auto& changed) { changed.tls_cert = changed.tls_key = ""; }).find("it needs credentials") !=
          std::string::npos);
    CHECK(wrong([](auto& changed) {
              changed.nkey_file = changed.credentials_file = "/none";
          }).find("only one can be used") != std::string::npos);
    CHECK(wrong([](auto& changed) { changed.stream.max_age_s = 10'000'000'000; }) ==
          "the limits of the stream are too large");
}

TEST_CASE("the stream that is wished for") {
    CHECK(check_options({}).error() == "there is no URL of a server");
    const auto with = [](const jetstream::StreamWish& wish) {
        auto options = to("nats://localhost:1");
        options.stream = wish;
        return check(options);
    };
    for (const std::string name : {"", "a.b", "a*", ">", "a b", "a/b", "..", "a\n"})
        CHECK_FALSE(with({.name = name, .subject = "a"}).empty());
    CHECK_FALSE(with({.name = std::string(256, 'a'), .subject = "a"}).empty());
    for (const unsigned replicas : {0U, 2U, 4U, 7U})
        CHECK_FALSE(with({.name = "A", .subject = "a", .replicas = replicas}).empty());
    CHECK(with({.name = "A-b_9", .subject = "a", .replicas = 5}).empty());
    CHECK_FALSE(with({.name = "A", .subject = "a", .max_age_s = 10'000'000'000}).empty());
    CHECK_FALSE(with({.name = "A", .subject = "a", .max_bytes = 1ULL << 63U}).empty());
    CHECK(with({.name = "A", .subject = "a", .max_age_s = 9'000'000'000, .max_bytes = 1ULL << 62U}).empty());
}

TEST_CASE("a file with a secret is read only if it is private") {
    const unit::Directory directory;
    const auto file = unit::write_file(directory.path / "secret", "hunter2\n");
    CHECK(jetstream::load_secret(file) == "hunter2\n");
    for (const unsigned mode : {0640U, 0620U, 0610U, 0604U, 0602U, 0601U, 0644U}) {
        std::filesystem::permissions(file, static_cast<std::filesystem::perms>(mode));
        CHECK(jetstream::load_secret(file).error() == others_may(file));
    }
    CHECK(jetstream::load_secret(directory.path).error().ends_with(": it is not a file"));
    const auto pipe = (directory.path / "pipe").string();
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(jetstream::load_secret(pipe).error().ends_with(": it is not a file")); // and nobody waits for a writer
    const auto large = unit::write_file(directory.path / "large", std::string(70'000, 'x'));
    CHECK(jetstream::load_secret(large).error().ends_with(": it is larger than 64 kB"));
}

} // namespace options_test
