#include "consumer/decode.hpp"

#include "payment_text.hpp"

#include <doctest/doctest.h>

namespace decode_test {

using consumer::decode_answer;
using consumer::decode_update;
using consumer::Status;
using unit::params_text;
using unit::payment_text;

namespace {

std::string refusal(const std::string& payment) {
    const auto update = decode_update(params_text(payment, "n.r.1.2"));
    REQUIRE_FALSE(update.has_value());
    const auto answer = decode_answer(unit::answer_text({payment_text(1, "FAILED"), payment}, "n.r.1.2"));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error() == update.error());
    return update.error();
}

std::string changed(std::string_view from, std::string_view to) {
    auto text = payment_text(7, "IN_FLIGHT");
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("a message is a payment, byte for byte, and a cursor") {
    const auto text = payment_text(7, "IN_FLIGHT");
    for (const auto& params : {params_text(text, "n.r.1.2"), unit::wrapped(params_text(text, "n.r.1.2"))}) {
        const auto update = decode_update(params);
        REQUIRE(update.has_value());
        CHECK(update->payment->json == text);
        CHECK(update->payment->payment_index == 7);
        CHECK(update->payment->payment_hash.hex() == unit::hash_text());
        CHECK(update->payment->status == Status::in_flight);
        CHECK(*update->cursor == "n.r.1.2");
    }
}

TEST_CASE("the status is that of the payment, not of its attempts") {
    CHECK((*decode_update(params_text(payment_text(1, "SUCCEEDED"), "c"))).payment->status == Status::succeeded);
    CHECK((*decode_update(params_text(payment_text(1, "FAILED"), "c"))).payment->status == Status::failed);
}

TEST_CASE("an answer is its payments in their order, a cursor, and perhaps more") {
    const auto one = payment_text(1, "FAILED");
    const auto two = payment_text(18, "SUCCEEDED", "2", 'b');
    const auto answer = decode_answer(unit::answer_text({one, two}, "n.r.1.2.3", true));
    REQUIRE(answer.has_value());
    REQUIRE(answer->payments.size() == 2);
    CHECK(answer->payments[0]->json == one);
    CHECK(answer->payments[1]->json == two);
    CHECK(answer->payments[1]->payment_hash.hex() == unit::hash_text('b'));
    CHECK(*answer->cursor == "n.r.1.2.3");
    CHECK(answer->more);
    CHECK(decode_answer(R"( { "cursor" : "c" , "payments" : [ ] } )").value().payments.empty());
    CHECK_FALSE(decode_answer(R"({"payments":[],"cursor":"c","more":false})").value().more);
    CHECK(answer->complete);
    CHECK(decode_answer(R"({"payments":[],"cursor":"c","complete":true})").value().complete);
    CHECK_FALSE(decode_answer(R"({"payments":[],"cursor":"c","complete":false})").value().complete);
    CHECK(decode_answer("{\"payments\":[\n" + one + "\n,\n " + two + " ],\"cursor\":\"c\"}").value().payments.size() ==
          2);
}

TEST_CASE("an answer says when the tracker leaves out the topic of snapshots") {
    const auto live = [](std::string_view topics) {
        const auto answer =
            decode_answer(R"({"payments":[],"cursor":"c","unpublished_topics":)" + std::string(topics) + "}");
        REQUIRE(answer.has_value());
        return answer->live;
    };
    CHECK(decode_answer(R"({"payments":[],"cursor":"c"})")->live);
    CHECK(live(R"(["trackpayments_final","trackpayments_deleted"])"));
    CHECK_FALSE(live(R"(["trackpayments"])"));
    CHECK_FALSE(live(R"(["trackpayments_final", "trackpayments"])"));
}

TEST_CASE("a payment needs its index, hash and status, each in its form") {
    CHECK(refusal("5") == "payment: not an object");
    CHECK(refusal("null") == "payment: not an object");
    CHECK(refusal(changed(R"("fee":"1")", "\"fee\":\n\"1\"")) == "payment: control characters");
    CHECK(refusal(changed(R"(:"IN_FLIGHT")", R"("IN_FLIGHT")")) == "payment: malformed");
    for (const auto* index : {"7", "\"\"", "\"-7\"", "\"07\"", "\"7 \"", "\"18446744073709551616\"", "null", "[\"7\"]"})
        CHECK(refusal(changed(R"("7")", index)) == "payment_index: missing, or no decimal text");
    CHECK(refusal(changed("payment_index", "index")) == "payment_index: missing, or no decimal text");
    CHECK(refusal(changed("aa", "a")) == "payment_hash: missing, or not 32 bytes of hex");
    CHECK(refusal(changed("aa", "xx")) == "payment_hash: missing, or not 32 bytes of hex");
    CHECK(refusal(changed("payment_hash", "hash")) == "payment_hash: missing, or not 32 bytes of hex");
    CHECK(refusal(changed("IN_FLIGHT", "INITIATED")) == "status: missing or unknown");
    CHECK(refusal(changed("IN_FLIGHT", "")) == "status: missing or unknown");
    CHECK(decode_update(params_text(changed(R"("7")", R"("18446744073709551615")"), "c"))
              .value()
              .payment->payment_index == UINT64_MAX);
}

TEST_CASE("a cursor is printable text without quotes, so that it can be a header or a parameter") {
    const auto text = payment_text(7, "FAILED");
    const auto valid = [&](std::string_view cursor) {
        const bool in_message = decode_update(params_text(text, cursor)).has_value();
        CHECK(in_message == decode_answer(unit::answer_text({}, cursor)).has_value());
        return in_message;
    };
    CHECK(valid("n.r.1.2"));
    CHECK(valid(std::string(255, 'x')));
    for (const std::string bad : {"", "a b", "a\nb", "a\\n", "\xc3\xa9", "\x7f"})
        CHECK_FALSE(valid(bad));
    CHECK_FALSE(valid(std::string(256, 'x')));
    for (const auto* none : {R"({"trackpayments":{}})", R"({"cursor":5,"trackpayments":{}})", "{}", "[]", "5", "", "{"})
        CHECK(decode_update(none).error() == "cursor: missing or malformed");
}

TEST_CASE("an answer that is none is refused with the place") {
    for (const auto* text : {"[]", "5", "", "{", R"({"cursor":"c",})"})
        CHECK(decode_answer(text).error() == "not an object");
    CHECK(decode_answer(R"({"payments":[]})").error() == "cursor: missing or malformed");
    for (const auto* payments : {"{}", "null", "\"\""})
        CHECK(decode_answer(R"({"cursor":"c","payments":)" + std::string(payments) + "}").error() ==
              "payments: missing, or no array");
    CHECK(decode_answer(R"({"cursor":"c"})").error() == "payments: missing, or no array");
    const auto one = payment_text(1, "FAILED");
    for (const auto& list : {one + one, one + ",", "," + one, one + ":" + one})
        CHECK_FALSE(decode_answer(R"({"cursor":"c","payments":[)" + list + "]}").has_value());
}

TEST_CASE("the tracker is known by its name or its command") {
    using consumer::is_tracker;
    CHECK(is_tracker("plugin_started", R"({"plugin_started":{"plugin_name":"trackpayments","methods":[]}})"));
    CHECK(
        is_tracker("plugin_stopped", R"({"plugin_stopped":{"plugin_name":"x","methods":["delpay","trackpayments"]}})"));
    CHECK_FALSE(is_tracker("plugin_started", R"({"plugin_stopped":{"plugin_name":"trackpayments"}})"));
    CHECK_FALSE(is_tracker("plugin_started", R"({"plugin_started":{"plugin_name":"trackpayments-lnd",)"
                                             R"("methods":["trackpayments-lnd"]}})"));
    for (const auto* odd : {"", "[]", "{", R"({"plugin_started":5})", R"({"plugin_started":{"methods":[5}}})"})
        CHECK_FALSE(is_tracker("plugin_started", odd));
}

TEST_CASE("the run is the second field of a cursor") {
    CHECK(consumer::run_of("035fdd0c.28de4997.1.0") == "28de4997");
    CHECK(consumer::run_of("035fdd0c.28de4997") == "28de4997");
    CHECK(consumer::run_of("a..b").empty());
    CHECK(consumer::run_of("035fdd0c").empty());
    CHECK(consumer::run_of("").empty());
}

} // namespace decode_test
