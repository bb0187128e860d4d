// The worked examples of lnrpc.Payment, as LND would stream them, and a comparison member by member. tests/proto checks
// the same texts against LND's own schema.
#pragma once

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace examples {

using Json = nlohmann::ordered_json; // the order of members is LND's too

/// The last message of the example, without the `{"result": …}` around it.
inline Json last_of(const std::string& name) {
    std::ifstream file(std::string(EXAMPLES) + "/" + name + ".json");
    REQUIRE(file.good());
    return Json::parse(file).at("result");
}

inline std::string names_of(const Json& object) {
    std::string names;
    for (const auto& [name, value] : object.items())
        names += " " + name;
    return names;
}

/// A line per difference: `htlcs[0].route.hops[1].expiry: 850021, not 0`. Empty if there is none.
inline std::string difference(const Json& expected, const Json& actual, const std::string& place = "") {
    std::string differences;
    if (expected.is_object() && actual.is_object() && names_of(expected) == names_of(actual)) {
        for (const auto& [name, value] : expected.items())
            differences += difference(value, actual.at(name), place.empty() ? name : place + "." + name);
    } else if (expected.is_array() && actual.is_array() && expected.size() == actual.size()) {
        for (std::size_t i = 0; i < expected.size(); ++i)
            differences += difference(expected[i], actual[i], place + "[" + std::to_string(i) + "]");
    } else if (expected.dump() != actual.dump()) {
        differences = place + ": " + expected.dump() + ", not " + actual.dump() + "\n";
    }
    return differences;
}

// The example's messages before the last one:

inline void nothing_settled(Json& payment) {
    payment["status"] = "IN_FLIGHT";
    payment["payment_preimage"] = std::string(64, '0');
    for (const auto* fee : {"fee", "fee_sat", "fee_msat"})
        payment[fee] = "0";
}

inline void in_flight(Json& attempt) {
    attempt["status"] = "IN_FLIGHT";
    attempt["resolve_time_ns"] = "0";
    attempt["failure"] = nullptr;
    attempt["preimage"] = "";
}

/// The payment with only its first `count` attempts.
inline void made_so_far(Json& payment, std::size_t count) {
    auto& attempts = payment["htlcs"];
    attempts.erase(attempts.begin() + static_cast<std::ptrdiff_t>(count), attempts.end());
}

} // namespace examples
