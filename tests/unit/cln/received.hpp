// Builds JSON values as lightningd sends them.
#pragma once

#include "cln/fields.hpp"
#include "nodes.hpp"

#include <doctest/doctest.h>

namespace received {

inline json::Tree json(std::string_view text) {
    auto value = json::parse(text);
    REQUIRE(value.has_value());
    return std::move(*value);
}

/// The value as a decoder takes it.
inline unit::Parsed value(std::string_view text) {
    return unit::Parsed(text);
}
inline unit::Nodes value_of(json::Tree tree) {
    return unit::Nodes(std::move(tree));
}

/// `object` with one member set to the JSON in `text`.
inline json::Tree with(json::Tree object, const std::string& name, std::string_view text) {
    object[name] = json(text);
    return object;
}

inline json::Tree without(json::Tree object, const std::string& name) {
    object.erase(name);
    return object;
}

/// A complete row, from autoclean.jsonl.
inline json::Tree row() {
    return json(R"({"created_index":133,"id":133,
        "payment_hash":"226779da4b9df53bbf083cc8d91bda443353d78f8189388e16ec1946ec07955b","groupid":1,"updated_index":133,
        "destination":"022b275efc6f2e07d91067ef7ed4eb03290f85f3a1023ff9a074ae5b68401e2d90","amount_msat":1000000,
        "amount_sent_msat":1000011,"created_at":1795222611,"completed_at":1795222611,"status":"complete",
        "payment_preimage":"207dd3dcbc5a833e718688878e6a1cbf8e837913c9c442a45041fcd1db17d714"})");
}

} // namespace received
