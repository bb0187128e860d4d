// The fast one of Parser's two readers: walks simdjson's tree once and builds nodes. Accepts only texts that nlohmann
// would read in the same way.
#pragma once

#include "json/node_row.hpp"

#include <vector>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

namespace json {

class SimdjsonReader final {
  public:
    /// Longest text, in bytes. simdjson keeps up to 14 times as much memory.
    static constexpr std::size_t most = 512UL * 1024;

    /// The root node, or null when the other reader must decide. Strings are valid until the next read().
    const Node* read(std::string_view text, NodeRow& row);

  private:
    simdjson::dom::parser parser_{most};
    std::vector<char> padded_; // simdjson reads past the end
};

} // namespace json
