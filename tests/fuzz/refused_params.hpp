// Checks a command's refusal of its parameters, and moves named parameters to their positions.
#pragma once

#include "cln/command_params.hpp"
#include "json_input.hpp"
#include "rpc/write.hpp"

namespace fuzz {

inline void check_refusal(const rpc::Error& error) {
    require(error.code == rpc::invalid_params, "invalid parameters are error -32602");
    require(!error.message.empty(), "an error has a message");
    const auto object = parsed(rpc::error_object(error));
    require(object && (*object)["code"] == error.code && (*object)["message"].is_string(),
            "an error has code and message, without which lightningd crashes");
}

/// Nothing when a name is not among `names`.
template <std::size_t N>
std::optional<Tree> by_position(const Tree& named, const std::array<const char*, N>& params) {
    auto list = Tree::array();
    std::size_t known = 0;
    for (const auto* name : params) {
        known += named.contains(name) ? 1 : 0;
        const auto* value = at(named, name);
        list.push_back(value ? *value : Tree());
    }
    return known == named.size() ? std::optional(list) : std::nullopt;
}

} // namespace fuzz
