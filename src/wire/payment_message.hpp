// The table of lnrpc.Payment and of the messages inside it (lnrpc/lightning.proto of lnd v0.20).
#pragma once

#include "wire/message.hpp"

namespace wire {

extern const Message payment_message;

/// Of Failure.FailureCode.
extern const std::span<const EnumValue> failure_codes;

} // namespace wire
