// The strict walk over an emitted lnrpc.Payment: every declared key in declaration order, in the REST spelling of its
// type. Which keys there are is read from man/schema/payment.schema.json, which is built in; nothing here is ours.
#pragma once

#include <string>
#include <string_view>

namespace unit {

/// Where the text is not a Payment as the schema has it, as a JSON path; empty when it is one.
[[nodiscard]] std::string misshapen(std::string_view payment);

} // namespace unit
