// A program's options, one row each: declared in the manifest and read at `init`. `setconfig` changes numbers only.
#pragma once

#include "json/text.hpp"
#include "rpc/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace host {

struct Option {
    /// texts: may be given several times, and all values count. flag: given without a value.
    enum class Kind : std::uint8_t { number, text, texts, flag };

    std::string_view name;
    std::string_view unit; ///< for --help
    std::string_view description;
    Kind kind = Kind::number;
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint64_t default_value = 0;
    /// An older name that configurations may still contain: declared as deprecated, with the same meaning. lightningd
    /// does not start if a configuration has an unknown option. Only for numbers.
    std::string_view old_name = {};
    /// text: the value if it is not given. texts: the only value then; no value if empty.
    std::string_view default_text = {};
    /// Of a text, or of each of several: why it is refused ("should be HOST:PORT"), nothing if it is valid. Null: every
    /// text is valid.
    std::optional<std::string> (*check)(std::string_view value) = nullptr;
};

/// The lines for --help.
[[nodiscard]] std::string help(std::span<const Option> options);

/// The `options` array of the manifest.
[[nodiscard]] json::Tree declare(std::span<const Option> options);

/// One option with a valid value.
struct Setting {
    const Option* option = nullptr; ///< a row of the declaration
    std::string name;               ///< the name as given, new or old
    std::uint64_t value = 0;        ///< of a number; flag: 1 if it is given
    std::vector<std::string> texts = {};
};

/// The value of every option.
class Settings final {
  public:
    explicit Settings(std::span<const Option> options);
    /// Each for the options of its kind. An option that is not declared has its default.
    [[nodiscard]] std::uint64_t of(const Option& number) const { return value(number).value; }
    [[nodiscard]] std::string text(const Option& option) const;
    [[nodiscard]] std::vector<std::string> texts(const Option& option) const { return value(option).texts; }
    [[nodiscard]] bool flag(const Option& option) const { return value(option).value != 0; }
    void set(Setting setting);
    /// Options given by their old names, to be logged.
    std::vector<const Option*> by_old_name;

  private:
    [[nodiscard]] Setting value(const Option& option) const;

    std::vector<Setting> values_; // one for each option
};

/// Reads the options object of `init`. The error is a sentence for the operator. lightningd passes the default of each
/// option that is not set, so an old name counts if the new one has its default.
[[nodiscard]] tl::expected<Settings, std::string> read_options(std::span<const Option> options,
                                                               const json::Tree& given);

/// Reads the params of `setconfig`.
[[nodiscard]] tl::expected<Setting, rpc::Error> read_setconfig(std::span<const Option> options,
                                                               const json::Tree& params);

} // namespace host
