// Payments, messages and answers of a tracker, as text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace unit {

/// A hash of 32 equal bytes, as hex.
inline std::string hash_text(char digit = 'a') {
    return std::string(64, digit);
}

/// `mark`: makes snapshots of one payment different.
inline std::string payment_text(unsigned index, std::string_view status, std::string_view mark = "1",
                                char digit = 'a') {
    return R"({"payment_hash":")" + hash_text(digit) + R"(","fee":")" + std::string(mark) + R"(","status":")" +
           std::string(status) + R"(","htlcs":[{"status":"FAILED"}],"payment_index":")" + std::to_string(index) +
           R"("})";
}

/// `params` of a message on the topic.
inline std::string params_text(std::string_view payment, std::string_view cursor) {
    return R"({"trackpayments":)" + std::string(payment) + R"(,"cursor":")" + std::string(cursor) + R"("})";
}

/// Before lightningd v25.09.
inline std::string wrapped(std::string_view params) {
    return R"({"origin":"trackpayments","payload":)" + std::string(params) + "}";
}

inline std::string answer_text(std::initializer_list<std::string> payments, std::string_view cursor,
                               bool more = false) {
    std::string text = R"({"payments":[)";
    for (const auto& payment : payments)
        text.append(text.back() == '[' ? "" : ",").append(payment);
    return text + R"(],"cursor":")" + std::string(cursor) + (more ? R"(","more":true})" : R"("})");
}

/// The answer of a tracker that is still searching.
inline std::string incomplete(std::string answer) {
    answer.pop_back();
    return answer + R"(,"complete":false})";
}

} // namespace unit
