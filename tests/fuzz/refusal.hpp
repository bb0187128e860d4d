// The errors of the decoders of lightningd's JSON: a path of our own names and a text of our own. Both are listed by
// hand, so that no byte of untrusted input can get into a log line.
#pragma once

#include "cln/fields.hpp"
#include "fuzz.hpp"

namespace fuzz {

void check_refusal(const cln::DecodeError& error);

} // namespace fuzz
