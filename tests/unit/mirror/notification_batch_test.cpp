// Notifications of one read, decoded together.
#include "mirror/notification_batch.hpp"

#include <doctest/doctest.h>

namespace notification_batch_test {

using mirror::NotificationBatch;

namespace {

const std::string hash(64, 'a');
constexpr base::UnixNs now{1'795'222'611'500'000'000};

std::string message_of(const std::string& topic, const std::string& params) {
    return R"({"jsonrpc":"2.0","method":")" + topic + R"(","params":)" + params + "}";
}

std::string row(int created, const std::string& status, const std::string& invoice = "") {
    const auto index = std::to_string(created);
    return R"({"created_index":)" + index + R"(,"id":)" + index + R"(,"payment_hash":")" + hash +
           R"(","groupid":1,"amount_msat":1000,"amount_sent_msat":1001,"created_at":1795222611,"status":")" + status +
           "\"" + (invoice.empty() ? "" : R"(,"bolt11":")" + invoice + "\"") + "}";
}

std::string success(int created) {
    return message_of("sendpay_success", R"({"sendpay_success":)" + row(created, "complete") + "}");
}

/// Messages with their text.
struct Read {
    explicit Read(std::vector<std::string> all) : texts(std::move(all)) {
        for (const auto& text : texts)
            messages.push_back(rpc::read_message(text).value());
    }
    std::vector<std::string> texts;
    std::vector<rpc::Message> messages;
};

template <class Received>
const Received& received(const NotificationBatch::DecodedNotification& notification) {
    REQUIRE_MESSAGE(notification.has_value(), notification.error());
    REQUIRE(std::holds_alternative<Received>(*notification));
    return std::get<Received>(*notification);
}

} // namespace

TEST_CASE("each topic about payments becomes its event, in the order of the messages") {
    const auto of_hash = R"("payment_hash":")" + hash + "\"";
    const auto part = of_hash + R"(,"groupid":1,"partid":2)";
    const Read read({
        success(7),
        message_of("sendpay_failure",
                   R"({"sendpay_failure":{"code":204,"message":"failed","data":)" + row(8, "pending") + "}}"),
        message_of("pay_part_start",
                   R"({"pay_part_start":{)" + part + R"(,"total_payment_msat":5,"attempt_msat":5,"hops":[]}})"),
        message_of("pay_part_end", R"({"pay_part_end":{"status":"success","duration":1,)" + part + "}}"),
        message_of("pay_failure", R"({"pay_failure":{)" + of_hash + R"(,"error":{"message":"no"}}})"),
    });
    NotificationBatch notifications;
    notifications.decode(read.messages, now);
    CHECK(notifications.left().size() == 5);
    const auto& seen = received<payments::PartSeen>(notifications.next());
    CHECK(seen.row.created.value == 7);
    CHECK(seen.seen == now);
    const auto& failed = received<payments::PartFailed>(notifications.next());
    CHECK(failed.row.created.value == 8);
    CHECK(failed.failure.kind == payments::Failure::Kind::local);
    CHECK(failed.seen == now);
    const auto& expected = received<payments::ExpectedPart>(notifications.next());
    CHECK(expected.partid.value == 2);
    CHECK(expected.seen == now);
    CHECK(received<payments::PartEnded>(notifications.next()).partid.value == 2);
    const auto& given_up = received<payments::GivenUp>(notifications.next());
    CHECK(given_up.hash.hex() == hash);
    CHECK_FALSE(given_up.group.has_value());
    CHECK(given_up.only_pay_and_keysend);
    CHECK(notifications.left().empty());
}

TEST_CASE("a notification that cannot be decoded gives its reason in its turn and spoils no other") {
    const Read read({success(1), message_of("sendpay_success", "{}"),
                     message_of("pay_failure", R"({"pay_failure":{"error":)"
                                               R"("no" "secret"}})"),
                     R"({"method":"pay_part_end"})", success(2)});
    NotificationBatch notifications;
    notifications.decode(read.messages, now);
    CHECK(received<payments::PartSeen>(notifications.next()).row.created.value == 1);
    const auto missing = notifications.next();
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error() == "params.sendpay_success: missing");
    const auto malformed = notifications.next();
    REQUIRE_FALSE(malformed.has_value());
    CHECK(malformed.error().starts_with("params: "));
    CHECK(malformed.error().find("secret") == std::string::npos);
    const auto none = notifications.next();
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error() == "params: missing");
    CHECK(received<payments::PartSeen>(notifications.next()).row.created.value == 2);
}

TEST_CASE("requests and other topics are ignored") {
    const Read read({R"({"id":1,"method":"sendpay_success","params":{}})", message_of("block_added", "{}"),
                     message_of("shutdown", "{}"), success(3), R"({"id":2,"result":{}})"});
    for (std::size_t i = 0; i < read.messages.size(); ++i)
        CHECK(NotificationBatch::is_decoded(read.messages[i]) == (i == 3));
    NotificationBatch notifications;
    notifications.decode(read.messages, now);
    CHECK(notifications.left().size() == 1);
    CHECK(received<payments::PartSeen>(notifications.next()).row.created.value == 3);
}

TEST_CASE("results that were not taken are dropped at the next read") {
    const Read first({success(1), success(2)});
    const Read second({success(3)});
    NotificationBatch notifications;
    notifications.decode(first.messages, now);
    (void)notifications.next();
    notifications.decode(second.messages, now);
    CHECK(notifications.left().size() == 1);
    CHECK(received<payments::PartSeen>(notifications.next()).row.created.value == 3);
}

TEST_CASE("each notification keeps its own row's invoice") {
    const auto with = [](const std::string& invoice) {
        return message_of("sendpay_success", R"({"sendpay_success":)" + row(1, "complete", invoice) + "}");
    };
    const std::string longer(300, 'l');
    const std::string shorter(100, 's');
    const Read first({with(longer), with(longer), with(longer)});
    const Read second({with(""), with(shorter), with(longer)});
    NotificationBatch notifications;
    notifications.decode(first.messages, now);
    const auto taken = std::move(std::get<payments::PartSeen>(*notifications.next()).row.invoice);
    notifications.decode(second.messages, now);
    CHECK(taken == longer);
    CHECK(received<payments::PartSeen>(notifications.next()).row.invoice.empty());
    CHECK(received<payments::PartSeen>(notifications.next()).row.invoice == shorter);
    CHECK(received<payments::PartSeen>(notifications.next()).row.invoice == longer);
}

} // namespace notification_batch_test
