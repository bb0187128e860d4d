// A link with little patience, what it logs and what its listener hears.
#pragma once

#include "nats_server.hpp"
#include "until.hpp"

#include "jetstream/link.hpp"

namespace unit {

inline constexpr const char* subject = "lightning.n.payment.h.1";

struct LinkFixture final : jetstream::Listener {
    io::Loop loop;
    std::vector<std::string> log;
    std::vector<std::string> events; // ready, lost
    std::unique_ptr<jetstream::Link> link;
    jetstream::Options options;

    explicit LinkFixture(const std::string& url, jetstream::Pace pace = quick()) {
        link = std::make_unique<jetstream::Link>(
            loop, [this](base::LogLevel, const std::string& line) { log.push_back(line); }, *this, pace);
        options.urls = {url};
        options.client_name = "unit";
        options.stream.name = "LIGHTNING";
        options.stream.subject = "lightning.*.payment.>";
    }

    static jetstream::Pace quick() {
        using namespace std::chrono_literals;
        return {.first_pause = 20ms, .longest_pause = 40ms};
    }

    void ready() override { events.push_back("ready"); }
    void lost() override { events.push_back("lost"); }

    [[nodiscard]] bool until(const std::function<bool()>& done) { return unit::until(loop, done); }

    void start() {
        const auto started = link->start(options);
        REQUIRE_MESSAGE(started.has_value(), started.error());
    }
    void start_ready() {
        start();
        REQUIRE(until([&] { return link->status().connected || !link->status().problem.empty(); }));
        REQUIRE_MESSAGE(link->status().connected, link->status().problem);
    }
    /// Until it works again.
    void wait_ready() {
        REQUIRE(until([&] { return link->status().connected; }));
    }
    /// Why it does not.
    std::string problem() {
        REQUIRE(until([&] { return !link->status().problem.empty(); }));
        return link->status().problem;
    }

    static jetstream::Message message(const std::string& body, const std::string& to = subject,
                                      const std::string& id = "") {
        jetstream::Message made{to, {}, body};
        if (!id.empty())
            made.headers.push_back({"Nats-Msg-Id", id});
        return made;
    }

    tl::expected<jetstream::Ack, jetstream::PublishError> publish(jetstream::Message sent,
                                                                  std::optional<std::uint64_t> after) {
        std::optional<tl::expected<jetstream::Ack, jetstream::PublishError>> answer;
        link->publish(std::move(sent), after, [&](const auto& result) { answer = result; });
        CHECK_FALSE(answer);
        REQUIRE(until([&] { return answer.has_value(); }));
        return *answer;
    }
    tl::expected<std::optional<jetstream::StoredMessage>, std::string> last(const std::string& of = subject) {
        std::optional<tl::expected<std::optional<jetstream::StoredMessage>, std::string>> answer;
        link->last(of, [&](const auto& result) { answer = result; });
        CHECK_FALSE(answer);
        REQUIRE(until([&] { return answer.has_value(); }));
        return *answer;
    }
    void stop() {
        bool stopped = false;
        link->stop([&] { stopped = true; });
        CHECK_FALSE(stopped);
        REQUIRE(until([&] { return stopped; }));
    }
};

} // namespace unit
