#include "jetstream/nkey.hpp"

#include <doctest/doctest.h>

namespace nkey_test {

using jetstream::find_seed;
using jetstream::user_public_key;

// The first pair is in the documentation of NATS ("NKeys"); the second one is of the seed 0, 1, … 31 by Python's
// cryptography package.
const std::string seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
const std::string other = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";

TEST_CASE("the public key of a seed") {
    CHECK(user_public_key(seed) == "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
    CHECK(user_public_key(other) == "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK");
}

TEST_CASE("what is no seed of a user") {
    const auto error = [](const std::string& text) {
        const auto key = user_public_key(text);
        return key ? "none" : key.error();
    };
    CHECK(error("SAAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4HYMHI") ==
          "it is not the seed of a user");                                                          // an account's
    CHECK(error("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4") == "it is not a seed"); // a public key
    CHECK(error("") == "it is not a seed");
    CHECK(error(std::string(58, '1')) == "it is not a seed"); // no base32
    CHECK(error(std::string(58, 'S')) == "its checksum is wrong");
    for (std::size_t i = 1; i < 57; ++i) { // each letter counts
        auto changed = seed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(error(changed) == "its checksum is wrong");
    }
}

TEST_CASE("a seed is found in the files of NATS' tools") {
    CHECK(find_seed(seed) == seed);
    CHECK(find_seed(seed + "\n") == seed);
    CHECK(find_seed("\r\n  " + seed + "\t\r\n") == seed);
    CHECK(find_seed("-----BEGIN USER NKEY SEED-----\n" + seed + "\n------END USER NKEY SEED------\n\n****\n") == seed);
    CHECK(find_seed(seed + "\nUDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4\n") == seed);
    CHECK_FALSE(find_seed("").has_value());
    CHECK_FALSE(find_seed("\n\n").has_value());
    CHECK_FALSE(find_seed("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4\n").has_value());
    CHECK_FALSE(find_seed(seed + "A").has_value());
}

} // namespace nkey_test
