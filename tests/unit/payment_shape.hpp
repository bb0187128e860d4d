// Checks a written lnrpc.Payment strictly: every declared key in declaration order, each value in the REST form of its
// type. The keys come from man/schema/payment.schema.json, which is built in.
#pragma once

#include <string>
#include <string_view>

namespace unit {

/// The JSON path of the first difference from the schema; empty if there is none.
[[nodiscard]] std::string misshapen(std::string_view payment);

} // namespace unit
