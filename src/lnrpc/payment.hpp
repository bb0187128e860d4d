// LND's messages as plain structs, with all fields of lightning.proto (v0.20). Names, order and meaning are LND's: see
// `lnrpc.Payment` there. Strings are views into the payments::Payment, so use the struct only while writing a snapshot.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace lnrpc {

using Blob = std::vector<std::uint8_t>;

enum class PaymentStatus { in_flight = 1, succeeded = 2, failed = 3 };
enum class HtlcStatus { in_flight = 0, succeeded = 1, failed = 2 };
enum class PaymentFailureReason {
    none = 0,
    timeout = 1,
    no_route = 2,
    error = 3,
    incorrect_payment_details = 4,
    insufficient_balance = 5,
};

struct ChannelUpdate {
    Blob signature;
    Blob chain_hash;
    std::uint64_t chan_id = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t message_flags = 0;
    std::uint32_t channel_flags = 0;
    std::uint32_t time_lock_delta = 0;
    std::uint64_t htlc_minimum_msat = 0;
    std::uint32_t base_fee = 0; ///< msat
    std::uint32_t fee_rate = 0; ///< ppm
    std::uint64_t htlc_maximum_msat = 0;
    Blob extra_opaque_data;
};

struct Failure {
    std::string_view code; ///< name of a Failure.FailureCode
    std::optional<ChannelUpdate> channel_update;
    std::uint64_t htlc_msat = 0;
    Blob onion_sha_256;
    std::uint32_t cltv_expiry = 0;
    std::uint32_t flags = 0;
    std::uint32_t failure_source_index = 0;
    std::uint32_t height = 0;
};

struct MppRecord {
    std::array<std::uint8_t, 32> payment_addr{};
    std::int64_t total_amt_msat = 0;
};

struct Hop {
    std::uint64_t chan_id = 0;
    std::int64_t chan_capacity = 0;       ///< sat; the amount that enters the channel, as LND estimates it since 0.21
    std::int64_t amt_to_forward_msat = 0; ///< satoshi fields are computed when writing
    std::int64_t fee_msat = 0;
    std::uint32_t expiry = 0;
    base::NodeId pub_key;
    bool tlv_payload = true;
    std::optional<MppRecord> mpp_record;
    std::map<std::uint64_t, Blob> custom_records;
    Blob metadata;
    Blob blinding_point;
    Blob encrypted_data;
    std::uint64_t total_amt_msat = 0;
};

struct Route {
    std::uint32_t total_time_lock = 0;
    std::int64_t total_fees_msat = 0;
    std::int64_t total_amt_msat = 0;
    std::vector<Hop> hops;
    std::int64_t first_hop_amount_msat = 0;
};

struct HtlcAttempt {
    std::uint64_t attempt_id = 0;
    HtlcStatus status = HtlcStatus::in_flight;
    Route route;
    std::int64_t attempt_time_ns = 0;
    std::int64_t resolve_time_ns = 0;
    std::optional<Failure> failure;
    std::optional<base::Preimage> preimage;
};

struct Payment {
    base::PaymentHash payment_hash;
    base::Preimage payment_preimage; ///< zeros while unknown, never empty
    std::int64_t value_msat = 0;
    std::string_view payment_request;
    PaymentStatus status = PaymentStatus::in_flight;
    std::int64_t fee_msat = 0;
    std::int64_t creation_time_ns = 0;
    std::vector<HtlcAttempt> htlcs;
    std::uint64_t payment_index = 0;
    PaymentFailureReason failure_reason = PaymentFailureReason::none;
};

} // namespace lnrpc
