// The lenient readers of payers' calls, and amounts. The input is one JSON value.
#include "cln/calls.hpp"
#include "json_input.hpp"
#include "unit/same_value.hpp"

namespace calls_target {

FUZZ_TARGET(calls) {
    const auto value = fuzz::json_of(data, size);
    if (!value)
        return 0;
    const fuzz::Nodes given(*value);
    const auto amount = cln::read_msat(given);
    fuzz::require(!amount || fuzz::is_amount(&*value, amount->value), "an amount is read exactly");
    fuzz::require(cln::maybe_amount(given) == amount, "both readers of amounts agree");
    const auto number = cln::maybe_number(given);
    fuzz::require(!number || (amount && amount->value == *number), "a number is an amount without its unit");
    const auto hash = cln::maybe_hash(given);
    fuzz::require(!hash || fuzz::is_hex(&*value, hash->hex()), "a hash is read exactly");
    const auto node = cln::maybe_node(given);
    fuzz::require(!node || fuzz::is_hex(&*value, node->hex()), "a node is read exactly");
    const auto hex = cln::maybe_hex(given);
    fuzz::require(!hex || fuzz::is_hex(&*value, base::to_hex(*hex)), "hex is read exactly");
    fuzz::require(!cln::maybe_channel(given) || value->is_string(), "a channel is text");
    for (int position = -1; position < 4; ++position) {
        const auto argument = cln::argument(given, "partid", position);
        fuzz::require(!argument || !argument.is_null(), "null counts as not given");
        const auto* member = fuzz::at(*value, "partid");
        fuzz::require(!argument || value->is_array() || (member && unit::same_value(argument, *member)),
                      "a named parameter is the member");
    }
    return 0;
}

} // namespace calls_target
