// Payments that have ended, as the tracker publishes them.
#pragma once

#include "consumer/snapshot.hpp"

#include <initializer_list>
#include <string>

namespace unit {

/// `end`: empty for a settled attempt, else the code of its failure at the third node.
struct Htlc {
    int id = 0;
    std::string end = {};
};

inline consumer::Snapshot end_of(bool succeeded, std::initializer_list<Htlc> attempts, char digit = 'a') {
    consumer::Snapshot payment;
    payment.payment_index = 1;
    payment.payment_hash.bytes.fill(static_cast<std::uint8_t>(digit));
    payment.status = succeeded ? consumer::Status::succeeded : consumer::Status::failed;
    payment.json = R"({"value_msat":"2000500","fee_msat":"1250","creation_time_ns":"1795222301000000000","status":")";
    payment.json += succeeded ? "SUCCEEDED" : "FAILED";
    payment.json += R"(","failure_reason":"FAILURE_REASON_)";
    payment.json += succeeded ? "NONE" : "NO_ROUTE";
    payment.json += R"(","htlcs":[)";
    for (const auto& [id, end] : attempts) {
        if (payment.json.back() != '[')
            payment.json += ',';
        payment.json += R"({"attempt_id":")" + std::to_string(id) +
                        R"(","attempt_time_ns":"1795222301500000000","resolve_time_ns":"1795222304000000000",)";
        payment.json += end.empty()
                            ? R"("status":"SUCCEEDED","failure":null})"
                            : R"("status":"FAILED","failure":{"code":")" + end + R"(","failure_source_index":2}})";
    }
    payment.json += "]}";
    return payment;
}

} // namespace unit
