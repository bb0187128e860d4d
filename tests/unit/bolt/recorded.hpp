// Bytes that Core Lightning v26.06.6 sent, copied from the files of tests/transcripts named beside each.
#pragma once

#include <array>
#include <string_view>

namespace recorded {

inline constexpr std::string_view temporary_channel_failure_with_appended_update = // fail_temporary_channel_failure
    "1007000001024cc9a6ad2fdde99c3adcc0ae9c562da3cc87852b191031ea399b175c5c0892b26c554422f5e6571c4d9ccff3e938a16e0cccc2"
    "ca992ad646e866310f34dcd4b506226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f00006700000200006b00eb1a"
    "010100060000000000000000000000010000000a000000001d8119c0";
inline constexpr std::string_view temporary_channel_failure = // fail_below_advertised_minimum
    "1007008a010221607ddb79df7994aca3d48692746337b9f15edd55622ebedceced6f301276340a4c3e56dc9a74e906a2f502affe0dd1758619"
    "54d45378ad40cca6c9c5b4b5da06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f00006700000200006b00eb70"
    "01010006000000000000c350000000010000000a000000001d8119c0";
inline constexpr std::string_view temporary_channel_failure_bare = "10070000";       // xpay_retry_succeeds
inline constexpr std::string_view amount_below_minimum = "100b00000000000027100000"; // fail_amount_below_minimum
inline constexpr std::string_view fee_insufficient =                                 // fail_fee_insufficient
    "100c00000000000f4240008a01024cc9a6ad2fdde99c3adcc0ae9c562da3cc87852b191031ea399b175c5c0892b26c554422f5e6571c4d9ccf"
    "f3e938a16e0cccc2ca992ad646e866310f34dcd4b506226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f00006700"
    "000200006b00eb1a010100060000000000000000000000010000000a000000001d8119c0";
inline constexpr std::string_view expiry_too_soon = // fail_expiry_too_soon
    "100e008a010245dfd68d697c49bb4383ab0a11adfbfd9e8b1f4e57f421a87e2441e7a30156ab223466aa43516f93a4ed03cad9541f4fe97b83"
    "a73a3a398eb49723880b7c98fa06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f00006700000200006b00eb71"
    "010100060000000000000000000000010000000a000000001d8119c0";
inline constexpr std::string_view unknown_next_peer = "400a";                       // fail_unknown_next_peer
inline constexpr std::string_view unknown_details = "400f00000000000f42400000006c"; // fail_incorrect_payment_details
inline constexpr std::string_view permanent_node_failure = "6002";                  // fail_permanent_node_failure
inline constexpr std::string_view mpp_timeout = "0017";                             // fail_mpp_timeout
inline constexpr std::string_view invalid_onion_hmac =                              // fail_malformed_onion
    "c0054d473c836edf1f4fad9ae4415edc0913a2aec38888105b8f30f43f63e6bdd630";

inline constexpr std::string_view forward = "1202032625a004017206080000670000040000"; // pay_legacy
inline constexpr std::string_view final_with_secret =                                 // pay_legacy
    "2d02032625a00401720823975bf05a19d898a86aad20a05caa2bda601f56afceaf9cdccf963c329447b8bc2625a0";
inline constexpr std::string_view final_keysend = // keysend
    "32020316e360040197ff0000000146c6616c2034bfddbe94c1dfd854dbe4851d5ed55e7c97bd23500f6002c8ed8856d02dcfdf";
inline constexpr std::string_view final_by_hand = // sendonion_by_hand
    "2d020319f0a00401780823085ed1ece67f0fffca0e54659c6804c587fa4b812e40ca930eae4391fa3c987719f0a0";
inline constexpr std::string_view final_of_parts = // pay_legacy_mpp
    "2f020413825d880401720824ee97ac69351ff5a65fa16b288daeccabb550d61b73398525983b97f85c56c73729b92700";
inline constexpr std::string_view final_blinded = // bolt12_offer
    "6402031cfde004016d0a329cecc146a074a175be0958d79f4c72e565898911206c05ea8568ff3d7b20465008660f06c377acf5824c61af2917"
    "71bc55bd0c21034ad07f5bd26dc75e5d114d3f71999c1e94bc2444a970a94d6a830f164ed3ffa312031cfde0";

inline constexpr std::array failures{temporary_channel_failure_with_appended_update,
                                     temporary_channel_failure,
                                     temporary_channel_failure_bare,
                                     amount_below_minimum,
                                     fee_insufficient,
                                     expiry_too_soon,
                                     unknown_next_peer,
                                     unknown_details,
                                     permanent_node_failure,
                                     mpp_timeout,
                                     invalid_onion_hmac};
inline constexpr std::array payloads{forward,       final_with_secret, final_keysend,
                                     final_by_hand, final_of_parts,    final_blinded};

} // namespace recorded
