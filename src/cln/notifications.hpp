// The notifications about outgoing payments, from params to facts. Each decoder takes the whole `params`, in any of the
// wrappings of v23.11 to v26.06.
#pragma once

#include "cln/row.hpp"
#include "payments/event.hpp"

namespace cln {

/// `sendpay_success`: the complete row. `room` as in decode_row().
[[nodiscard]] Decoded<payments::Row> decode_sendpay_success(Value params, std::string room = {});

/// `sendpay_failure`: the row as it was before (its status says pending: #7430) and why it failed.
struct SendpayFailure {
    payments::Row row;
    payments::Failure failure;
};
[[nodiscard]] Decoded<SendpayFailure> decode_sendpay_failure(Value params);
/// The same object as the error of a `waitsendpay`.
[[nodiscard]] Decoded<SendpayFailure> decode_waitsendpay_error(Value error);

/// `pay_failure` (plugins pay and keysend): the hash of the payment that was given up.
[[nodiscard]] Decoded<base::PaymentHash> decode_pay_failure(Value params);

/// `pay_part_start` (xpay family, v25.09): a part about to be made. `seen`: when the message was read.
[[nodiscard]] Decoded<payments::ExpectedPart> decode_pay_part_start(Value params, base::UnixNs seen);

/// `pay_part_end`: a part of xpay ended. lightningd could not read its error; xpay could.
[[nodiscard]] Decoded<payments::PartEnded> decode_pay_part_end(Value params);

/// `block_added`: the chain's height.
[[nodiscard]] Decoded<std::uint32_t> decode_block_added(Value params);

} // namespace cln
