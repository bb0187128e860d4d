#include "host/option.hpp"

#include "base/log.hpp"
#include "cln/command_params.hpp"

#include <algorithm>
#include <array>

namespace host {

namespace {

using Kind = Option::Kind;
using Checked = tl::expected<Setting, std::string>;

/// The value of an option that is not given.
Setting unset(const Option& option) {
    Setting setting{&option, std::string(option.name), option.default_value};
    if (option.kind == Kind::text || !option.default_text.empty())
        setting.texts.emplace_back(option.default_text);
    return setting;
}

/// Values are numbers in init and strings in setconfig.
Checked checked_number(Setting setting, const json::Tree& value) {
    const auto& option = *setting.option;
    const auto number = cln::read_u64(setting.name, value);
    if (!number || *number < option.least || *number > option.most)
        return tl::unexpected(setting.name + ": should be a whole number from " + std::to_string(option.least) +
                              " to " + std::to_string(option.most));
    setting.value = *number;
    return setting;
}

/// True if it can be written to a log line.
bool is_one_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

Checked checked_text(Setting setting, const json::Tree& value) {
    if (!value.is_string())
        return tl::unexpected(setting.name + ": should be a text");
    const auto& text = value.get_ref<const std::string&>();
    if (!is_one_line(text))
        return tl::unexpected(setting.name + ": should have no control characters");
    if (const auto reason = setting.option->check ? setting.option->check(text) : std::nullopt)
        return tl::unexpected(setting.name + ": " + *reason);
    setting.texts.push_back(text);
    return setting;
}

/// An array at init, with one element too.
Checked checked_texts(Setting setting, const json::Tree& values) {
    if (!values.is_array())
        return checked_text(std::move(setting), values);
    for (const auto& value : values) {
        auto one = checked_text(std::move(setting), value);
        if (!one)
            return one;
        setting = *std::move(one);
    }
    return setting;
}

/// lightningd passes `true`, or nothing. `false` is what a program may write that is not lightningd.
Checked checked_flag(Setting setting, const json::Tree& value) {
    if (!value.is_boolean())
        return tl::unexpected(setting.name + ": should have no value");
    setting.value = value.get<bool>() ? 1 : 0;
    return setting;
}

Checked checked(Setting setting, const json::Tree& value) {
    switch (setting.option->kind) {
    case Kind::number:
        return checked_number(std::move(setting), value);
    case Kind::text:
        return checked_text(std::move(setting), value);
    case Kind::texts:
        return checked_texts(std::move(setting), value);
    case Kind::flag:
        return checked_flag(std::move(setting), value);
    }
    return tl::unexpected(setting.name + ": not an option of this plugin");
}

Checked checked(std::span<const Option> options, const std::string& name, const json::Tree& value) {
    for (const auto& option : options)
        if (name == option.name || (!option.old_name.empty() && name == option.old_name))
            return checked({&option, name}, value);
    return tl::unexpected(base::loggable_name(name) + ": not an option of this plugin");
}

std::string default_of(const Option& option) {
    switch (option.kind) {
    case Kind::number:
        return " (default " + std::to_string(option.default_value) + ")";
    case Kind::text:
    case Kind::texts:
        return option.default_text.empty() ? std::string() : " (default " + std::string(option.default_text) + ")";
    case Kind::flag:
        break;
    }
    return {};
}

json::Tree declare(const Option& option) {
    json::Tree declared{{"name", option.name}, {"description", option.description}};
    switch (option.kind) {
    case Kind::number:
        declared["type"] = "int";
        declared["default"] = option.default_value;
        declared["dynamic"] = true;
        break;
    case Kind::texts: // lightningd takes one default, not an array, and passes it to init in an array
        declared["multi"] = true;
        [[fallthrough]];
    case Kind::text:
        declared["type"] = "string";
        if (!option.default_text.empty())
            declared["default"] = option.default_text;
        break;
    case Kind::flag: // lightningd refuses a default other than false, and `multi`
        declared["type"] = "flag";
        break;
    }
    return declared;
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
    for (const auto& option : options) {
        text.append("  ").append(option.name);
        if (option.kind != Kind::flag)
            text.append("=").append(option.unit);
        if (option.kind == Kind::texts)
            text.append(" (may be repeated)");
        text.append("\n").append(indented(std::string(option.description) + default_of(option)));
    }
    return text;
}

json::Tree declare(std::span<const Option> options) {
    auto declared = json::Tree::array();
    for (const auto& option : options)
        declared.push_back(declare(option));
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

Settings::Settings(std::span<const Option> options) {
    for (const auto& option : options)
        values_.push_back(unset(option));
}

Setting Settings::value(const Option& option) const {
    for (const auto& setting : values_)
        if (setting.option->name == option.name)
            return setting;
    return unset(option);
}

std::string Settings::text(const Option& option) const {
    const auto texts = value(option).texts;
    return texts.empty() ? std::string() : texts.front();
}

void Settings::set(Setting setting) {
    const auto same = [&](const Setting& value) { return value.option->name == setting.option->name; };
    if (const auto at = std::find_if(values_.begin(), values_.end(), same); at != values_.end())
        *at = std::move(setting);
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
    auto setting = checked(options, *name, *args->find("val"));
    if (!setting)
        return tl::unexpected(rpc::Error{rpc::invalid_params, setting.error()});
    if (setting->option->kind != Kind::number) // lightningd does not pass it on: it is not declared as dynamic
        return tl::unexpected(rpc::Error{rpc::invalid_params, *name + ": cannot be changed while the plugin runs"});
    return *std::move(setting);
}

} // namespace host
