// A program's options, one row each: declared in the manifest, read at `init`, changed by `setconfig`. All are whole
// numbers.
#pragma once

#include "json/text.hpp"
#include "rpc/error.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace host {

struct Option {
    std::string_view name;
    std::string_view unit; ///< for --help
    std::string_view description;
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint64_t default_value = 0;
    /// An older name that configurations may still contain: declared as deprecated, with the same meaning. lightningd
    /// does not start if a configuration has an unknown option.
    std::string_view old_name = {};
};

/// The lines for --help.
[[nodiscard]] std::string help(std::span<const Option> options);

/// The `options` array of the manifest.
[[nodiscard]] json::Tree declare(std::span<const Option> options);

/// One option with a valid value.
struct Setting {
    const Option* option = nullptr; ///< a row of the declaration
    std::string name;               ///< the name as given, new or old
    std::uint64_t value = 0;
};

/// The value of every option.
class Settings final {
  public:
    explicit Settings(std::span<const Option> options);
    [[nodiscard]] std::uint64_t of(const Option& option) const;
    void set(const Setting& setting);
    /// Options given by their old names, to be logged.
    std::vector<const Option*> by_old_name;

  private:
    std::span<const Option> options_;
    std::vector<std::uint64_t> values_;
};

/// Reads the options object of `init`. The error is a sentence for the operator. lightningd passes the default of each
/// option that is not set, so an old name counts if the new one has its default.
[[nodiscard]] tl::expected<Settings, std::string> read_options(std::span<const Option> options,
                                                               const json::Tree& given);

/// Reads the params of `setconfig`.
[[nodiscard]] tl::expected<Setting, rpc::Error> read_setconfig(std::span<const Option> options,
                                                               const json::Tree& params);

} // namespace host
