// A row of lightningd's payments table, as `listsendpays`, `sendpay_success`, `delpay` and (inside data)
// `sendpay_failure` show it (lightningd/pay.c, json_add_payment_fields).
#pragma once

#include "cln/fields.hpp"
#include "payments/part.hpp"

#include <vector>

namespace cln {

/// `room`: a string that is not needed any more, for the invoice.
[[nodiscard]] Decoded<payments::Row> decode_row(Value row, const Path& path, std::string room = {});

/// A whole answer. One bad row does not spoil the others: it is left out and its error reported.
struct Rows {
    std::vector<payments::Row> rows;
    std::vector<DecodeError> errors;
};

/// `{"payments": [row…]}`. An error only when that frame itself is not there.
[[nodiscard]] Decoded<Rows> decode_rows(Value result);

[[nodiscard]] std::string_view status_name(payments::PartStatus status);

} // namespace cln
