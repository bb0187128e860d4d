// The error texts are those of a recorded lightningd (tests/transcripts/delpay_variants.jsonl) and of its
// common/json_param.c.
#include "cln/command_params.hpp"

#include <array>

#include <doctest/doctest.h>

namespace command_params_test {

using cln::Args;
using json::Tree;

namespace {

constexpr std::array<cln::Param, 4> delpay{{{"payment_hash", true}, {"status", true}, {"partid"}, {"groupid"}}};
const std::string hash = "92782619eda1add0f7aa6bcc9535e1ee8de2630fb4714885b2b2a88de4e8f61a";

std::string refusal(const Tree& params) {
    const auto args = Args::bind(params, delpay);
    REQUIRE_FALSE(args.has_value());
    CHECK(args.error().code == -32602);
    return args.error().message;
}

template <class T>
std::string refusal(const tl::expected<T, rpc::Error>& read) {
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == -32602);
    return read.error().message;
}

} // namespace

TEST_CASE("named and positional parameters give the same values") {
    const Tree named{{"status", "failed"}, {"payment_hash", hash}, {"groupid", 7}};
    const Tree positional{hash, "failed", nullptr, 7};
    for (const auto* params : {&named, &positional}) {
        const auto args = Args::bind(*params, delpay);
        REQUIRE(args.has_value());
        CHECK(*args->find("payment_hash") == hash);
        CHECK(*args->find("status") == "failed");
        CHECK(args->find("partid") == nullptr);
        CHECK(*args->find("groupid") == 7);
    }
}

TEST_CASE("the error names the first missing required parameter") {
    const std::string no_hash = "missing required parameter: payment_hash";
    const std::string no_status = "missing required parameter: status";
    CHECK(refusal(Tree::object()) == no_hash);
    CHECK(refusal(Tree::array()) == no_hash);
    CHECK(refusal(Tree()) == no_hash);
    CHECK(refusal({{"status", "complete"}}) == no_hash);
    CHECK(refusal({{"payment_hash", hash}}) == no_status);
    CHECK(refusal(Tree::array({hash})) == no_status);
}

TEST_CASE("a null parameter counts as not given") {
    CHECK(refusal({{"payment_hash", nullptr}, {"status", "complete"}}) == "missing required parameter: payment_hash");
    CHECK(refusal(Tree::array({hash, nullptr})) == "missing required parameter: status");
    const auto args = Args::bind({{"payment_hash", hash}, {"status", "x"}, {"partid", nullptr}}, delpay);
    REQUIRE(args.has_value());
    CHECK(args->find("partid") == nullptr);
}

TEST_CASE("an unknown parameter is refused with lightningd's error text") {
    CHECK(
        refusal({{"payment_hash", hash}, {"status", "complete"}, {"foo", 1}}) ==
        "unknown parameter: foo, this may be caused by a failure to autodetect key=value-style parameters. Please try "
        "using the -k flag and explicit key=value pairs of parameters.");
}

TEST_CASE("too many positional parameters are refused with their count") {
    CHECK(refusal({hash, "complete", 1, 2, 3}) == "too many parameters: got 5, expected 4");
}

TEST_CASE("params that are neither array nor object are refused") {
    for (const auto& params : {Tree("text"), Tree(5), Tree(true)})
        CHECK(refusal(params) == "Expected array or object for params");
}

TEST_CASE("the usage marks optional parameters") {
    CHECK(cln::usage(delpay) == "payment_hash status [partid] [groupid]");
    CHECK(cln::usage({}).empty());
}

TEST_CASE("a payment hash is read in either case; a bad one is refused with its token") {
    CHECK(cln::read_hash("payment_hash", hash)->hex() == hash);
    CHECK(cln::read_hash("payment_hash", "92782619EDA1ADD0F7AA6BCC9535E1EE8DE2630FB4714885B2B2A88DE4E8F61A")->hex() ==
          hash);
    CHECK(refusal(cln::read_hash("payment_hash", "xyz")) ==
          "payment_hash: should be a 32 byte hex value: invalid token '\"xyz\"'");
    CHECK(refusal(cln::read_hash("payment_hash", "92782619eda1add0f7aa6bcc9535e1ee8de2630fb4714885b2b2a88de4e8f6")) ==
          "payment_hash: should be a 32 byte hex value: invalid token "
          "'\"92782619eda1add0f7aa6bcc9535e1ee8de2630fb4714885b2b2a88de4e8f6\"'");
    CHECK(refusal(cln::read_hash("payment_hash", 1)) ==
          "payment_hash: should be a 32 byte hex value: invalid token '1'");
    for (const auto& value : {Tree(""), Tree(hash + "00"), Tree(Tree::array()), Tree(nullptr), Tree(true)})
        CHECK_FALSE(cln::read_hash("payment_hash", value).has_value());
}

TEST_CASE("an unsigned number is read from a number or a string of digits") {
    CHECK(cln::read_u64("partid", 0u) == 0);
    CHECK(cln::read_u64("partid", "1") == 1);
    CHECK(cln::read_u64("groupid", 8912158845556297834ULL) == 8912158845556297834ULL);
    CHECK(cln::read_u64("groupid", "18446744073709551615") == UINT64_MAX);
    CHECK(cln::read_u64("groupid", *json::parse("18446744073709551615")) == UINT64_MAX);
}

TEST_CASE("a value that is no unsigned 64-bit number is refused with its token") {
    CHECK(refusal(cln::read_u64("groupid", "x")) ==
          "groupid: should be an unsigned 64 bit integer: invalid token '\"x\"'");
    CHECK(refusal(cln::read_u64("partid", -1)) == "partid: should be an unsigned 64 bit integer: invalid token '-1'");
    for (const std::string_view text :
         {"-1", "1.0", "1.5", "18446744073709551616", "true", "null", "[]", "{}", "[1]", "\"\"", "\" 1\"", "\"1 \"",
          "\"-1\"", "\"+1\"", "\"1.5\"", "\"18446744073709551616\"", "\"1e3\"", "1e3"})
        CHECK_FALSE_MESSAGE(cln::read_u64("n", *json::parse(text)).has_value(), text);
}

TEST_CASE("read_string accepts strings only") {
    CHECK(cln::read_string("status", "failed") == "failed");
    CHECK(refusal(cln::read_string("status", 5)) == "status: should be a string: invalid token '5'");
}

TEST_CASE("an error with a token that is no UTF-8 is still valid JSON") {
    CHECK(cln::bad_param("status", Tree("a\xff"), "should be good").message ==
          "status: should be good: invalid token '\"a\xef\xbf\xbd\"'");
}

} // namespace command_params_test
