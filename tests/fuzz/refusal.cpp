#include "refusal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace fuzz {

namespace {

constexpr std::array<std::string_view, 15> sentences{
    "not an object",
    "missing",
    "not an unsigned integer",
    "not a string",
    "not a 32 byte hex value",
    "not an amount in msat",
    "not a time in seconds",
    "an unknown status",
    "not an array",
    "more than two bytes",
    "not a hop number",
    "a malformed hop",
    "not a node id",
    "not a block height",
    "not JSON",
};

constexpr std::array<std::string_view, 51> names{
    "params",
    "payload",
    "sendpay_success",
    "sendpay_failure",
    "pay_failure",
    "pay_part_start",
    "pay_part_end",
    "block_added",
    "block",
    "result",
    "error",
    "data",
    "payments",
    "pays",
    "paystatus",
    "configs",
    "plugin",
    "important-plugin",
    "plugin-dir",
    "values_str",
    "code",
    "message",
    "failcode",
    "erring_index",
    "payment_hash",
    "groupid",
    "partid",
    "created_index",
    "id",
    "updated_index",
    "status",
    "amount_msat",
    "amount_sent_msat",
    "created_at",
    "completed_at",
    "payment_preimage",
    "bolt11",
    "bolt12",
    "hops",
    "error_code",
    "failed_node_id",
    "total_payment_msat",
    "height",
    "invoice_payment_hash",
    "invoice_amount_msat",
    "created",
    "updated",
    "deleted",
    "sendpays",
    "details",
    "blockheight",
};

/// `name.name[12].name`
bool is_place(std::string_view path) {
    while (true) {
        const auto dot = std::min(path.find('.'), path.size());
        auto name = path.substr(0, dot);
        if (const auto bracket = name.find('['); bracket != std::string_view::npos) {
            const auto index = name.substr(bracket + 1);
            if (index.size() < 2 || index.back() != ']' || index.find_first_not_of("0123456789") != index.size() - 1)
                return false;
            name = name.substr(0, bracket);
        }
        if (std::find(names.begin(), names.end(), name) == names.end())
            return false;
        if (dot == path.size())
            return true;
        path.remove_prefix(dot + 1);
    }
}

} // namespace

void check_refusal(const cln::DecodeError& error) {
    require(std::find(sentences.begin(), sentences.end(), error.what) != sentences.end(),
            "the error is a listed text of ours (refusal.cpp)");
    require(is_place(error.path), "the path has only listed names of ours (refusal.cpp)");
}

} // namespace fuzz
