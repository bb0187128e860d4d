// Parameters of a built-in command, read and refused as lightningd does (common/json_param.c). The stand-in's own code:
// the plugin must not be tested with its own parameter reading. The complaint about the caller's first bad token is the
// one answered, so a command reads all its parameters and then asks once.
#pragma once

#include "request.hpp"

#include "base/bytes.hpp"

#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace standin {

struct Param {
    std::string_view name;
    bool required = false;
};

/// `payment_hash status [partid] [groupid]`, as `help` shows it.
[[nodiscard]] std::string usage(std::span<const Param> declared);

class Args final {
  public:
    /// `declared` in positional order. `null` counts as not given by position, and as a value by name.
    Args(const Request& request, std::initializer_list<Param> declared);
    /// For parameters that differ between versions.
    Args(const Request& request, std::vector<Param> declared);

    [[nodiscard]] const json::Tree* find(std::string_view name) const;
    /// 64 hex digits, in quotes or not.
    [[nodiscard]] std::optional<base::PaymentHash> hash(std::string_view name);
    /// All that strtoull reads, in quotes or not: signs, leading space, octal and hex. A negative number wraps.
    [[nodiscard]] std::optional<std::uint64_t> u64(std::string_view name);
    [[nodiscard]] std::optional<std::uint32_t> u32(std::string_view name, std::string_view complaint);
    /// Digits, alone or followed by msat, sat or btc; the last may have decimals.
    [[nodiscard]] std::optional<std::uint64_t> msat(std::string_view name);
    /// Any token as text.
    [[nodiscard]] std::optional<std::string> string(std::string_view name);
    /// A string in which `\u` escapes are refused (param_escaped_string).
    [[nodiscard]] std::optional<std::string> plain_string(std::string_view name);
    /// A string, or a number as it is written (param_label).
    [[nodiscard]] std::optional<std::string> label(std::string_view name);
    [[nodiscard]] std::optional<std::string> hex(std::string_view name,
                                                 std::string_view complaint = "should be a hex value");
    /// 32 bytes in hex (param_secret).
    [[nodiscard]] std::optional<std::string> secret(std::string_view name);
    [[nodiscard]] std::optional<bool> boolean(std::string_view name);
    /// The text inside the quotes, or the whole token; nothing when it was not given.
    [[nodiscard]] std::optional<std::string_view> token(std::string_view name) const;

    void refuse(std::string_view name, std::string_view complaint);
    /// Answers the request with the complaint and returns true, if there is one.
    [[nodiscard]] bool refused(Request& request) const;

  private:
    struct Value {
        std::size_t place; ///< among the caller's tokens
        std::string_view text;
        json::Tree tree;
    };
    struct Complaint {
        std::size_t place;
        std::string message;
    };
    /// Checked after all parameters were read.
    static constexpr std::size_t behind_all = std::numeric_limits<std::size_t>::max();

    void bind(const Given& given);
    void complain(std::size_t place, std::string message);
    [[nodiscard]] const Value* value(std::string_view name) const;

    std::vector<Param> declared_;
    std::vector<std::optional<Value>> values_; // as declared
    std::optional<Complaint> complaint_;
};

} // namespace standin
