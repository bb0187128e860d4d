#include "host/option.hpp"

#include "cln/command_params.hpp"

#include <algorithm>
#include <array>

namespace host {

namespace {

/// Values are numbers in init and strings in setconfig.
tl::expected<Setting, std::string> checked(std::span<const Option> options, const std::string& name,
                                           const json::Tree& value) {
    for (const auto& option : options) {
        if (name != option.name && (option.old_name.empty() || name != option.old_name))
            continue;
        const auto number = cln::read_u64(name, value);
        if (!number || *number < option.least || *number > option.most)
            return tl::unexpected(name + ": should be a whole number from " + std::to_string(option.least) + " to " +
                                  std::to_string(option.most));
        return Setting{&option, name, *number};
    }
    return tl::unexpected(name + ": not an option of this plugin");
}

/// The text in lines of at most 100 characters, each behind six spaces.
std::string indented(std::string_view text) {
    constexpr std::size_t width = 100 - 6;
    std::string lines;
    while (text.size() > width) {
        const auto end = text.substr(0, width + 1).rfind(' ');
        if (end == std::string_view::npos)
            break;
        lines.append("      ").append(text.substr(0, end)).append("\n");
        text.remove_prefix(end + 1);
    }
    return lines.append("      ").append(text).append("\n");
}

} // namespace

std::string help(std::span<const Option> options) {
    std::string text;
    for (const auto& option : options)
        text.append("  ")
            .append(option.name)
            .append("=")
            .append(option.unit)
            .append("\n")
            .append(
                indented(std::string(option.description) + " (default " + std::to_string(option.default_value) + ")"));
    return text;
}

json::Tree declare(std::span<const Option> options) {
    auto declared = json::Tree::array();
    for (const auto& option : options)
        declared.push_back({{"name", option.name},
                            {"type", "int"},
                            {"default", option.default_value},
                            {"description", option.description},
                            {"dynamic", true}});
    for (const auto& option : options)
        if (!option.old_name.empty())
            // No default: with deprecated options disabled, lightningd would refuse the default and then the plugin.
            declared.push_back({{"name", option.old_name},
                                {"type", "int"},
                                {"description", "Old name of " + std::string(option.name)},
                                {"deprecated", true},
                                {"dynamic", true}});
    return declared;
}

Settings::Settings(std::span<const Option> options) : options_(options) {
    for (const auto& option : options)
        values_.push_back(option.default_value);
}

std::uint64_t Settings::of(const Option& option) const {
    for (std::size_t i = 0; i < options_.size(); ++i)
        if (options_[i].name == option.name)
            return values_[i];
    return option.default_value;
}

void Settings::set(const Setting& setting) {
    values_[static_cast<std::size_t>(setting.option - options_.data())] = setting.value;
}

tl::expected<Settings, std::string> read_options(std::span<const Option> options, const json::Tree& given) {
    Settings settings(options);
    if (!given.is_object())
        return settings;
    std::vector<Setting> old;
    for (const auto& [name, value] : given.items()) {
        auto setting = checked(options, name, value);
        if (!setting)
            return tl::unexpected(setting.error());
        if (name == setting->option->name)
            settings.set(*setting);
        else
            old.push_back(*std::move(setting));
    }
    for (const auto& setting : old) {
        settings.by_old_name.push_back(setting.option);
        if (settings.of(*setting.option) == setting.option->default_value)
            settings.set(setting);
    }
    return settings;
}

tl::expected<Setting, rpc::Error> read_setconfig(std::span<const Option> options, const json::Tree& params) {
    constexpr std::array<cln::Param, 2> declared{{{"config", true}, {"val", true}}};
    const auto args = cln::Args::bind(params, declared);
    if (!args)
        return tl::unexpected(args.error());
    const auto name = cln::read_string("config", *args->find("config"));
    if (!name)
        return tl::unexpected(name.error());
    return checked(options, *name, *args->find("val")).map_error([](const std::string& reason) {
        return rpc::Error{rpc::invalid_params, reason};
    });
}

} // namespace host
