// Reads a command's parameters, named or positional, and refuses them with the same messages as lightningd
// (common/param.c, common/json_param.c), so that the plugin's commands behave like lightningd's own. Every refusal has
// code -32602.
#pragma once

#include "base/bytes.hpp"
#include "json/text.hpp"
#include "rpc/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace cln {

/// Types as in the man pages.
enum class ParamType { boolean, hex, integer, string };

struct Param {
    std::string_view name;
    bool required = false;
    ParamType type = ParamType::string;
    std::string_view help = {};          ///< beginning of its description in the man page
    std::string_view default_value = {}; ///< value used if it is not given; empty: none
};

/// `payment_hash status [partid] [groupid]`, as in `help`.
[[nodiscard]] std::string usage(std::span<const Param> declared);

class Args final {
  public:
    /// `params` is an array, an object or null. Refuses missing, unknown and surplus parameters. A parameter of `null`
    /// counts as not given.
    static tl::expected<Args, rpc::Error> bind(const json::Tree& params, std::span<const Param> declared);

    /// Null if the parameter was not given. `name` must be declared.
    [[nodiscard]] const json::Tree* find(std::string_view name) const;

  private:
    std::span<const Param> declared_;
    std::vector<const json::Tree*> values_; // point into the params given to bind()
};

/// `<name>: <complaint>: invalid token '<the value as JSON>'`, lightningd's form (command_fail_badparam).
[[nodiscard]] rpc::Error bad_param(std::string_view name, const json::Tree& value, std::string_view complaint);

/// The readers below take the value of a given parameter.
[[nodiscard]] tl::expected<base::PaymentHash, rpc::Error> read_hash(std::string_view name, const json::Tree& value);
/// A number, or a string of digits: lightning-cli sometimes quotes numbers.
[[nodiscard]] tl::expected<std::uint64_t, rpc::Error> read_u64(std::string_view name, const json::Tree& value);
[[nodiscard]] tl::expected<bool, rpc::Error> read_bool(std::string_view name, const json::Tree& value);
[[nodiscard]] tl::expected<std::string, rpc::Error> read_string(std::string_view name, const json::Tree& value);

} // namespace cln
