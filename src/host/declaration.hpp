// What a plugin declares: options, commands, topics, subscriptions, hooks. Dispatch, `check`, usage, --help and the
// manifest come from these rows, and the tables of the man pages are tested against them.
#pragma once

#include "cln/command_params.hpp"
#include "cln/version.hpp"
#include "host/option.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace host {

/// A member of a command's result, or an error code, as the man page lists them.
struct Member {
    std::string_view name;
    std::string_view type;
};

struct CommandSpec {
    std::string_view name;
    std::span<const cln::Param> params;
    std::string_view description;           ///< lightningd requires one up to v24.05
    std::string_view long_description = {}; ///< shown by `help` up to v24.05; may be empty
    std::string_view category;
    std::span<const Member> result = {};
    std::span<const int> codes = {};
    /// lightningd has a command of this name: it is registered only where the parent is another program.
    bool built_in = false;
};

struct Request {
    std::string_view id; ///< raw
    const json::Tree& params;
    std::string_view filter; ///< raw, empty if there is none
};

struct Command {
    CommandSpec spec;
    std::function<void(const Request&)> serve; ///< every request is answered once, sooner or later
    /// Why serve would refuse them. Left out: whatever fits the declared parameters is accepted.
    std::function<std::optional<rpc::Error>(const json::Tree& params)> check = nullptr;
};

/// A topic of lightningd's or of another plugin's.
struct Subscription {
    std::string_view topic;
    cln::Version since = {0, 0}; ///< lightningd before it has no such topic
};

struct Hook {
    std::string_view name;
    /// Methods to hook; those the program registers itself are left out.
    std::span<const std::string_view> filters = {};
    bool registered = true;
};

struct Declaration {
    std::string_view name; ///< of the program
    std::span<const Option> options = {};
    std::vector<Command> commands = {};
    std::span<const std::string_view> topics = {}; ///< it publishes
    std::vector<Subscription> subscriptions = {};
    std::vector<Hook> hooks = {};
};

} // namespace host
