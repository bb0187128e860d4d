// lightningd's messages about the payments of the examples, in the form of the recordings (tests/transcripts).
#pragma once

#include "expected.hpp"
#include "wire.hpp"

#include <sodium.h>

namespace messages {

// Nodes and channels of the examples. LND's chan_id is block << 40 | transaction << 16 | output.
inline const std::string alice = "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
inline const std::string bob = "02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
inline const std::string carol = "02e493dbf1c10d80f3581e4904930b1404cc6c13900ee0758474fa94abe8c4cd13";
inline const std::string to_alice = "849000x12x0";    // 933485371982610432
inline const std::string alice_to_bob = "849500x7x1"; // 934035127796170753
inline const std::string to_carol = "848123x55x0";    // 932521100287868928
inline const std::string carol_to_bob = "849777x3x0"; // 934339692516802560

/// The chain's height when the examples are paid; lightningd counts delays from the next block.
inline constexpr std::uint32_t blocks = 850'000;

/// An element of sendpay's route: the HTLC that arrives at `node`.
struct Element {
    std::string node;
    std::string channel;
    std::uint64_t amount_msat;
    int delay;
};

inline std::string hook(const std::string& id, const std::string& method, const std::string& params) {
    return R"({"rpc_command":{"jsonrpc":"2.0","id":")" + id + R"(","method":")" + method + R"(","params":)" + params +
           "}}";
}

/// `more`: the other members.
inline std::string sendpay(const std::string& hash, const std::vector<Element>& route, const std::string& more) {
    std::string elements;
    for (const auto& element : route)
        elements += std::string(elements.empty() ? "" : ",") + R"({"id":")" + element.node + R"(","channel":")" +
                    element.channel + R"(","direction":0,"amount_msat":)" + std::to_string(element.amount_msat) +
                    R"(,"delay":)" + std::to_string(element.delay) + R"(,"style":"tlv"})";
    return hook("cli:sendpay#339", "sendpay",
                R"({"route":[)" + elements + R"(],"payment_hash":")" + hash + "\"," + more + "}");
}

/// A pending row.
struct Row {
    std::string hash;
    std::string bolt11;
    std::uint64_t created_index;
    std::uint64_t partid; ///< left out when 0, as lightningd does
    std::uint64_t amount_msat;
    std::uint64_t amount_sent_msat;
    std::uint64_t created_at;
};

/// The row's members; `more` are those of a later state, starting with a comma.
inline std::string members(const Row& row, const std::string& status, const std::string& more = "") {
    const auto index = std::to_string(row.created_index);
    return R"("created_index":)" + index + R"(,"id":)" + index + R"(,"payment_hash":")" + row.hash +
           R"(","groupid":1)" + (row.partid > 0 ? R"(,"partid":)" + std::to_string(row.partid) : "") +
           R"(,"destination":")" + bob + R"(","amount_msat":)" + std::to_string(row.amount_msat) +
           R"(,"amount_sent_msat":)" + std::to_string(row.amount_sent_msat) + R"(,"created_at":)" +
           std::to_string(row.created_at) + R"(,"status":")" + status + R"(","bolt11":")" + row.bolt11 + "\"" + more;
}

inline std::string listing(const std::string& members) {
    return R"({"payments":[{)" + members + "}]}";
}

inline std::string pending(const Row& row) {
    return listing(members(row, "pending"));
}

inline std::string complete(std::uint64_t updated_index, std::uint64_t completed_at, const std::string& preimage) {
    return R"(,"updated_index":)" + std::to_string(updated_index) + R"(,"completed_at":)" +
           std::to_string(completed_at) + R"(,"payment_preimage":")" + preimage + "\"";
}

inline std::string sendpay_success(const std::string& members) {
    return R"({"sendpay_success":{)" + members + "}}";
}

/// The row inside is still pending (ElementsProject/lightning#7430); `why` are the members behind it.
inline std::string sendpay_failure(int code, const std::string& message, const Row& row, const std::string& why) {
    return R"({"sendpay_failure":{"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","data":{)" +
           members(row, "pending", why) + "}}}";
}

inline wire::Octets from_base64(const examples::Json& text) {
    const auto& encoded = text.get_ref<const std::string&>();
    wire::Octets octets(encoded.size() + 1); // libsodium needs a byte to write to, even for no input
    std::size_t size = 0;
    REQUIRE(sodium_base642bin(octets.data(), octets.size(), encoded.data(), encoded.size(), nullptr, &size, nullptr,
                              sodium_base64_VARIANT_ORIGINAL) == 0);
    return wire::first(octets, size);
}

inline wire::Octets u64(const examples::Json& decimal) {
    return wire::u64(std::stoull(decimal.get<std::string>()));
}

/// temporary_channel_failure of BOLT 4, hex, with the channel_update of BOLT 7 that LND shows as `update`.
inline std::string temporary_channel_failure(const examples::Json& update) {
    const auto bolt7 = wire::join(
        {wire::u16(258), from_base64(update["signature"]), from_base64(update["chain_hash"]), u64(update["chan_id"]),
         wire::u32(update["timestamp"]), wire::u8(update["message_flags"]), wire::u8(update["channel_flags"]),
         wire::u16(update["time_lock_delta"]), u64(update["htlc_minimum_msat"]), wire::u32(update["base_fee"]),
         wire::u32(update["fee_rate"]), u64(update["htlc_maximum_msat"]), from_base64(update["extra_opaque_data"])});
    return base::to_hex(wire::join({wire::u16(0x1007), wire::u16(bolt7.size()), bolt7}));
}

} // namespace messages
