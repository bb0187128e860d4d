#include "cln/config.hpp"

namespace cln {

namespace {

/// Appends the values of an option that may be given several times, or not at all.
std::optional<DecodeError> append_values(Fields& configs, std::string_view name, std::vector<std::string>& values) {
    if (!configs.find(name))
        return std::nullopt;
    Fields option = configs.object(name);
    const auto list = option.find("values_str");
    if (list && !list.is_array())
        option.refuse("values_str", "not an array");
    if (option.error() || !list)
        return option.error();
    for (std::size_t i = 0; const auto value : list.elements()) {
        const auto path = option.path().then("values_str").at(i++);
        const auto text = value.text();
        if (!text)
            return DecodeError{path.text(), "not a string"};
        values.emplace_back(*text);
    }
    return std::nullopt;
}

std::string text_of(Fields& configs, std::string_view option, std::string_view member) {
    return std::string(configs.find(option).find(member).text().value_or(""));
}

} // namespace

Decoded<PluginConfig> decode_listconfigs(Value result) {
    Fields fields(result, "result");
    Fields configs = fields.object("configs");
    if (configs.error())
        return tl::unexpected(*configs.error());
    PluginConfig config;
    for (const auto& [option, values] : {std::pair{"plugin", &config.plugins},
                                         {"important-plugin", &config.plugins},
                                         {"plugin-dir", &config.directories}})
        if (const auto error = append_values(configs, option, *values))
            return tl::unexpected(*error);
    config.lightning_dir = text_of(configs, "lightning-dir", "value_str");
    config.builtin = text_of(configs, "autoclean-cycle", "plugin");
    return config;
}

} // namespace cln
