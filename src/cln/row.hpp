// A row of lightningd's payments table, as `listsendpays`, `sendpay_success`, `delpay` and (inside data)
// `sendpay_failure` show it (lightningd/pay.c, json_add_payment_fields).
#pragma once

#include "cln/fields.hpp"
#include "payments/part.hpp"

#include <vector>

namespace cln {

/// `invoice_buffer`: a string whose memory may be reused for the invoice.
[[nodiscard]] Decoded<payments::Row> decode_row(Value row, const Path& path, std::string invoice_buffer = {});

/// A whole answer. A bad row does not spoil the others: it is omitted and its error reported.
struct Rows {
    std::vector<payments::Row> rows;
    std::vector<DecodeError> errors;
};

/// Decodes `{"payments": [row…]}`. An error only if that array is missing.
[[nodiscard]] Decoded<Rows> decode_rows(Value result);

[[nodiscard]] std::string_view status_name(payments::PartStatus status);

} // namespace cln
