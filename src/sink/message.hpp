// Snapshots and deletions as messages of a stream: subject, headers, body. One payment of one node is one subject, so
// that JetStream can keep the last state of each.
#pragma once

#include "jetstream/stream.hpp"
#include "sink/knowledge.hpp"

namespace sink {

namespace header {
inline constexpr std::string_view id = "Nats-Msg-Id"; ///< the server ignores a second message with the same one
inline constexpr std::string_view content_type = "Content-Type";
/// Everything up to it was acknowledged before this message was sent: a sink that is started again goes on there.
inline constexpr std::string_view cursor = "Trackpayments-Cursor";
inline constexpr std::string_view status = "Trackpayments-Status";
inline constexpr std::string_view attempts = "Trackpayments-Attempts";
inline constexpr std::string_view omitted = "Trackpayments-Omitted"; ///< `hops`, or `htlcs`: arrays that are empty here
} // namespace header

/// The subjects of all nodes.
inline constexpr const char* all_subjects = "lightning.*.payment.>";

/// How a node's messages are written.
struct Form {
    std::string node; ///< its id, 66 hex digits
    bool protobuf = false;
    bool preimages = false; ///< false: zeros in their place
};

/// `lightning.<node>.payment.<hash>.<index>`.
[[nodiscard]] std::string payment_subject(const Form& form, const base::PaymentHash& hash, std::uint64_t index);
/// All payments of a hash, whatever their index.
[[nodiscard]] std::string hash_subject(const Form& form, const base::PaymentHash& hash);
/// Everything of this node.
[[nodiscard]] std::string node_subject(const Form& form);

/// A snapshot with all headers but the cursor, at most so many bytes with those that are added later: else without
/// hops, and if that is still too much, without attempts, first in the body, then in the headers. The error says that
/// even then it is too large, or that it cannot be read.
///
/// Nats-Msg-Id is `<node>.<payment_index>.` and a digest of all but times: a correction has another id, a snapshot that
/// a restarted tracker rounds to seconds has the same. Trackpayments-Attempts is left out if there are no attempts, or
/// more than 60 000 bytes of them: a server takes 64 kB of headers.
[[nodiscard]] tl::expected<jetstream::Message, std::string> payment_message(const Form& form,
                                                                            const consumer::Snapshot& payment,
                                                                            const Knowledge& knowledge,
                                                                            std::size_t most_bytes);

/// What payment_message() compares with `most_bytes`.
[[nodiscard]] std::size_t bytes_of(const jetstream::Message& message);

/// Rows of a payment that were deleted (topic trackpayments_deleted).
struct Deletion {
    base::PaymentHash payment_hash;
    std::uint64_t payment_index = 0;
    std::vector<std::uint64_t> attempt_ids;
    std::uint64_t remaining = 0; ///< attempts that the payment still has
};
/// Subject of the payment, and `.deleted`. All headers but the cursor. The body is JSON in either form.
[[nodiscard]] jetstream::Message deletion_message(const Form& form, const Deletion& deletion);

/// The `params` of a message on the topic trackpayments_deleted.
[[nodiscard]] tl::expected<Deletion, std::string> decode_deletion(std::string_view params);

} // namespace sink
