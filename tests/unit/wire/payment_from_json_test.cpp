// A Payment from its JSON, however that is written. Whole payments are compared with LND's own protos in tests/proto.
#include "wire/payment_from_json.hpp"

#include <doctest/doctest.h>

namespace payment_from_json_test {

using namespace std::string_literals;

TEST_CASE("a payment is the same whether its text is read in one pass or needs a tree") {
    const auto bytes = "\x0a\x02"s + "ab" + "\x10\x96\x01\x50\x02\x78\x01";
    CHECK(wire::payment_from_json(R"({"payment_hash":"ab","value":"150","status":"SUCCEEDED","payment_index":"1"})") ==
          bytes);
    CHECK(wire::payment_from_json(
              R"({ "value":"150", "payment_index":"1","status":"SUCCEEDED","payment_hash":"\u0061b"})") == bytes);
    CHECK(wire::payment_from_json("{}") == std::string());
}

TEST_CASE("what is no payment gives nothing") {
    for (const auto* text : {"", "[]", "{", R"({"value":5})", R"({"payment_hash":"ab","status":"DONE"})",
                             R"({"payment_hash":"ab","status":"SUCCEEDED"} x)"})
        CHECK_MESSAGE(!wire::payment_from_json(text).has_value(), text);
}

} // namespace payment_from_json_test
