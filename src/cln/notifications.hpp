// Decodes notifications about outgoing payments into facts. Each decoder takes the whole `params` in any wrapping used
// from v23.11 to v26.06.
#pragma once

#include "cln/row.hpp"
#include "payments/event.hpp"

namespace cln {

/// `sendpay_success`: the complete row. `invoice_buffer`: see decode_row().
[[nodiscard]] Decoded<payments::Row> decode_sendpay_success(Value params, std::string invoice_buffer = {});

/// `sendpay_failure`: the row as it was before (its status is still pending: Core Lightning issue 7430) and the reason.
struct SendpayFailure {
    payments::Row row;
    payments::Failure failure;
};
[[nodiscard]] Decoded<SendpayFailure> decode_sendpay_failure(Value params);
/// The error of `waitsendpay`: the same object.
[[nodiscard]] Decoded<SendpayFailure> decode_waitsendpay_error(Value error);

/// `pay_failure` (plugins pay and keysend): the hash of a payment that the payer gave up.
[[nodiscard]] Decoded<base::PaymentHash> decode_pay_failure(Value params);

/// `pay_part_start` (xpay family, v25.09): a part that is about to be made. `seen`: when the message was read.
[[nodiscard]] Decoded<payments::ExpectedPart> decode_pay_part_start(Value params, base::UnixNs seen);

/// `pay_part_end`: a part of xpay ended. xpay can read its error onion, lightningd cannot.
[[nodiscard]] Decoded<payments::PartEnded> decode_pay_part_end(Value params);

/// `block_added`: the chain's height.
[[nodiscard]] Decoded<std::uint32_t> decode_block_added(Value params);

} // namespace cln
