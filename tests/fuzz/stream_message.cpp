// Messages and answers of the tracker as a consumer reads them. The input is the text; what is read must be what a full
// parser reads.
#include "consumer/decode.hpp"
#include "json_input.hpp"

#include <algorithm>

namespace stream_message_target {

namespace {

void check_cursor(const consumer::CursorPtr& cursor, const fuzz::Tree& object) {
    fuzz::require(object.at("cursor") == *cursor, "the cursor is the member's text");
    fuzz::require(std::all_of(cursor->begin(), cursor->end(), [](char c) { return c > 0x20 && c < 0x7f; }),
                  "a cursor may be a header line");
    const auto run = consumer::run_of(*cursor);
    fuzz::require(run.empty() || cursor->find(std::string(run)) != std::string::npos, "the run is part of the cursor");
}

void check_payment(const consumer::Snapshot& payment, const fuzz::Tree& object) {
    fuzz::require(std::none_of(payment.json.begin(), payment.json.end(),
                               [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                  "a payment is one line");
    fuzz::require(fuzz::parsed(payment.json) == object, "a payment is unchanged");
    fuzz::require(object.at("payment_index") == std::to_string(payment.payment_index), "the index is the member");
    fuzz::require(fuzz::is_hex(&object.at("payment_hash"), payment.payment_hash.hex()), "the hash is the member");
    const auto& status = object.at("status");
    switch (payment.status) {
    case consumer::Status::in_flight:
        return fuzz::require(status == "IN_FLIGHT", "the status is the member");
    case consumer::Status::succeeded:
        return fuzz::require(status == "SUCCEEDED", "the status is the member");
    case consumer::Status::failed:
        return fuzz::require(status == "FAILED", "the status is the member");
    }
}

void check_error(const std::string& error) {
    fuzz::require(!error.empty() && error.size() < 60, "an error names the place and quotes nothing");
}

} // namespace

FUZZ_TARGET(stream_message) {
    const auto text = fuzz::text_of(data, size);
    const auto update = consumer::decode_update(text);
    const auto answer = consumer::decode_answer(text);
    const bool started = consumer::is_tracker("plugin_started", text);
    if (!update)
        check_error(update.error());
    if (!answer)
        check_error(answer.error());
    const auto wrapped = R"({"origin":"trackpayments","payload":)" + std::string(text) + "}";
    const auto tree = fuzz::parsed(text);
    if (!tree || !fuzz::unambiguous(text))
        return 0;
    if (update) {
        const auto* payload = fuzz::at(*tree, "payload");
        const auto& body = payload ? *payload : *tree;
        check_cursor(update->cursor, body);
        check_payment(*update->payment, body.at("trackpayments"));
    }
    if (update && !tree->contains("payload")) {
        const auto inner = consumer::decode_update(wrapped);
        fuzz::require(inner && inner->payment->json == update->payment->json && *inner->cursor == *update->cursor,
                      "both forms give the same");
    }
    if (answer) {
        check_cursor(answer->cursor, *tree);
        const auto& payments = tree->at("payments");
        fuzz::require(payments.is_array() && payments.size() == answer->payments.size(), "all payments, in order");
        for (std::size_t i = 0; i < payments.size(); ++i)
            check_payment(*answer->payments[i], payments[i]);
        fuzz::require(answer->more == (tree->contains("more") && tree->at("more") == true), "`more` is the member");
        if (answer->next_index_offset)
            fuzz::require(tree->at("next_index_offset") == std::to_string(*answer->next_index_offset),
                          "`next_index_offset` is the member");
        const auto* counted = fuzz::at(*tree, "num_payments");
        fuzz::require(answer->num_payments == 0 || (counted && *counted == std::to_string(answer->num_payments)),
                      "`num_payments` is the member");
        fuzz::require(answer->complete == !(tree->contains("complete") && tree->at("complete") == false),
                      "`complete` is the member, if it is there");
    }
    if (started)
        fuzz::require(fuzz::at(*tree, "plugin_started") != nullptr, "a start is that of a plugin");
    return 0;
}

} // namespace stream_message_target
