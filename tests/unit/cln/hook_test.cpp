#include "cln/hook.hpp"

#include "received.hpp"

namespace hook_test {

using cln::HookedCall;
using cln::read_hooked_call;

namespace {

std::string_view caller(std::string_view id) {
    HookedCall call;
    call.id = id;
    return call.caller();
}

} // namespace

TEST_CASE("a hooked call is read as raw text") {
    const std::string params = R"({ "rpc_command" : { "jsonrpc" : "2.0", "id" : "cli:delpay#22226",
        "method" : "delpay",  "params" : [ "00", "complete" ],

        "filter" : { "payments" : true } } })";
    const auto call = read_hooked_call(params);
    REQUIRE(call.has_value());
    CHECK(call->id == R"("cli:delpay#22226")");
    CHECK(call->method == "delpay");
    CHECK(call->params == R"([ "00", "complete" ])");
    CHECK(call->filter == R"({ "payments" : true })");
}

TEST_CASE("an id may be a number, null or any text") {
    for (const std::string id : {"7", "1.5", "null", R"("weird-id")", R"("with \"quotes\"")"}) {
        const auto params = R"({"rpc_command":{"id":)" + id + R"(,"method":"getinfo","params":{}}})";
        const auto call = read_hooked_call(params);
        REQUIRE(call.has_value());
        CHECK(call->id == id);
        CHECK(call->caller().empty());
    }
}

TEST_CASE("id, params and filter may be missing, the method may not") {
    const auto call = read_hooked_call(R"({"rpc_command":{"method":"getinfo"}})");
    REQUIRE(call.has_value());
    CHECK(call->id.empty());
    CHECK(call->params.empty());
    CHECK(call->filter.empty());
    CHECK(call->caller().empty());
    CHECK_FALSE(read_hooked_call(R"({"rpc_command":{"id":1}})").has_value());
}

TEST_CASE("space is allowed wherever JSON has it") {
    const auto call = read_hooked_call(" {\n \"rpc_command\" : \t{ \"method\" : \"m\" , \"params\" : [ 1 ] } } ");
    REQUIRE(call.has_value());
    CHECK(call->method == "m");
    CHECK(call->params == "[ 1 ]");
    for (const auto* cut : {"{\"rpc_command\"", "{\"rpc_command\":", "{\"rpc_command\" : ", "{\"rpc_command\":{", "{ "})
        CHECK_FALSE_MESSAGE(read_hooked_call(cut).has_value(), cut);
}

TEST_CASE("other members before and after the call are ignored") {
    CHECK(read_hooked_call(R"({"a":{"method":"x"},"rpc_command":{"method":"m"},"b":[]})")->method == "m");
}

TEST_CASE("params without a hooked call are refused") {
    for (const std::string_view params :
         {"", "{}", "[]", "5", "null", R"({"rpc_command":5})", R"({"rpc_command":[]})", R"({"rpc_command":{}})",
          R"({"rpc_command":"delpay"})", R"({"rpc_command":{"method":5}})", R"({"rpc_command":{"method":""}})",
          R"({"rpc_command":{"method":"m",}})", R"({"rpc_command":{"method":"m")", R"({"rpc_command" {"method":"m"}})",
          R"({"other":{"method":"m"}})"})
        CHECK_FALSE_MESSAGE(read_hooked_call(params).has_value(), params);
}

TEST_CASE("a method written with escapes is not recognised") {
    const auto call = read_hooked_call(R"({"rpc_command":{"method":"del\u0070ay"}})");
    REQUIRE(call.has_value());
    CHECK(call->method != "delpay");
}

TEST_CASE("the caller is the last component of the id") {
    CHECK(caller(R"("lab:xpay#77/cln:xpay#140/cln-xpay:injectpaymentonion#8")") == "cln-xpay");
    CHECK(caller(R"("lab:pay#184/cln:pay#313/pay:sendonion#25")") == "pay");
    CHECK(caller(R"("lab:renepay#1457/cln:renepay#11522/cln-renepay:sendonion#7")") == "cln-renepay");
    CHECK(caller(R"("lab:sendpay#1911")") == "lab");
    CHECK(caller(R"("cln:autoclean:delpay#5")") == "cln");
    CHECK(caller(R"("trackpayments:delpay#9")") == "trackpayments");
    CHECK(caller("7").empty());
    CHECK(caller("null").empty());
    CHECK(caller(R"("")").empty());
    CHECK(caller(R"(")").empty());
    CHECK(caller("").empty());
    CHECK(caller(R"("no colon")").empty());
    CHECK(caller(R"("a:b/")").empty());
}

TEST_CASE("the hook's answers have exactly the forms that lightningd accepts") {
    CHECK(received::json(cln::hook_continue()) == received::json(R"({"result":"continue"})"));
    CHECK(cln::hook_return_result(R"({ "payments" : [] })") == R"({"return":{"result":{ "payments" : [] }}})");
    const auto refused = received::json(cln::hook_return_error(-32602, "a \"quote\"\nand \xff"));
    CHECK(refused["return"]["error"]["code"] == -32602);
    CHECK(refused["return"]["error"]["message"] == "a \"quote\"\nand \xef\xbf\xbd");
    CHECK(refused["return"].size() == 1);
    CHECK_FALSE(refused.contains("error"));
}

} // namespace hook_test
