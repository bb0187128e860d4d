// Parser's fast half: simdjson's tree, walked once into nodes. Takes only what nlohmann would understand alike.
#pragma once

#include "json/node_row.hpp"

#include <vector>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace json {

class SimdjsonReader final {
  public:
    /// It would keep up to 14 times as much memory.
    static constexpr std::size_t most = 512UL * 1024;

    /// The value's node, or null when it is for the other half to judge. Texts are valid until the next read().
    const Node* read(std::string_view text, NodeRow& row);

  private:
    simdjson::dom::parser parser_{most};
    std::vector<char> padded_; // simdjson reads beyond the end
};

} // namespace json
