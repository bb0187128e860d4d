// A row from its listsendpays form: for the journal and for `standin-rows`, which loads recorded rows.
#pragma once

#include "row.hpp"

#include "json/text.hpp"

#include <optional>

namespace standin {

/// Nothing when a field that every row has is missing or invalid.
[[nodiscard]] std::optional<Row> read_row(const json::Tree& fields);

} // namespace standin
