// What goes into a stream, and what is read back from it. The input is the JSON of a payment or a deletion, or the two
// headers of a message, which anybody may have written.
#include "json_input.hpp"
#include "sink/message.hpp"

#include <algorithm>
#include <map>

namespace sink_target {

namespace {

std::uint64_t number(const fuzz::Tree& digits) {
    return std::stoull(digits.get<std::string>());
}

void check_error(const std::string& error, std::string_view input) {
    fuzz::require(!error.empty() && error.size() < 90, "an error names the place");
    fuzz::require(input.size() < 90 || error.find(input) == std::string::npos, "an error does not quote the input");
}

void check_headers(std::string_view text) {
    const auto space = std::min(text.find(' '), text.size());
    const auto status = text.substr(0, space);
    const auto attempts = text.substr(std::min(space + 1, text.size()));
    const auto knowledge = sink::parse_knowledge(status, attempts);
    if (!knowledge)
        return;
    fuzz::require(sink::write_status(knowledge->status) == status, "a status is written as it was");
    fuzz::require(sink::write_attempts(*knowledge) == attempts, "attempts are written as they were");
    fuzz::require(std::is_sorted(knowledge->attempts.begin(), knowledge->attempts.end(),
                                 [](const auto& a, const auto& b) { return a.id <= b.id; }),
                  "attempts are in the order of their ids, each once");
    fuzz::require(sink::adds_nothing(*knowledge, *knowledge), "a repetition adds nothing");
    auto more = *knowledge;
    const auto next = more.attempts.empty() ? 1 : more.attempts.back().id + 1;
    more.attempts.push_back({next, consumer::Status::in_flight});
    fuzz::require(next == 0 || !sink::adds_nothing(more, *knowledge), "another attempt adds something");
    fuzz::require(next == 0 || more.status != knowledge->status || sink::adds_nothing(*knowledge, more),
                  "without it nothing is added");
}

/// `padded`: the padding stays.
void zero(fuzz::Tree& value, char digit, bool padded) {
    if (value.is_null())
        return;
    auto text = value.get<std::string>();
    const auto last = padded ? text.find_last_not_of('=') + 1 : text.size();
    std::fill_n(text.begin(), last, digit);
    value = text;
}

void zero_records(fuzz::Tree* records) {
    if (!records || !records->is_object())
        return;
    for (auto& [key, value] : records->items()) {
        const auto digits = std::min(key.find_first_not_of('0'), key.size());
        if (std::string_view(key).substr(digits) == "5482373484")
            zero(value, 'A', true);
    }
}

fuzz::Tree* member(fuzz::Tree& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? &*found : nullptr;
}

void redact(fuzz::Tree& payment) {
    if (auto* preimage = member(payment, "payment_preimage"))
        zero(*preimage, '0', false);
    zero_records(member(payment, "first_hop_custom_records"));
    auto* htlcs = member(payment, "htlcs");
    for (std::size_t i = 0; htlcs && i < htlcs->size(); ++i) {
        auto& htlc = (*htlcs)[i];
        if (auto* preimage = member(htlc, "preimage"))
            zero(*preimage, 'A', true);
        auto* route = member(htlc, "route");
        auto* hops = route ? member(*route, "hops") : nullptr;
        for (std::size_t j = 0; hops && j < hops->size(); ++j)
            zero_records(member((*hops)[j], "custom_records"));
    }
}

void check_knowledge(const sink::Knowledge& knowledge, const fuzz::Tree& payment) {
    std::map<std::uint64_t, const fuzz::Tree*> attempts;
    for (const auto& htlc : payment.at("htlcs"))
        attempts[number(htlc.at("attempt_id"))] = &htlc;
    fuzz::require(attempts.size() == knowledge.attempts.size(), "all attempts, each once");
    const auto* at = knowledge.attempts.data();
    for (const auto& [id, htlc] : attempts) {
        fuzz::require(at->id == id, "attempts are in the order of their ids");
        fuzz::require(htlc->at("status") == sink::write_status(at->status), "the status is the member");
        const auto* route = fuzz::at(*htlc, "route");
        const auto* hops = route ? fuzz::at(*route, "hops") : nullptr;
        const bool known = hops && hops->is_array() && !hops->empty() && hops->front().is_object();
        fuzz::require(at->route_known == known, "the route is known if it has hops");
        fuzz::require(at->failure_code == 0 || fuzz::at(*htlc, "failure"), "a code is that of a failure");
        ++at;
    }
    fuzz::require(sink::parse_knowledge(sink::write_status(knowledge.status), sink::write_attempts(knowledge)) ==
                      knowledge,
                  "what is read is read back from its headers");
}

void check_limit(const consumer::Snapshot& payment, const sink::Knowledge& knowledge, const jetstream::Message& whole) {
    const auto most = whole.body.size() / 2 + 600;
    const auto message = sink::payment_message({"02", false, false}, payment, knowledge, most);
    if (!message)
        return check_error(message.error(), payment.json);
    std::size_t bytes = message->subject.size() + message->body.size();
    for (const auto& header : message->headers)
        bytes += header.name.size() + header.value.size() + 4;
    fuzz::require(bytes <= most, "a message keeps to the limit");
}

void check_payment(std::string_view text, const std::optional<fuzz::Tree>& tree) {
    const consumer::Snapshot payment{7, {}, consumer::Status::failed, std::string(text)};
    const auto read = sink::read_knowledge(payment);
    if (!read)
        check_error(read.error(), text);
    else if (tree)
        check_knowledge(*read, *tree);
    const auto knowledge = read.value_or(sink::Knowledge{consumer::Status::failed, {}});
    const auto message = sink::payment_message({"02", false, false}, payment, knowledge, SIZE_MAX);
    const auto secret = sink::payment_message({"02", false, true}, payment, knowledge, SIZE_MAX);
    fuzz::require(message.has_value() == secret.has_value(), "a payment is refused whatever is wanted of it");
    if (!message)
        return check_error(message.error(), text);
    fuzz::require(secret->body == text, "with preimages nothing changes");
    fuzz::require(message->body.size() == text.size(), "zeros are as long as the preimage");
    if (tree) {
        auto expected = *tree;
        redact(expected);
        fuzz::require(fuzz::parsed(message->body) == expected, "nothing changes but preimages");
    }
    const auto wire = sink::payment_message({"02", true, false}, payment, knowledge, SIZE_MAX);
    fuzz::require(!wire || wire->headers.front().value == message->headers.front().value, "one id for both forms");
    check_limit(payment, knowledge, *message);
}

void check_deletion(std::string_view text, const std::optional<fuzz::Tree>& tree) {
    const auto deletion = sink::decode_deletion(text);
    if (!deletion)
        return check_error(deletion.error(), text);
    const auto message = sink::deletion_message({"02", false, false}, *deletion);
    const auto again = sink::decode_deletion(R"({"payload":{"trackpayments_deleted":)" + message.body + "}}");
    fuzz::require(again && sink::deletion_message({"02", true, false}, *again).body == message.body,
                  "written and read again, it is the same");
    if (!tree)
        return;
    const auto* body = fuzz::at(*tree, "trackpayments_deleted");
    if (!body)
        body = fuzz::at(tree->at("payload"), "trackpayments_deleted");
    fuzz::require(fuzz::is_hex(&body->at("payment_hash"), deletion->payment_hash.hex()), "the hash is the member");
    fuzz::require(number(body->at("payment_index")) == deletion->payment_index, "the index is the member");
    fuzz::require(body->at("remaining") == deletion->remaining, "the number of attempts left is the member");
    const auto& ids = body->at("attempt_ids");
    fuzz::require(std::equal(ids.begin(), ids.end(), deletion->attempt_ids.begin(), deletion->attempt_ids.end(),
                             [](const fuzz::Tree& one, std::uint64_t id) { return number(one) == id; }),
                  "all attempts, in order");
}

} // namespace

FUZZ_TARGET(sink) {
    const auto text = fuzz::text_of(data, size);
    check_headers(text);
    auto tree = fuzz::unambiguous(text) ? fuzz::parsed(text) : std::nullopt;
    check_payment(text, tree);
    check_deletion(text, tree);
    return 0;
}

} // namespace sink_target
