// How the parameters of a command are refused, and given by position instead of by name.
#pragma once

#include "cln/command_params.hpp"
#include "json_input.hpp"
#include "rpc/write.hpp"

namespace fuzz {

inline void check_refusal(const rpc::Error& error) {
    require(error.code == rpc::invalid_params, "bad parameters are -32602");
    require(!error.message.empty(), "a refusal has words");
    const auto object = parsed(rpc::error_object(error));
    require(object && (*object)["code"] == error.code && (*object)["message"].is_string(),
            "lightningd dies of an error without code and message");
}

/// Nothing when there is a name that is not among them.
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
