// A plugin's declarations: options, commands, topics, subscriptions and hooks. Dispatch, `check`, usage, --help and the
// manifest use these rows, and tests compare the tables of the man pages with them.
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

/// A member of a command's result, as listed in the man page.
struct Member {
    std::string_view name;
    std::string_view type;
};

struct CommandSpec {
    std::string_view name;
    std::span<const cln::Param> params;
    std::string_view description;           ///< required by lightningd up to v24.05
    std::string_view long_description = {}; ///< `help` shows it up to v24.05; may be empty
    std::string_view category;
    std::span<const Member> result = {};
    std::span<const int> codes = {};
    /// lightningd has a command of this name itself: register it only if the parent is another program.
    bool built_in = false;
};

struct Request {
    std::string_view id; ///< raw
    const json::Tree& params;
    std::string_view filter; ///< raw, empty if there is none
};

struct Command {
    CommandSpec spec;
    std::function<void(const Request&)> serve; ///< must answer every request once, now or later
    /// The error with which `serve` would refuse these params. If null, everything that fits the declared parameters is
    /// accepted.
    std::function<std::optional<rpc::Error>(const json::Tree& params)> check = nullptr;
};

/// A topic of lightningd or of another plugin.
struct Subscription {
    std::string_view topic;
    cln::Version since = {0, 0}; ///< the first version with this topic
};

struct Hook {
    std::string_view name;
    /// Methods to hook, except those that the program registers itself.
    std::span<const std::string_view> filters = {};
    bool registered = true;
};

struct Declaration {
    std::string_view name; ///< the program's
    std::span<const Option> options = {};
    std::vector<Command> commands = {};
    std::span<const std::string_view> topics = {}; ///< topics that it publishes
    std::vector<Subscription> subscriptions = {};
    std::vector<Hook> hooks = {};
};

} // namespace host
