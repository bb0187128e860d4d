// A program's options as rows: declared in the manifest, read at `init`, changed with `setconfig`. All are whole
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
    /// A name that configurations may still have: declared as deprecated, with the same meaning. lightningd does not
    /// start with an option it does not know.
    std::string_view old_name = {};
};

/// Lines for --help.
[[nodiscard]] std::string help(std::span<const Option> options);

/// The `options` array of the manifest.
[[nodiscard]] json::Tree declare(std::span<const Option> options);

/// One option and a value that it may have.
struct Setting {
    const Option* option = nullptr; ///< a row of the program's
    std::string name;               ///< as it was given: the option's name, or its old one
    std::uint64_t value = 0;
};

/// The value of every option.
class Settings final {
  public:
    explicit Settings(std::span<const Option> options);
    [[nodiscard]] std::uint64_t of(const Option& option) const;
    void set(const Setting& setting);
    /// Whose old names were used, for a line in the log.
    std::vector<const Option*> by_old_name;

  private:
    std::span<const Option> options_;
    std::vector<std::uint64_t> values_;
};

/// `init`'s options object. The sentence an operator should read when a value cannot be used. lightningd passes the
/// default of an option that nobody set, so an old name counts where the new one has its default.
[[nodiscard]] tl::expected<Settings, std::string> read_options(std::span<const Option> options,
                                                               const json::Tree& given);

/// `setconfig`'s params.
[[nodiscard]] tl::expected<Setting, rpc::Error> read_setconfig(std::span<const Option> options,
                                                               const json::Tree& params);

} // namespace host
