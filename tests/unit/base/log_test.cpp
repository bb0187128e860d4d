#include "base/log.hpp"

#include <doctest/doctest.h>

using base::loggable;
using base::loggable_name;

TEST_CASE("a sentence from outside is logged as it is") {
    CHECK(loggable("").empty());
    CHECK(loggable("Unknown command 'listsendpays'") == "Unknown command 'listsendpays'");
    CHECK(loggable("index: should be a number: invalid token '-1'") == "index: should be a number: invalid token '-1'");
    CHECK(loggable("trackpayments-failed-after") == "trackpayments-failed-after");
    CHECK(loggable("zu früh: später") == "zu früh: später");
}

TEST_CASE("what could be a secret is not logged") {
    const std::string preimage(64, 'a');
    CHECK(loggable(preimage) == "(a long text)");
    CHECK(loggable("bad '" + preimage + "', and " + preimage) == "bad '(a long text)', and (a long text)");
    CHECK(loggable("rune AbCdEf-_123456789AbCdEf-_123456789AbCdEf-_= is not") == "rune (a long text) is not");
    CHECK(loggable("MDEyMzQ1/Njc4OTAxMjM0+TY3ODkwMTIzNDU2Nzg5MDE=.") == "(a long text).");
    CHECK(loggable("lnbcrt1p" + std::string(300, 'q')) == "(a long text)");
    CHECK(loggable(std::string(31, 'B')) == std::string(31, 'B'));
    CHECK(loggable(std::string(32, 'B')) == "(a long text)");
}

TEST_CASE("a text from outside is cut") {
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "part ";
    CHECK(loggable(many) == many.substr(0, 200));
    CHECK(loggable(many.substr(0, 195) + std::string(64, 'a')) == many.substr(0, 195) + "(a lo");
}

TEST_CASE("a long name is left out as a whole, a short one without what could be a secret") {
    CHECK(loggable_name("listsendpays") == "listsendpays");
    CHECK(loggable_name("a b " + std::string(36, 'a')) == "a b (a long text)");
    CHECK(loggable_name("a " + std::string(19, 'b') + " " + std::string(18, 'c')).size() == 40);
    CHECK(loggable_name("a " + std::string(19, 'b') + " " + std::string(19, 'c')) == "(a long text)");
}
