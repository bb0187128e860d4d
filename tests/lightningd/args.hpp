// Parameters of a built-in command, read and refused as lightningd does (common/json_param.c). Collects the first
// complaint, so that a command reads all it wants and asks once.
#pragma once

#include "request.hpp"

#include "cln/command_params.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace standin {

class Args final {
  public:
    /// `declared` as cln::Param, in positional order.
    Args(const Request& request, std::initializer_list<cln::Param> declared);
    /// Where they are not the same in all versions.
    Args(const Request& request, std::vector<cln::Param> declared);

    [[nodiscard]] const json::Tree* find(std::string_view name) const;
    [[nodiscard]] std::optional<base::PaymentHash> hash(std::string_view name);
    /// A negative number wraps, as strtoull's does (observed: partid -1 is not refused).
    [[nodiscard]] std::optional<std::uint64_t> u64(std::string_view name);
    /// A number, or text such as "1000msat", "5sat".
    [[nodiscard]] std::optional<std::uint64_t> msat(std::string_view name);
    [[nodiscard]] std::optional<std::string> string(std::string_view name);
    /// A string in which `\u` escapes are refused (param_escaped_string).
    [[nodiscard]] std::optional<std::string> plain_string(std::string_view name);
    [[nodiscard]] std::optional<std::string> hex(std::string_view name,
                                                 std::string_view complaint = "should be a hex value");
    [[nodiscard]] std::optional<bool> boolean(std::string_view name);

    void refuse(std::string_view name, std::string_view complaint);
    /// Answers the request with the first complaint, if there was one; true then.
    [[nodiscard]] bool refused(Request& request) const;

  private:
    /// The token as the client wrote it.
    [[nodiscard]] std::string_view raw(std::string_view name) const;

    std::string_view raw_params_;
    std::vector<cln::Param> declared_;
    tl::expected<cln::Args, rpc::Error> bound_;
    std::optional<rpc::Error> error_;
};

} // namespace standin
