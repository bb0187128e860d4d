// Servers that say nothing any more while a client signs in: libnats would wait for them for ever.
#include "certificates.hpp"
#include "link_fixture.hpp"
#include "silent_server.hpp"

namespace silent_test {

using unit::certificates;
using unit::LinkFixture;
using unit::SilentServer;
using Demands = SilentServer::Demands;

jetstream::Pace attempts_of(std::chrono::milliseconds time) {
    auto pace = LinkFixture::quick();
    pace.attempt = time;
    return pace;
}

// It tries again, and then the next server.
void check_broken_off(const SilentServer& silent) {
    LinkFixture link(silent.url(), attempts_of(std::chrono::milliseconds(200)));
    link.options.tls_ca = certificates().path("ca.pem");
    link.start();
    CHECK(link.problem() == "cannot connect to " + silent.url() + ": the server does not answer in time");
    CHECK(link.until([&] { return silent.waiting() > 1; }));
    link.link.reset();

    const unit::NatsServer works;
    LinkFixture other(silent.url(), attempts_of(std::chrono::milliseconds(500)));
    other.options.tls_ca = certificates().path("ca.pem");
    other.options.urls = {silent.url(), works.url()};
    other.start();
    other.wait_ready();
    CHECK(other.link->status().server == works.url());
    CHECK(other.publish(LinkFixture::message("a"), 0).has_value());
}

// Links that would wait for an hour.
void check_end(const SilentServer& silent) {
    for (const bool stop : {true, false}) {
        LinkFixture link(silent.url(), attempts_of(std::chrono::hours(1)));
        link.options.tls_ca = certificates().path("ca.pem");
        const int before = silent.waiting();
        link.start();
        while (silent.waiting() == before) // the loop hears nothing of it
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (stop)
            link.stop();
        link.link.reset();
        CHECK(link.events.empty());
    }
}

TEST_CASE("a server that does not answer the client's first PING") {
    const SilentServer silent(Demands::nothing);
    SUBCASE("is left for the next one") {
        check_broken_off(silent);
    }
    SUBCASE("does not hold up the end") {
        check_end(silent);
    }
}

TEST_CASE("a server that demands TLS and makes no handshake") {
    const SilentServer silent(Demands::tls);
    SUBCASE("is left for the next one") {
        check_broken_off(silent);
    }
    SUBCASE("does not hold up the end") {
        check_end(silent);
    }
}

TEST_CASE("a server that says nothing after the handshake of TLS") {
    const SilentServer silent(Demands::tls, certificates().path("address.pem"), certificates().path("address.key"));
    SUBCASE("is left for the next one") {
        check_broken_off(silent);
    }
    SUBCASE("does not hold up the end") {
        check_end(silent);
    }
}

} // namespace silent_test
