// Snapshots and deletions as messages: what is in them, what is not, and how large they are. Expected bodies are
// written here; that the bytes of Protocol Buffers are those of LND's protos is seen in tests/proto and tests/nats.
#include "sink/message.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace message_test {

using namespace std::string_literals;
using consumer::Status;

namespace {

const sink::Form json{"02" + std::string(64, 'b'), false, false};
const sink::Form with_preimages{json.node, false, true};
const sink::Form protobuf{json.node, true, false};
constexpr std::size_t no_limit = 1 << 20;

/// Bytes 0x41 to 0x60: as text, in hex, in base64.
const std::string raw = "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`";
const std::string hex = "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60";
const std::string base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2A=";
const std::string no_hex(64, '0');
const std::string no_base64 = std::string(43, 'A') + "=";

/// An invoice that looks like members, escaped as JSON wants it.
const std::string invoice = R"(lni1\",\"payment_preimage\":\")" + no_base64 + R"(\",\"preimage\":\"x\\)";

std::string hop(const std::string& records) {
    return R"({"chan_id":"5","chan_capacity":"0","amt_to_forward":"1","fee":"0","expiry":9,"amt_to_forward_msat":"1000",)"
           R"("fee_msat":"0","pub_key":"02aa","tlv_payload":true,"mpp_record":null,"amp_record":null,"custom_records":)" +
           records + R"(,"metadata":"","blinding_point":"","encrypted_data":"","total_amt_msat":"0"})";
}

std::string keysend(const std::string& secret) {
    return R"({"34349334":"aGk=","5482373484":")" + secret + R"("})";
}

std::string htlc(std::uint64_t id, const std::string& status, const std::string& hops, const std::string& preimage,
                 const std::string& resolved = "5") {
    return R"({"attempt_id":")" + std::to_string(id) + R"(","status":")" + status +
           R"(","route":{"total_time_lock":1,"total_fees":"0","total_amt":"1","hops":)" + hops +
           R"(,"total_fees_msat":"0","total_amt_msat":"1000","first_hop_amount_msat":"1000","custom_channel_data":""},)"
           R"("attempt_time_ns":"4","resolve_time_ns":")" +
           resolved + R"(","failure":null,"preimage":")" + preimage + R"("})";
}

std::string payment(const std::string& htlcs, const std::string& secret, const std::string& records = "{}",
                    const std::string& request = "lnbc1", const std::string& value_msat = "1000") {
    return R"({"payment_hash":")" + std::string(64, 'a') +
           R"(","value":"1","creation_date":"1","fee":"0","payment_preimage":")" + secret +
           R"(","value_sat":"1","value_msat":")" + value_msat + R"(","payment_request":")" + request +
           R"(","status":"SUCCEEDED","fee_sat":"0","fee_msat":"0","creation_time_ns":"1","htlcs":)" + htlcs +
           R"(,"payment_index":"7","failure_reason":"FAILURE_REASON_NONE","first_hop_custom_records":)" + records + "}";
}

/// With a preimage in all its places.
std::string secrets(const std::string& in_hex, const std::string& in_base64) {
    return payment("[" + htlc(7, "FAILED", "[" + hop("{}") + "]", "") + ", " +
                       htlc(8, "SUCCEEDED", "[" + hop("{}") + " ," + hop(keysend(in_base64)) + "]", in_base64) + "]",
                   in_hex, keysend(in_base64));
}

consumer::Snapshot snapshot(const std::string& text, Status status = Status::succeeded) {
    consumer::Snapshot out{7, {}, status, text};
    out.payment_hash.bytes.fill(0xaa);
    return out;
}

jetstream::Message made(const sink::Form& form, const std::string& text, std::size_t most = no_limit) {
    const auto payment = snapshot(text);
    const auto knowledge = sink::read_knowledge(payment);
    REQUIRE(knowledge.has_value());
    auto message = sink::payment_message(form, payment, *knowledge, most);
    REQUIRE_MESSAGE(message.has_value(), message.error());
    return *message;
}

std::string refusal(const std::string& text, const sink::Form& form = json, std::size_t most = no_limit) {
    const auto message = sink::payment_message(form, snapshot(text), {Status::succeeded, {}}, most);
    return message ? "none" : message.error();
}

/// Empty if it is missing; a header must not be there twice.
std::string header(const jetstream::Message& message, std::string_view name) {
    std::string found;
    for (const auto& one : message.headers) {
        if (one.name != name)
            continue;
        CHECK_MESSAGE(found.empty(), name);
        found = one.value;
    }
    return found;
}

/// As it leaves with the two headers that are added later, each as long as it may be.
std::string on_the_wire(const jetstream::Message& message) {
    std::string out = message.subject + "NATS/1.0\r\n";
    for (const auto& one : message.headers)
        out += one.name + ": " + one.value + "\r\n";
    out += "Trackpayments-Cursor: " + std::string(255, 'c') + "\r\n";
    out += "Nats-Expected-Last-Subject-Sequence: 18446744073709551615\r\n";
    return out + "\r\n" + message.body;
}

bool has_secret(const jetstream::Message& message) {
    auto text = on_the_wire(message);
    const auto found = [&](const std::string& secret) { return text.find(secret) != text.npos; };
    if (found(raw) || found(hex) || found(base64.substr(0, 42)))
        return true;
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'F' ? c + 32 : c; });
    return found(hex);
}

} // namespace

TEST_CASE("a payment has one subject, below that of its hash and of its node") {
    base::PaymentHash hash;
    hash.bytes.fill(0x1f);
    std::string text;
    for (int i = 0; i < 32; ++i)
        text += "1f";
    const auto node = "lightning." + json.node + ".payment.";
    CHECK(sink::payment_subject(json, hash, 18446744073709551615U) == node + text + ".18446744073709551615");
    CHECK(sink::hash_subject(json, hash) == node + text + ".*");
    CHECK(sink::node_subject(json) == node + ">");
    CHECK(made(json, payment("[]", no_hex)).subject == node + std::string(64, 'a') + ".7");
}

TEST_CASE("the headers say what is in the body") {
    const auto message = made(json, secrets(hex, base64));
    CHECK(header(message, "Content-Type") == "application/json");
    CHECK(header(message, "Trackpayments-Status") == "SUCCEEDED");
    CHECK(header(message, "Trackpayments-Attempts") == "7Fr,8Sr");
    CHECK(header(message, "Nats-Msg-Id").starts_with(json.node + ".7."));
    CHECK(message.headers.size() == 4);
    CHECK(header(made(protobuf, secrets(hex, base64)), "Content-Type") == "application/x-protobuf");
    CHECK(made(json, payment("[]", no_hex)).headers.size() == 3);
}

TEST_CASE("a preimage is zeros of the same length, wherever it is; nothing else changes") {
    const auto text = secrets(hex, base64);
    CHECK(made(json, text).body == secrets(no_hex, no_base64));
    CHECK(made(with_preimages, text).body == text);
    for (const auto& form : {json, protobuf}) {
        CHECK_FALSE(has_secret(made(form, text)));
        const auto cut = made(form, text, on_the_wire(made(form, text)).size());
        CHECK_FALSE(header(cut, "Trackpayments-Omitted").empty());
        CHECK_FALSE(has_secret(cut));
    }
    CHECK(has_secret(made(with_preimages, text)));
    CHECK(has_secret(made({json.node, true, true}, text)));
    auto upper = hex;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'f' ? c - 32 : c; });
    CHECK(made(json, secrets(upper, base64)).body == secrets(no_hex, no_base64));
}

TEST_CASE("each place of a preimage is found by itself") {
    const auto records = R"({"05482373484":")" + base64 + R"(","5482373484" : ")" + base64 + R"("})";
    const auto no_records = R"({"05482373484":")" + no_base64 + R"(","5482373484" : ")" + no_base64 + R"("})";
    const std::pair<std::string, std::string> cases[] = {
        {payment("[]", hex), payment("[]", no_hex)},
        {payment("[" + htlc(1, "SUCCEEDED", "[]", base64) + "]", ""),
         payment("[" + htlc(1, "SUCCEEDED", "[]", no_base64) + "]", "")},
        {payment("[" + htlc(1, "FAILED", "[" + hop(records) + "," + hop(keysend(base64)) + "]", "") + "]", ""),
         payment("[" + htlc(1, "FAILED", "[" + hop(no_records) + "," + hop(keysend(no_base64)) + "]", "") + "]", "")},
        {payment("[]", "", keysend(base64)), payment("[]", "", keysend(no_base64))},
        // members twice, in another order, with blanks
        {R"({"htlcs": [ { "preimage" : ")" + base64 + R"(" } ] , "htlcs":[],"payment_preimage":")" + hex +
             R"(","payment_preimage":")" + hex + R"("})",
         R"({"htlcs": [ { "preimage" : ")" + no_base64 + R"(" } ] , "htlcs":[],"payment_preimage":")" + no_hex +
             R"(","payment_preimage":")" + no_hex + R"("})"},
        // a secret of another form
        {R"({"payment_preimage":"xyz","htlcs":[{"preimage":"QUI=Q="}]})",
         R"({"payment_preimage":"000","htlcs":[{"preimage":"AAAAA="}]})"},
    };
    for (const auto& one : cases) {
        const auto message = sink::payment_message(json, snapshot(one.first), {Status::succeeded, {}}, no_limit);
        REQUIRE_MESSAGE(message.has_value(), one.first);
        CHECK(message->body == one.second);
    }
}

TEST_CASE("texts that look like members stay, and members of other objects") {
    const auto records = R"({"5482373485":")" + base64 + R"(","5":"payment_preimage"})";
    const auto text = payment("[" + htlc(1, "FAILED", "[" + hop(records) + "]", "") + "]", no_hex, records, invoice);
    CHECK(made(json, text).body == text);
    const auto other = R"({"htlcs":[{"failure":{"preimage":"QUI="},"route":{"preimage":"QUI="}}],"preimage":"QUI="})"s;
    CHECK(sink::payment_message(json, snapshot(other), {}, no_limit).value().body == other);
}

TEST_CASE("a payment in which a preimage might be anywhere is refused, without its content") {
    const std::pair<std::string, std::string> cases[] = {
        {"[]", "payment: not as in LND's proto"},
        {R"({"payment_preimage":"QU)", "payment_preimage: not as in LND's proto"},
        {R"({"payment_preimage":5})", "payment_preimage: not as in LND's proto"},
        {R"({"payment_preimage":"4\u00311"})", "payment_preimage: not as in LND's proto"},
        {R"({"payment\u005fpreimage":"41"})", "payment: not as in LND's proto"},
        {R"({"htlcs":null})", "htlcs: not as in LND's proto"},
        {R"({"htlcs":[5]})", "htlcs: not as in LND's proto"},
        {R"({"htlcs":[{"pre\u0069mage":"QUI="}]})", "htlcs: not as in LND's proto"},
        {R"({"htlcs":[{"preimage":["QUI="]}]})", "htlcs.preimage: not as in LND's proto"},
        {R"({"htlcs":[{"preimage":"QU\/I="}]})", "htlcs.preimage: not as in LND's proto"},
        {R"({"htlcs":[{"route":[]}]})", "htlcs.route: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"h\u006fps":[]}}]})", "htlcs.route: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":{}}}]})", "htlcs.route.hops: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":[[]]}}]})", "htlcs.route.hops: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":[{"custom_records":[]}]}}]})",
         "htlcs.route.hops.custom_records: not as in LND's proto"},
        {R"({"htlcs":[{"route":{"hops":[{"custom_records":{"5482373484":{"a":1}}}]}}]})",
         "htlcs.route.hops.custom_records: not as in LND's proto"},
        {R"({"first_hop_custom_records":{"548237348\u0034":"QUI="}})",
         "first_hop_custom_records: not as in LND's proto"},
    };
    for (const auto& one : cases)
        CHECK_MESSAGE(refusal(one.first) == one.second, one.first);
    CHECK(refusal(R"({"payment_preimage":null,"htlcs":[{"route":null,"preimage":null}]})") == "none");
    CHECK(refusal(R"({"value":"x","htlcs":[]})", protobuf) == "the payment is not as in LND's proto");
}

TEST_CASE("Protocol Buffers have zeros too") {
    const auto text =
        R"({"payment_hash":"ab","payment_preimage":"4142","htlcs":[{"attempt_id":"3","preimage":"QUI="}]})"s;
    CHECK(made(protobuf, R"({"payment_hash":"ab","htlcs":[]})").body == "\x0a\x02" + "ab"s);
    const auto message = sink::payment_message(protobuf, snapshot(text), {}, no_limit);
    CHECK(message.value().body == "\x0a\x02" + "ab"s + "\x32\x04" + "0000" + "\x72\x06\x38\x03\x32\x02\0\0"s);
    CHECK(sink::payment_message({json.node, true, true}, snapshot(text), {}, no_limit).value().body ==
          "\x0a\x02" + "ab"s + "\x32\x04" + "4142" + "\x72\x06\x38\x03\x32\x02" + "AB");
}

TEST_CASE("the id changes with all that counts, and not with times or the form") {
    const auto id = [](const std::string& text, const sink::Form& form = json) {
        return header(made(form, text), "Nats-Msg-Id");
    };
    const auto one = [](const std::string& status, const std::string& hops, const std::string& resolved = "5") {
        return "[" + htlc(8, status, hops, "", resolved) + "]";
    };
    const auto long_route = "[" + hop("{}") + "," + hop("{}") + "]";
    const auto before = payment(one("SUCCEEDED", long_route), no_hex);
    CHECK(id(before).size() == json.node.size() + 3 + 32);
    CHECK(id(before) == id(before, protobuf));
    CHECK(id(before) == id(payment(one("SUCCEEDED", long_route), hex)));
    CHECK(id(before) == id(payment(one("SUCCEEDED", long_route, "6000000000"), no_hex)));
    const auto least = made(json, before, on_the_wire(made(json, before)).size());
    CHECK(header(least, "Trackpayments-Omitted") == "hops");
    CHECK(id(before) == header(least, "Nats-Msg-Id"));
    const std::string others[] = {
        payment(one("FAILED", long_route), no_hex),
        payment(one("SUCCEEDED", "[" + hop("{}") + "]"), no_hex),
        payment(one("SUCCEEDED", "[]"), no_hex),
        payment("[]", no_hex),
        payment("[" + htlc(9, "SUCCEEDED", long_route, "") + "]", no_hex),
        payment(one("SUCCEEDED", long_route), no_hex, "{}", "lnbc2"),
        payment(one("SUCCEEDED", long_route), no_hex, "{}", "lnbc1", "1001"),
    };
    for (const auto& other : others)
        CHECK_MESSAGE(id(other) != id(before), other);
    auto failed = snapshot(before, Status::failed);
    CHECK(header(sink::payment_message(json, failed, *sink::read_knowledge(failed), no_limit).value(), "Nats-Msg-Id") !=
          id(before));
    auto moved = snapshot(before);
    moved.payment_index = 70;
    CHECK(header(sink::payment_message(json, moved, *sink::read_knowledge(moved), no_limit).value(), "Nats-Msg-Id")
              .starts_with(json.node + ".70."));
}

TEST_CASE("a failure that is known changes the id") {
    const auto text = payment("[" + htlc(8, "FAILED", "[]", "") + "]", no_hex);
    const auto id = [&](std::uint32_t code) {
        const sink::Knowledge knowledge{Status::failed, {{8, Status::failed, code, false}}};
        return header(sink::payment_message(json, snapshot(text, Status::failed), knowledge, no_limit).value(),
                      "Nats-Msg-Id");
    };
    CHECK(id(0) != id(15));
    CHECK(id(15) == id(15));
}

TEST_CASE("a message above the limit has no hops, then no attempts, and says so") {
    std::string htlcs = "[";
    std::string without_hops = "[";
    for (std::uint64_t i = 1; i <= 3; ++i) {
        const std::string comma = i == 1 ? "" : ",";
        htlcs += comma + htlc(i, "SUCCEEDED", "[" + hop("{}") + "," + hop(keysend(base64)) + "]", base64);
        without_hops += comma + htlc(i, "SUCCEEDED", "[]", no_base64);
    }
    const auto text = payment(htlcs + "]", hex);
    const std::string bodies[] = {made(json, text).body, payment(without_hops + "]", no_hex), payment("[]", no_hex)};
    const std::string names[] = {"", "hops", "htlcs", "htlcs"};
    for (const auto& form : {json, protobuf}) {
        const auto full = made(form, text);
        std::size_t last = 0;
        for (std::size_t most = on_the_wire(full).size() + 600; most > 0; --most) {
            const auto payment = snapshot(text);
            const auto knowledge = *sink::read_knowledge(payment);
            const auto message = sink::payment_message(form, payment, knowledge, most);
            if (!message) {
                CHECK(message.error() == "the payment is larger than the server permits, even without its attempts");
                break;
            }
            if (on_the_wire(*message).size() > most)
                FAIL("too large at ", most);
            const auto name = header(*message, "Trackpayments-Omitted");
            const bool has_attempts = !header(*message, "Trackpayments-Attempts").empty();
            const std::size_t step = !has_attempts ? 3 : name == "htlcs" ? 2 : name == "hops" ? 1 : 0;
            if (step == last)
                continue;
            CHECK(step == last + 1);
            last = step;
            CHECK(name == names[step]);
            if (!form.protobuf)
                CHECK(message->body == bodies[std::min<std::size_t>(step, 2)]);
            if (step < 3)
                CHECK(header(*message, "Trackpayments-Attempts") == sink::write_attempts(knowledge));
            CHECK(header(*message, "Nats-Msg-Id") == header(full, "Nats-Msg-Id"));
        }
        CHECK(last == 3);
    }
}

TEST_CASE("more attempts than a server takes in headers are not there") {
    sink::Knowledge knowledge{Status::succeeded, {}};
    for (std::uint64_t id = 1'000'000; sink::write_attempts(knowledge).size() < 59'950; id += 100)
        for (std::uint64_t i = 0; i < 100; ++i)
            knowledge.attempts.push_back({id + i, Status::failed, 15, true});
    const auto attempts = [&] {
        const auto message = sink::payment_message(json, snapshot(payment("[]", no_hex)), knowledge, no_limit).value();
        CHECK(on_the_wire(message).size() - message.body.size() - message.subject.size() < 65'535);
        return header(message, "Trackpayments-Attempts");
    };
    while (sink::write_attempts(knowledge).size() > 60'000)
        knowledge.attempts.pop_back();
    CHECK(attempts() == sink::write_attempts(knowledge));
    for (std::uint64_t id = 2'000'000; id < 2'000'010; ++id)
        knowledge.attempts.push_back({id, Status::failed, 15, true});
    CHECK(attempts().empty());
}

TEST_CASE("a deletion is read in both forms, and written as it was") {
    const auto inner = R"({"payment_hash":")" + std::string(64, 'a') +
                       R"(","payment_index":"7","attempt_ids":["7","18446744073709551615"],"remaining":2})";
    const auto params = R"({"trackpayments_deleted":)" + inner + R"(,"cursor":"02aabbcc.0123abcd.17.42"})";
    for (const auto& text : {params, R"({"origin":"trackpayments","payload":)" + params + "}"}) {
        const auto deletion = sink::decode_deletion(text);
        REQUIRE(deletion.has_value());
        CHECK(deletion->attempt_ids == std::vector<std::uint64_t>{7, UINT64_MAX});
        CHECK(deletion->remaining == 2);
        for (const auto& form : {json, protobuf}) {
            const auto message = sink::deletion_message(form, *deletion);
            CHECK(message.subject == "lightning." + json.node + ".payment." + std::string(64, 'a') + ".7.deleted");
            CHECK(message.body == inner);
            CHECK(header(message, "Content-Type") == "application/json");
            CHECK(header(message, "Nats-Msg-Id").starts_with(json.node + ".7.deleted."));
            CHECK(message.headers.size() == 2);
        }
        auto other = *deletion;
        other.remaining = 1;
        CHECK(header(sink::deletion_message(json, other), "Nats-Msg-Id") !=
              header(sink::deletion_message(json, *deletion), "Nats-Msg-Id"));
    }
    CHECK(sink::deletion_message(json, {{}, 1, {}, 0}).body.ends_with(R"("attempt_ids":[],"remaining":0})"));
}

TEST_CASE("a deletion that cannot be read is named, without its content") {
    const auto error = [](const std::string& members) {
        const auto deletion = sink::decode_deletion(R"({"trackpayments_deleted":{)" + members + "}}");
        return deletion ? "none" : deletion.error();
    };
    const auto hash = R"("payment_hash":")" + std::string(64, 'a') + R"(",)";
    const auto good = hash + R"("payment_index":"7",)";
    CHECK(error(good + R"("attempt_ids":[],"remaining":0)") == "none");
    CHECK(sink::decode_deletion("{}").error() == "trackpayments_deleted: missing, or no object");
    CHECK(sink::decode_deletion("secret").error() == "trackpayments_deleted: missing, or no object");
    CHECK(sink::decode_deletion(R"({"trackpayments_deleted":5})").error() ==
          "trackpayments_deleted: missing, or no object");
    CHECK(error(R"("payment_index":"7","attempt_ids":[],"remaining":0)") ==
          "payment_hash: missing, or not 32 bytes of hex");
    CHECK(error(hash + R"("payment_index":7,"attempt_ids":[],"remaining":0)") ==
          "payment_index: missing, or no decimal text");
    for (const auto* remaining : {"-1", "1.5", "\"1\"", "null", "18446744073709551616"})
        CHECK_MESSAGE(error(good + R"("attempt_ids":[],"remaining":)" + remaining) ==
                          "remaining: missing, or no number",
                      remaining);
    for (const auto* ids : {"null", "{}", "[5]", R"(["5",""])", R"(["-5"])"})
        CHECK_MESSAGE(error(good + R"("remaining":0,"attempt_ids":)" + ids) ==
                          "attempt_ids: missing, or no array of decimal texts",
                      ids);
}

} // namespace message_test
