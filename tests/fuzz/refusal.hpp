// What a decoder of lightningd's JSON may say when it refuses: a place made of names of ours and a sentence of ours.
// Both are listed here by hand, so that no byte of untrusted input can get into a log line.
#pragma once

#include "cln/fields.hpp"
#include "fuzz.hpp"

namespace fuzz {

void check_refusal(const cln::DecodeError& error);

} // namespace fuzz
