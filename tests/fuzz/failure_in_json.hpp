// Checks a sendpay failure against the JSON it was read from.
#pragma once

#include "cln/notifications.hpp"
#include "facts_in_json.hpp"

namespace fuzz {

/// `object`: with code, message and data.
inline void check_failure(const cln::SendpayFailure& failed, const Tree& object) {
    const auto& data = *at(object, "data");
    check_row(failed.row, data);
    const auto& failure = failed.failure;
    const auto* failcode = at(data, "failcode");
    require(failcode ? failure.kind == payments::Failure::Kind::wire && is_number(failcode, failure.code)
                     : failure.kind != payments::Failure::Kind::wire && failure.code == 0,
            "a wire failure has the reported failcode");
    require(!failure.at_destination || is_number(at(object, "code"), 203), "only code 203 means the payee");
    require(failure.source_index <= 0xFFFF, "an index fits into two bytes");
    // LND gives a direct peer's BADONION our own node's index.
    require(!failcode || is_number_or_absent(at(data, "erring_index"), failure.source_index) ||
                (failure.source_index == 0 && is_number(at(data, "erring_index"), 1) && (failure.code & 0x8000) != 0),
            "the index is the reported one");
    require(!failure.message || (failcode && failure.message->code == failure.code),
            "a node's message has the reported code");
}

inline bool same_failure(const cln::SendpayFailure& a, const cln::SendpayFailure& b) {
    return all_of(a.row) == all_of(b.row) && a.failure == b.failure;
}

} // namespace fuzz
