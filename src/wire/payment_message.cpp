#include "wire/payment_message.hpp"

#include <array>

namespace wire {

namespace {

using Kind = Field::Kind;

constexpr std::array<EnumValue, 5> payment_status{
    {{"UNKNOWN", 0}, {"IN_FLIGHT", 1}, {"SUCCEEDED", 2}, {"FAILED", 3}, {"INITIATED", 4}}};

constexpr std::array<EnumValue, 3> htlc_status{{{"IN_FLIGHT", 0}, {"SUCCEEDED", 1}, {"FAILED", 2}}};

constexpr std::array<EnumValue, 7> failure_reason{{{"FAILURE_REASON_NONE", 0},
                                                   {"FAILURE_REASON_TIMEOUT", 1},
                                                   {"FAILURE_REASON_NO_ROUTE", 2},
                                                   {"FAILURE_REASON_ERROR", 3},
                                                   {"FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", 4},
                                                   {"FAILURE_REASON_INSUFFICIENT_BALANCE", 5},
                                                   {"FAILURE_REASON_CANCELED", 6}}};

constexpr std::array<EnumValue, 29> failure_code{{{"RESERVED", 0},
                                                  {"INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", 1},
                                                  {"INCORRECT_PAYMENT_AMOUNT", 2},
                                                  {"FINAL_INCORRECT_CLTV_EXPIRY", 3},
                                                  {"FINAL_INCORRECT_HTLC_AMOUNT", 4},
                                                  {"FINAL_EXPIRY_TOO_SOON", 5},
                                                  {"INVALID_REALM", 6},
                                                  {"EXPIRY_TOO_SOON", 7},
                                                  {"INVALID_ONION_VERSION", 8},
                                                  {"INVALID_ONION_HMAC", 9},
                                                  {"INVALID_ONION_KEY", 10},
                                                  {"AMOUNT_BELOW_MINIMUM", 11},
                                                  {"FEE_INSUFFICIENT", 12},
                                                  {"INCORRECT_CLTV_EXPIRY", 13},
                                                  {"CHANNEL_DISABLED", 14},
                                                  {"TEMPORARY_CHANNEL_FAILURE", 15},
                                                  {"REQUIRED_NODE_FEATURE_MISSING", 16},
                                                  {"REQUIRED_CHANNEL_FEATURE_MISSING", 17},
                                                  {"UNKNOWN_NEXT_PEER", 18},
                                                  {"TEMPORARY_NODE_FAILURE", 19},
                                                  {"PERMANENT_NODE_FAILURE", 20},
                                                  {"PERMANENT_CHANNEL_FAILURE", 21},
                                                  {"EXPIRY_TOO_FAR", 22},
                                                  {"MPP_TIMEOUT", 23},
                                                  {"INVALID_ONION_PAYLOAD", 24},
                                                  {"INVALID_ONION_BLINDING", 25},
                                                  {"INTERNAL_FAILURE", 997},
                                                  {"UNKNOWN_FAILURE", 998},
                                                  {"UNREADABLE_FAILURE", 999}}};

constexpr std::array<Field, 2> mpp_record_fields{
    {{"payment_addr", 11, Kind::bytes}, {"total_amt_msat", 10, Kind::int64}}};
constexpr Message mpp_record{mpp_record_fields};

constexpr std::array<Field, 3> amp_record_fields{
    {{"root_share", 1, Kind::bytes}, {"set_id", 2, Kind::bytes}, {"child_index", 3, Kind::uint32}}};
constexpr Message amp_record{amp_record_fields};

constexpr std::array<Field, 16> hop_fields{{{"chan_id", 1, Kind::uint64},
                                            {"chan_capacity", 2, Kind::int64},
                                            {"amt_to_forward", 3, Kind::int64},
                                            {"fee", 4, Kind::int64},
                                            {"expiry", 5, Kind::uint32},
                                            {"amt_to_forward_msat", 6, Kind::int64},
                                            {"fee_msat", 7, Kind::int64},
                                            {"pub_key", 8, Kind::text},
                                            {"tlv_payload", 9, Kind::boolean},
                                            {"mpp_record", 10, Kind::message, &mpp_record},
                                            {"amp_record", 12, Kind::message, &amp_record},
                                            {"custom_records", 11, Kind::bytes_map},
                                            {"metadata", 13, Kind::bytes},
                                            {"blinding_point", 14, Kind::bytes},
                                            {"encrypted_data", 15, Kind::bytes},
                                            {"total_amt_msat", 16, Kind::uint64}}};
constexpr Message hop{hop_fields};

constexpr std::array<Field, 8> route_fields{{{"total_time_lock", 1, Kind::uint32},
                                             {"total_fees", 2, Kind::int64},
                                             {"total_amt", 3, Kind::int64},
                                             {"hops", 4, Kind::messages, &hop},
                                             {"total_fees_msat", 5, Kind::int64},
                                             {"total_amt_msat", 6, Kind::int64},
                                             {"first_hop_amount_msat", 7, Kind::int64},
                                             {"custom_channel_data", 8, Kind::bytes}}};
constexpr Message route{route_fields};

constexpr std::array<Field, 12> channel_update_fields{{{"signature", 1, Kind::bytes},
                                                       {"chain_hash", 2, Kind::bytes},
                                                       {"chan_id", 3, Kind::uint64},
                                                       {"timestamp", 4, Kind::uint32},
                                                       {"message_flags", 10, Kind::uint32},
                                                       {"channel_flags", 5, Kind::uint32},
                                                       {"time_lock_delta", 6, Kind::uint32},
                                                       {"htlc_minimum_msat", 7, Kind::uint64},
                                                       {"base_fee", 8, Kind::uint32},
                                                       {"fee_rate", 9, Kind::uint32},
                                                       {"htlc_maximum_msat", 11, Kind::uint64},
                                                       {"extra_opaque_data", 12, Kind::bytes}}};
constexpr Message channel_update{channel_update_fields};

constexpr std::array<Field, 8> failure_fields{{{"code", 1, Kind::enumerated, nullptr, failure_code},
                                               {"channel_update", 3, Kind::message, &channel_update},
                                               {"htlc_msat", 4, Kind::uint64},
                                               {"onion_sha_256", 5, Kind::bytes},
                                               {"cltv_expiry", 6, Kind::uint32},
                                               {"flags", 7, Kind::uint32},
                                               {"failure_source_index", 8, Kind::uint32},
                                               {"height", 9, Kind::uint32}}};
constexpr Message failure{failure_fields};

constexpr std::array<Field, 7> htlc_attempt_fields{{{"attempt_id", 7, Kind::uint64},
                                                    {"status", 1, Kind::enumerated, nullptr, htlc_status},
                                                    {"route", 2, Kind::message, &route},
                                                    {"attempt_time_ns", 3, Kind::int64},
                                                    {"resolve_time_ns", 4, Kind::int64},
                                                    {"failure", 5, Kind::message, &failure},
                                                    {"preimage", 6, Kind::bytes}}};
constexpr Message htlc_attempt{htlc_attempt_fields};

constexpr std::array<Field, 16> payment_fields{{{"payment_hash", 1, Kind::text},
                                                {"value", 2, Kind::int64},
                                                {"creation_date", 3, Kind::int64},
                                                {"fee", 5, Kind::int64},
                                                {"payment_preimage", 6, Kind::text},
                                                {"value_sat", 7, Kind::int64},
                                                {"value_msat", 8, Kind::int64},
                                                {"payment_request", 9, Kind::text},
                                                {"status", 10, Kind::enumerated, nullptr, payment_status},
                                                {"fee_sat", 11, Kind::int64},
                                                {"fee_msat", 12, Kind::int64},
                                                {"creation_time_ns", 13, Kind::int64},
                                                {"htlcs", 14, Kind::messages, &htlc_attempt},
                                                {"payment_index", 15, Kind::uint64},
                                                {"failure_reason", 16, Kind::enumerated, nullptr, failure_reason},
                                                {"first_hop_custom_records", 17, Kind::bytes_map}}};

} // namespace

const Message payment_message{payment_fields};
const std::span<const EnumValue> failure_codes{failure_code};

} // namespace wire
