// One row of lightningd's payments table, that is one part. Kept small: a node may hold a million of them.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace standin {

enum class Status : std::uint8_t { pending, complete, failed };

[[nodiscard]] std::string_view status_name(Status status);

/// Why a part failed, as far as it is known (src/cln/README.md, "Notifications").
struct PartFailure {
    int code = 204;             ///< 202, 203 or 204
    bool decoded = true;        ///< false: lightningd has the onion only
    std::uint16_t failcode = 0; ///< BOLT 4; known here even when lightningd cannot decode it
    int erring_index = 0;       ///< 0 our node, i the i-th hop
    std::string erring_node;    ///< hex, empty when lightningd does not know the route
    std::string erring_channel; ///< empty likewise
    int erring_direction = 0;
    std::string raw_message; ///< hex
    std::string detail;      ///< the text in the parentheses of the message
    std::string onionreply;  ///< hex, when not decoded
};

/// The command that sent it, which decides what lightningd can report about a failure.
enum class SentBy : std::uint8_t { sendpay, sendonion, sendonion_blind, injectpaymentonion };

struct RowExtra {
    std::string label;
    std::string invstring;
    std::string description;
    std::vector<std::string> nodes; ///< the route, known from sendpay only
    std::vector<std::string> channels;
    std::vector<int> directions;
    std::size_t hops = 0; ///< of the route, when the caller gave shared secrets
    SentBy sent_by = SentBy::sendpay;
    std::shared_ptr<const PartFailure> failure;
};

struct Row {
    base::PaymentHash hash;
    base::Preimage preimage; ///< valid when complete
    base::NodeId destination;
    bool has_destination = false;
    bool gone = false; ///< deleted; the slot stays until all older ones are gone too
    Status status = Status::pending;
    std::uint32_t created_at = 0;
    std::uint32_t completed_at = 0;
    std::uint64_t groupid = 0;
    std::uint64_t partid = 0;
    std::uint64_t created_index = 0;
    std::uint64_t updated_index = 0;
    std::uint64_t amount = 0;        ///< msat delivered, 0 = unknown
    std::uint64_t sent = 0;          ///< msat leaving our node
    std::uint64_t total = 0;         ///< msat of the whole payment, 0 = unknown; shown nowhere
    std::uint64_t next_of_hash = 0;  ///< created_index of the next row of the hash, 0 = none
    std::unique_ptr<RowExtra> extra; ///< null for generated history
};

/// The fields of json_add_payment_fields (lightningd/pay.c), in its order, without braces.
/// `before_update`: still pending, as in sendpay_failure.
void append_fields(std::string& json, const Row& row, bool before_update = false);
/// With braces.
[[nodiscard]] std::string row_json(const Row& row);

/// `,"erring_index":…` and so on, or `,"onionreply":…`; with the leading comma.
void append_failure(std::string& json, const PartFailure& failure, bool with_raw_message = true);
/// `failed: WIRE_X (detail)` or `Malformed error reply`.
[[nodiscard]] std::string failure_message(const PartFailure& failure);

} // namespace standin
