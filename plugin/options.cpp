#include "plugin/options.hpp"

#include "cln/command_params.hpp"

#include <array>

namespace plugin {

namespace {

struct Option {
    const char* name;
    const char* description;
    std::uint64_t least;
    std::uint64_t most;
    std::uint64_t (*get)(const Options&);
    void (*set)(Options&, std::uint64_t);
};

constexpr std::array<Option, 2> all{{
    {"trackpayments-linger",
     "Seconds without a new attempt after which a payment whose parts all failed is told to have failed, where nothing "
     "else says so",
     0, 86'400, [](const Options& options) { return static_cast<std::uint64_t>(options.linger.count()); },
     [](Options& options, std::uint64_t value) { options.linger = std::chrono::seconds(value); }},
    {"trackpayments-retain", "How many parts of finished payments are kept in memory", 0, 10'000'000,
     [](const Options& options) { return static_cast<std::uint64_t>(options.retain); },
     [](Options& options, std::uint64_t value) { options.retain = static_cast<std::size_t>(value); }},
}};

/// At init values are numbers, in setconfig strings. The reason when it is refused.
tl::expected<Setting, std::string> checked(const std::string& name, const json::Tree& value) {
    for (const auto& option : all) {
        if (name != option.name)
            continue;
        const auto number = cln::read_u64(name, value);
        if (!number || *number < option.least || *number > option.most)
            return tl::unexpected(name + ": should be a whole number from " + std::to_string(option.least) + " to " +
                                  std::to_string(option.most));
        return Setting{name, *number};
    }
    return tl::unexpected(name + ": not an option of this plugin");
}

} // namespace

json::Tree declare_options() {
    auto declared = json::Tree::array();
    for (const auto& option : all)
        declared.push_back({{"name", option.name},
                            {"type", "int"},
                            {"default", option.get(Options{})},
                            {"description", option.description},
                            {"dynamic", true}});
    return declared;
}

tl::expected<Options, std::string> read_options(const json::Tree& given) {
    Options options;
    if (!given.is_object())
        return options;
    for (const auto& [name, value] : given.items()) {
        const auto setting = checked(name, value);
        if (!setting)
            return tl::unexpected(setting.error());
        options = changed(options, *setting);
    }
    return options;
}

tl::expected<Setting, rpc::Error> setting_of(const json::Tree& params) {
    constexpr std::array<cln::Param, 2> declared{{{"config", true}, {"val", true}}};
    const auto args = cln::Args::bind(params, declared);
    if (!args)
        return tl::unexpected(args.error());
    const auto name = cln::read_string("config", *args->find("config"));
    if (!name)
        return tl::unexpected(name.error());
    return checked(*name, *args->find("val")).map_error([](const std::string& reason) {
        return rpc::Error{rpc::invalid_params, reason};
    });
}

Options changed(Options options, const Setting& setting) {
    for (const auto& option : all)
        if (setting.option == option.name)
            option.set(options, setting.value);
    return options;
}

} // namespace plugin
