#include "rpc/message.hpp"

#include "json/text.hpp"
#include "rpc/write.hpp"

#include <doctest/doctest.h>

namespace message_test {

using rpc::Message;
using rpc::read_message;
using Kind = Message::Kind;

TEST_CASE("a request has a method and an id") {
    const auto message = read_message(
        R"({ "jsonrpc" : "2.0", "id" : "a/cln:delpay#7", "method" : "delpay", "params" : [ 1, 2 ], "filter" : { "x" : true } })");
    REQUIRE(message.has_value());
    CHECK(message->kind() == Kind::request);
    CHECK(message->id == R"("a/cln:delpay#7")");
    CHECK(message->method == "delpay");
    CHECK(message->params == "[ 1, 2 ]");
    CHECK(message->filter == R"({ "x" : true })");
    CHECK(message->result.empty());
    CHECK(message->error.empty());
}

TEST_CASE("a notification has a method and no id") {
    const auto message = read_message(R"({"jsonrpc":"2.0","method":"shutdown","params":{"shutdown":{}}})");
    REQUIRE(message.has_value());
    CHECK(message->kind() == Kind::notification);
    CHECK(message->id.empty());
    CHECK(message->params == R"({"shutdown":{}})");
}

TEST_CASE("a reply has an id and no method") {
    const auto good = read_message(R"({"jsonrpc":"2.0","id":"x","result":{"a":[]}})");
    REQUIRE(good.has_value());
    CHECK(good->kind() == Kind::reply);
    CHECK(good->result == R"({"a":[]})");
    const auto bad = read_message(R"({"jsonrpc":"2.0","id":5,"error":{"code":-1,"message":"no"}})");
    REQUIRE(bad.has_value());
    CHECK(bad->kind() == Kind::reply);
    CHECK(bad->error == R"({"code":-1,"message":"no"})");
}

TEST_CASE("an id is kept byte for byte") {
    for (const std::string id :
         {R"("plain")", "7", "-0", "1.50", "1e3", "18446744073709551616", "null", R"("")", R"("a\u0041\/\"")", R"("é")",
          R"("lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8/cln:rpc_command#144")"}) {
        const auto text = R"({"id":)" + id + R"(,"method":"m","params":{}})";
        const auto message = read_message(text);
        REQUIRE(message.has_value());
        CHECK(message->id == id);
        CHECK(message->kind() == Kind::request);
        const auto reply = rpc::result(message->id, "{}");
        const auto again = read_message(reply);
        REQUIRE(again.has_value());
        CHECK(again->id == id);
    }
}

TEST_CASE("of a repeated member the last counts") {
    const auto message = read_message(R"({"id":1,"method":"a","id":2,"method":"b","params":[1],"params":[2]})");
    REQUIRE(message.has_value());
    CHECK(message->id == "2");
    CHECK(message->method == "b");
    CHECK(message->params == "[2]");
}

TEST_CASE("a method must be a plain name") {
    for (const std::string_view method : {R"("a\u0062")", R"("a\"b")", R"("\\")", R"("")", "5", "null", "[]", "{}"}) {
        const auto text = R"({"id":1,"method":)" + std::string(method) + "}";
        const auto message = read_message(text);
        REQUIRE_FALSE(message.has_value());
        CHECK(message.error() == "method: not a plain name");
    }
}

TEST_CASE("a member name with escapes is not recognised") {
    const auto message = read_message(R"({"\u0069d":1,"method":"m"})");
    REQUIRE(message.has_value());
    CHECK(message->kind() == Kind::notification);
}

TEST_CASE("members inside params are not taken for the message's own") {
    const auto message = read_message(R"({"method":"n","params":{"id":5,"method":"inner","result":1},"x":{"id":6}})");
    REQUIRE(message.has_value());
    CHECK(message->method == "n");
    CHECK(message->kind() == Kind::notification);
    CHECK(message->result.empty());
}

TEST_CASE("a value whose end the framer found is not scanned again") {
    const std::string text = R"({"method":"n","params":{"id":5},"id":[1]})";
    const auto at = text.find("{\"id\"");
    const std::string_view inner = std::string_view(text).substr(at, 8);
    CHECK(read_message(text, inner).error() == read_message(text).error());
    const std::string one = R"({"method":"n","params":{"id":5},"id":1})";
    const auto message = read_message(one, std::string_view(one).substr(at, 8));
    REQUIRE(message.has_value());
    CHECK(message->params == R"({"id":5})");
    CHECK(message->id == "1");
    const std::string elsewhere = R"({"id":5})"; // part of another message
    CHECK(read_message(one, elsewhere)->params == R"({"id":5})");
}

TEST_CASE("a text that is no message is refused without quoting it") {
    CHECK(read_message("{}").error() == "neither method nor id");
    CHECK(read_message(R"({"jsonrpc":"2.0","result":{"secret":1}})").error() == "neither method nor id");
    CHECK(read_message(R"({"secret":1,})").error() == "not a JSON object");
    CHECK(read_message(R"({"secret"})").error() == "not a JSON object");
}

TEST_CASE("an id that would make our reply invalid JSON is refused") {
    for (const char* id : {"a{", "a[", "a]", "{}", "[1]", "1\""})
        CHECK(read_message(R"({"method":"init","id":)" + std::string(id) + "}").has_value() == false);
    CHECK(read_message(R"({"id":a{,"method":"init"}})").error() == "id: neither a string nor a number");
    for (const char* id : {"7", "-1.5e3", "null", "\"cln:init#1\""})
        CHECK(read_message(R"({"method":"init","id":)" + std::string(id) + "}")->id == id);
}

TEST_CASE("of a cut message the members before the cut are read") {
    using rpc::read_head;
    const std::string hook = R"({"jsonrpc":"2.0","id":"cli:xpay#1","method":"rpc_command","params":{"a":[[[)";
    CHECK(read_head(hook).id == R"("cli:xpay#1")");
    CHECK(read_head(hook).method == "rpc_command");
    CHECK(read_head(hook).kind() == Kind::request);
    CHECK(read_head(hook).params.empty());
    CHECK(read_head(R"({"id":12)").id.empty()); // the number may go on
    CHECK(read_head(R"({"id":[1],"method":"x","a")").method.empty());
    for (const char* none : {"", "{", R"({"id)", R"({"id":)", R"({"id":"a)"})
        CHECK(read_head(none).kind() == Kind::reply);
}

TEST_CASE("written messages are valid JSON and end in a blank line; an error has code and message") {
    const std::vector<std::string> all{
        rpc::request(R"("trackpayments:listsendpays#7")", "listsendpays", R"({"payment_hash":"00"})"),
        rpc::notification("trackpayments", R"({"trackpayments":{}})"),
        rpc::result(R"("x\u0041")", R"([1,"two"])"),
        rpc::error("12", {-32602, "a \"quoted\" \\ line\nwith \x01 and \xff and é"}),
    };
    for (const auto& text : all) {
        CHECK(text.ends_with("\n\n"));
        const auto parsed = json::parse(text);
        REQUIRE(parsed.has_value());
        CHECK((*parsed)["jsonrpc"] == "2.0");
    }
    CHECK(all[0] == "{\"jsonrpc\":\"2.0\",\"id\":\"trackpayments:listsendpays#7\",\"method\":\"listsendpays\","
                    "\"params\":{\"payment_hash\":\"00\"}}\n\n");
    CHECK(read_message(all[0])->kind() == Kind::request);
    CHECK(read_message(all[1])->kind() == Kind::notification);
    CHECK(read_message(all[2])->kind() == Kind::reply);
    CHECK(read_message(all[2])->result == R"([1,"two"])");
    const auto error = *json::parse(read_message(all[3])->error);
    CHECK(error.size() == 2);
    CHECK(error["code"] == -32602);
    CHECK(error["message"] == "a \"quoted\" \\ line\nwith \x01 and \xef\xbf\xbd and é");
}

} // namespace message_test
