// A sink between a reader, whose tracker is played by the test, and a stream that is kept in this process.
#pragma once

#include "../consumer/reader_fixture.hpp"
#include "fake_stream.hpp"
#include "sink/sink.hpp"

namespace unit {

/// One attempt: state I, S or F, as in the header Trackpayments-Attempts; `F15` has a failure code, a final `r` a
/// route.
inline std::string attempt_text(unsigned id, std::string_view state) {
    const bool route = state.ends_with('r');
    const auto name = state.starts_with('S') ? "SUCCEEDED" : state.starts_with('I') ? "IN_FLIGHT" : "FAILED";
    const auto failure = state.starts_with("F15") ? R"({"code":"TEMPORARY_CHANNEL_FAILURE","failure_source_index":1})"
                         : state.starts_with('F') ? R"({"code":"UNREADABLE_FAILURE","failure_source_index":0})"
                                                  : "null";
    return R"({"attempt_id":")" + std::to_string(id) + R"(","status":")" + name + R"(","route":{"hops":[)" +
           (route ? R"({"chan_id":"1","custom_records":{}})" : "") + R"(]},"failure":)" + failure +
           R"(,"preimage":""})";
}

/// A payment with attempts.
inline std::string paid_text(unsigned index, std::string_view status, std::initializer_list<std::string> attempts,
                             char digit = 'a', std::string_view created = "1600000000") {
    std::string text = R"({"payment_hash":")" + hash_text(digit) + R"(","creation_date":")" + std::string(created) +
                       R"(","fee":"0","payment_preimage":"","value_msat":"7","payment_request":"","status":")" +
                       std::string(status) + R"(","fee_msat":"0","htlcs":[)";
    for (const auto& attempt : attempts)
        text.append(text.back() == '[' ? "" : ",").append(attempt);
    return text + R"(],"payment_index":")" + std::to_string(index) +
           R"(","failure_reason":"FAILURE_REASON_NONE","first_hop_custom_records":{}})";
}

struct SinkFixture : ReaderFixture {
    FakeStream stream;
    std::vector<std::string> sink_log;
    sink::Sink sink;

    SinkFixture() : sink(loop, stream, [this](base::LogLevel, const std::string& text) { sink_log.push_back(text); }) {
        reader.emplace(
            loop, client, [this](base::LogLevel, const std::string& text) { log.push_back(text); }, sink, short_pauses);
        sink.use(*reader);
        stream.listener = &sink;
    }

    static std::string node_id() { return "02" + std::string(64, '1'); }
    static std::string subject(unsigned index, char digit = 'a') {
        return "lightning." + node_id() + ".payment." + hash_text(digit) + "." + std::to_string(index);
    }
    void begin(bool from_beginning = false) { sink.begin({node_id(), false, false}, from_beginning); }
    /// From nothing to a sink that publishes what the tracker does, from cursor n.r.0.0 on.
    void publish_on() {
        begin();
        connect();
        answer(call("{}"), answer_text({}, "n.r.0.0"));
        REQUIRE(until(loop, [&] { return reader->following(); }));
        stream.connect();
        stream.serve();
    }
    /// What the stream has of a payment: status, attempts and cursor of each message.
    std::vector<std::string> stored(unsigned index, char digit = 'a') {
        std::vector<std::string> all;
        for (const auto& one : stream.of(subject(index, digit)))
            all.push_back((one.message.subject.ends_with(".deleted")
                               ? one.message.body
                               : FakeStream::header(one.message, sink::header::status) + " " +
                                     FakeStream::header(one.message, sink::header::attempts)) +
                          " at " + FakeStream::header(one.message, sink::header::cursor));
        return all;
    }
    void serve() {
        stream.serve();
        settle(loop);
        stream.serve();
    }
};

} // namespace unit
