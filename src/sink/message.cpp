#include "sink/message.hpp"

#include "json/members.hpp"
#include "json/writer.hpp"
#include "sink/payment_text.hpp"
#include "wire/payment_from_json.hpp"
#include "wire/wire_value.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>

namespace sink {

namespace {

using Error = tl::unexpected<std::string>;
using jetstream::Message;

/// Bytes for what is added later: a cursor of at most 255, the sequence that is expected, the end of another id.
constexpr std::size_t reserved = 512;
/// A server takes 64 kB of headers (nats-server, server/stream.go), whatever its limits are.
constexpr std::size_t longest_attempts = 60'000;

/// The first half of SHA-256, in hex.
std::string digest_of(std::string_view text) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc(); // its only reason
    return base::to_hex(std::span(hash).first(16));
}

/// Of all that counts in a payment, but not of its times: a tracker that was restarted knows only their seconds. The
/// same for each form.
std::string digest_of(const consumer::Snapshot& payment, const Knowledge& knowledge, const PaymentText& text) {
    std::string all = write_status(payment.status);
    const auto add = [&all](std::string_view value) { all.append("\n").append(value); };
    for (const auto value : {text.failure_reason, text.value_msat, text.fee_msat, text.payment_request})
        add(value);
    add(payment.payment_hash.hex());
    add(write_attempts(knowledge));
    for (const auto& attempt : text.attempts) {
        add(attempt.id);
        add(std::to_string(attempt.hops));
    }
    return digest_of(all);
}

std::string id_of(const Form& form, std::uint64_t index, std::string_view rest) {
    return form.node + '.' + std::to_string(index) + '.' + std::string(rest);
}

void add_header(Message& message, std::string_view name, std::string value) {
    message.headers.push_back({std::string(name), std::move(value)});
}

void remove_header(Message& message, std::string_view name) {
    std::erase_if(message.headers, [&](const jetstream::Header& header) { return header.name == name; });
}

bool write_body(Message& message, const Form& form, const PaymentText& text, Omitted omitted) {
    message.body = text.write(form.preimages, omitted);
    if (!form.protobuf)
        return true;
    auto wire = wire::payment_from_json(message.body);
    if (!wire)
        return false;
    message.body = *std::move(wire);
    return true;
}

std::string_view name_of(Omitted omitted) {
    switch (omitted) {
    case Omitted::nothing:
        return {};
    case Omitted::hops:
        return "hops";
    case Omitted::htlcs:
        return "htlcs";
    }
    return {};
}

std::optional<std::uint64_t> read_text_number(std::string_view raw) {
    return wire::decimal<std::uint64_t>(json::plain_string(raw, 0).value_or(""));
}

} // namespace

/// As the server counts them, the subject, and room for what is added later.
std::size_t bytes_of(const Message& message) {
    constexpr std::string_view begin = "NATS/1.0\r\n";
    constexpr std::string_view end = "\r\n";
    std::size_t bytes = message.subject.size() + begin.size() + end.size() + message.body.size() + reserved;
    for (const auto& header : message.headers)
        bytes += header.name.size() + 2 + header.value.size() + end.size();
    return bytes;
}

std::string payment_subject(const Form& form, const base::PaymentHash& hash, std::uint64_t index) {
    return "lightning." + form.node + ".payment." + hash.hex() + '.' + std::to_string(index);
}

std::string hash_subject(const Form& form, const base::PaymentHash& hash) {
    return "lightning." + form.node + ".payment." + hash.hex() + ".*";
}

std::string node_subject(const Form& form) {
    return "lightning." + form.node + ".payment.>";
}

tl::expected<Message, std::string> payment_message(const Form& form, const consumer::Snapshot& payment,
                                                   const Knowledge& knowledge, std::size_t most_bytes) {
    const auto text = find_places(payment.json);
    if (!text)
        return Error(text.error());
    Message message{payment_subject(form, payment.payment_hash, payment.payment_index), {}, {}};
    add_header(message, header::id, id_of(form, payment.payment_index, digest_of(payment, knowledge, *text)));
    add_header(message, header::content_type, form.protobuf ? "application/x-protobuf" : "application/json");
    add_header(message, header::status, write_status(payment.status));
    auto attempts = write_attempts(knowledge);
    if (!attempts.empty() && attempts.size() <= longest_attempts)
        add_header(message, header::attempts, std::move(attempts));
    for (const auto omitted : {Omitted::nothing, Omitted::hops, Omitted::htlcs}) {
        if (!write_body(message, form, *text, omitted))
            return Error("the payment is not as in LND's proto");
        remove_header(message, header::omitted);
        if (omitted != Omitted::nothing)
            add_header(message, header::omitted, std::string(name_of(omitted)));
        if (bytes_of(message) <= most_bytes)
            return message;
    }
    remove_header(message, header::attempts);
    if (bytes_of(message) <= most_bytes)
        return message;
    return Error("the payment is larger than the server permits, even without its attempts");
}

Message deletion_message(const Form& form, const Deletion& deletion) {
    json::Writer body;
    body.add(R"({"payment_hash":")", json::Hex{deletion.payment_hash.bytes}, R"(","payment_index":")",
             deletion.payment_index, R"(","attempt_ids":[)");
    for (std::size_t i = 0; i < deletion.attempt_ids.size(); ++i) {
        if (i > 0)
            body.add(",");
        body.add("\"", deletion.attempt_ids[i], "\"");
    }
    body.add(R"(],"remaining":)", deletion.remaining, "}");
    Message message{payment_subject(form, deletion.payment_hash, deletion.payment_index) + ".deleted", {}, body.take()};
    add_header(message, header::id, id_of(form, deletion.payment_index, "deleted." + digest_of(message.body)));
    add_header(message, header::content_type, "application/json");
    return message;
}

tl::expected<Deletion, std::string> decode_deletion(std::string_view params) {
    constexpr std::string_view topic = R"("trackpayments_deleted")";
    auto body = json::find_member(params, topic);
    if (body.empty())
        body = json::find_member(json::find_member(params, R"("payload")"), topic);
    std::optional<base::PaymentHash> hash;
    std::optional<std::uint64_t> index;
    std::optional<std::uint64_t> remaining;
    std::string_view ids;
    json::ObjectScanner members(body);
    while (const auto member = members.next()) {
        if (member->key == R"("payment_hash")")
            hash = base::PaymentHash::from_hex(json::plain_string(member->value, 0).value_or(""));
        else if (member->key == R"("payment_index")")
            index = read_text_number(member->value);
        else if (member->key == R"("remaining")")
            remaining = wire::decimal<std::uint64_t>(member->value);
        else if (member->key == R"("attempt_ids")")
            ids = member->value;
    }
    if (!members.ok())
        return Error("trackpayments_deleted: missing, or no object");
    if (!hash)
        return Error("payment_hash: missing, or not 32 bytes of hex");
    if (!index)
        return Error("payment_index: missing, or no decimal text");
    if (!remaining)
        return Error("remaining: missing, or no number");
    Deletion deletion{*hash, *index, {}, *remaining};
    const bool all = json::for_each_element(ids, [&](std::string_view raw) {
        const auto id = read_text_number(raw);
        if (id)
            deletion.attempt_ids.push_back(*id);
        return id.has_value();
    });
    if (!all)
        return Error("attempt_ids: missing, or no array of decimal texts");
    return deletion;
}

} // namespace sink
