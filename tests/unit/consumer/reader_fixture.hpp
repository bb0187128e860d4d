// A reader on a fake lightningd whose answers the test gives, and all that its listener gets.
#pragma once

#include "consumer/reader.hpp"
#include "fake_lightningd.hpp"
#include "payment_text.hpp"
#include "until.hpp"

#include <optional>

#include <doctest/doctest.h>

namespace unit {

struct ReaderFixture : consumer::Listener {
    static constexpr consumer::Pauses short_pauses{std::chrono::milliseconds(1), std::chrono::milliseconds(4),
                                                   std::chrono::hours(1)};

    io::Loop loop;
    FakeLightningd node{loop};
    std::vector<std::string> log;
    std::vector<std::string> events; ///< what the listener got, one line each
    std::string destroy_at;          ///< the listener destroys the reader with this event
    rpc::Client client{loop, "consumer", "tag", [](base::LogLevel, const std::string&) {}};
    std::optional<consumer::Reader> reader;

    explicit ReaderFixture(consumer::Pauses pauses = short_pauses) {
        reader.emplace(
            loop, client, [this](base::LogLevel, const std::string& text) { log.push_back(text); }, *this, pauses);
    }
    void connect() {
        client.start(
            node.path(), [this] { reader->connected(); }, [this] { reader->disconnected(); });
    }

    void updated(const consumer::Update& update) override {
        const auto& payment = *update.payment;
        const auto mark = payment.json.find("\"fee\":\"") + 7;
        event(std::to_string(payment.payment_index) + " " + status_name(payment.status) + " " +
              payment.json.substr(mark, payment.json.find('"', mark) - mark) + " at " + *update.cursor);
    }
    void replaced() override { event("replaced: " + table()); }
    void state_changed(consumer::State state) override {
        CHECK(state == reader->state());
        event(state == consumer::State::active ? "active" : "away");
    }

    /// The next call, which must have these params.
    Call call(const std::string& params) {
        REQUIRE(until(loop, [&] { return !node.calls.empty(); }));
        const auto call = node.calls.front();
        node.calls.pop_front();
        CHECK(call.method == "trackpayments");
        CHECK(call.params == params);
        return call;
    }
    Call call_since(const std::string& cursor) { return call(R"({"since":")" + cursor + R"("})"); }
    void answer(const Call& call, const std::string& result) {
        node.answer(call, result);
        answered();
    }
    void refuse(const Call& call, int code, const std::string& message) {
        node.refuse(call, {code, message});
        answered();
    }
    void answered() {
        const auto open = client.in_flight();
        CHECK(until(loop, [&] { return client.in_flight() < open || !node.calls.empty(); }));
    }
    /// From nothing to a reader that follows the stream, from cursor n.r.0.0 on.
    void follow(std::initializer_list<std::string> payments = {}) {
        connect();
        answer(call("{}"), answer_text(payments, "n.r.0.0"));
        REQUIRE(until(loop, [&] { return reader->state() == consumer::State::active; }));
        events.clear();
    }
    void live(std::string_view payment, std::string_view cursor) {
        send("trackpayments", params_text(payment, cursor));
    }
    void send(std::string_view topic, std::string_view params) {
        rpc::Message message;
        message.method = topic;
        message.params = params;
        reader->notification(message);
    }
    void tracker(std::string_view topic) {
        send(topic, R"({")" + std::string(topic) + R"(":{"plugin_name":"trackpayments","methods":["trackpayments"]}})");
    }

    /// The events so far, and forgets them.
    std::vector<std::string> take() { return std::exchange(events, {}); }
    bool has(const std::string& event) const { return std::find(events.begin(), events.end(), event) != events.end(); }
    [[nodiscard]] std::string table() const {
        std::string indexes;
        for (const auto& [index, payment] : reader->in_flight())
            indexes += (indexes.empty() ? "" : " ") + std::to_string(index);
        return indexes;
    }
    [[nodiscard]] std::string cursor() const { return reader->cursor() ? *reader->cursor() : "none"; }

  private:
    static const char* status_name(consumer::Status status) {
        switch (status) {
        case consumer::Status::in_flight:
            return "IN_FLIGHT";
        case consumer::Status::succeeded:
            return "SUCCEEDED";
        case consumer::Status::failed:
            return "FAILED";
        }
        return "";
    }
    void event(std::string text) {
        events.push_back(std::move(text));
        if (events.back() == destroy_at)
            reader.reset();
    }
};

using Events = std::vector<std::string>;

} // namespace unit
