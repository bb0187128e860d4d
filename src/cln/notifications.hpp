// The notifications about outgoing payments, from params to facts. Each decoder takes the whole `params`, in any of the
// wrappings of v23.11 to v26.06.
#pragma once

#include "cln/row.hpp"
#include "payments/event.hpp"

namespace cln {

/// `sendpay_success`: the complete row.
[[nodiscard]] Decoded<payments::Row> decode_sendpay_success(const json& params);

/// `sendpay_failure`: the row as it was before (its status says pending: #7430) and why it failed.
struct SendpayFailure {
    payments::Row row;
    payments::Failure failure;
};
[[nodiscard]] Decoded<SendpayFailure> decode_sendpay_failure(const json& params);

/// `pay_failure` (plugins pay and keysend): the hash of the payment that was given up.
[[nodiscard]] Decoded<base::PaymentHash> decode_pay_failure(const json& params);

/// `pay_part_start` (xpay family, v25.09): a part about to be made. `seen`: when the message was read.
[[nodiscard]] Decoded<payments::PartAnnounced> decode_pay_part_start(const json& params, base::UnixNs seen);

} // namespace cln
