#include "lnrpc/failure_code.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

namespace failure_code_test {

TEST_CASE("every failure code of BOLT 4 has LND's name, and no other number has one") {
    const std::map<unsigned, std::string> names{
        {0x400F, "INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS"},
        {0x4010, "INCORRECT_PAYMENT_AMOUNT"},
        {0x0012, "FINAL_INCORRECT_CLTV_EXPIRY"},
        {0x0013, "FINAL_INCORRECT_HTLC_AMOUNT"},
        {0x0011, "FINAL_EXPIRY_TOO_SOON"},
        {0x8001, "INVALID_REALM"},
        {0x4001, "INVALID_REALM"},
        {0x100E, "EXPIRY_TOO_SOON"},
        {0xC004, "INVALID_ONION_VERSION"},
        {0xC005, "INVALID_ONION_HMAC"},
        {0xC006, "INVALID_ONION_KEY"},
        {0x100B, "AMOUNT_BELOW_MINIMUM"},
        {0x100C, "FEE_INSUFFICIENT"},
        {0x100D, "INCORRECT_CLTV_EXPIRY"},
        {0x1014, "CHANNEL_DISABLED"},
        {0x1007, "TEMPORARY_CHANNEL_FAILURE"},
        {0x6003, "REQUIRED_NODE_FEATURE_MISSING"},
        {0x4009, "REQUIRED_CHANNEL_FEATURE_MISSING"},
        {0x400A, "UNKNOWN_NEXT_PEER"},
        {0x2002, "TEMPORARY_NODE_FAILURE"},
        {0x6002, "PERMANENT_NODE_FAILURE"},
        {0x4008, "PERMANENT_CHANNEL_FAILURE"},
        {0x0015, "EXPIRY_TOO_FAR"},
        {0x0017, "MPP_TIMEOUT"},
        {0x4016, "INVALID_ONION_PAYLOAD"},
        {0xC018, "INVALID_ONION_BLINDING"},
    };
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        const auto known = names.find(code);
        const auto name = lnrpc::failure_code_name(static_cast<std::uint16_t>(code));
        if (name != (known == names.end() ? "UNKNOWN_FAILURE" : known->second))
            FAIL_CHECK("code ", code, " is called ", std::string(name));
    }
}

TEST_CASE("LND's enum numbers 1 to 25 are no wire codes") {
    CHECK(lnrpc::failure_code_name(1) == "UNKNOWN_FAILURE");
    CHECK(lnrpc::failure_code_name(7) == "UNKNOWN_FAILURE");
    CHECK(lnrpc::failure_code_name(25) == "UNKNOWN_FAILURE");
}

} // namespace failure_code_test
