#include "host/setting_check.hpp"

#include "host/start_config.hpp"

#include <utility>

namespace host {

namespace {

constexpr std::chrono::seconds longest_wait{10};

rpc::Error unchanged(const Setting& setting, const std::string& why) {
    return {rpc::invalid_params, setting.name + " is unchanged: " + why};
}

constexpr auto unknown = "listconfigs failed; try again";

} // namespace

void SettingCheck::check(const json::Tree& params, Answer answer) {
    const auto setting = read_setconfig(options_, params);
    if (!setting || !parent_.lightningd) // another host has no configuration that could break
        return answer(setting);
    if (setting->name != setting->option->name && !parent_.takes_deprecated)
        return answer(tl::unexpected(
            unchanged(*setting, "with allow-deprecated-apis=false lightningd does not start with this old name. "
                                "Use " +
                                    std::string(setting->option->name))));
    if (lightningd_.up())
        return look(*setting, answer);
    early_.push_back({*setting, std::move(answer)});
    if (!limit_.armed())
        limit_.start(longest_wait, [this] { give_up(); });
}

void SettingCheck::connected() {
    limit_.cancel();
    for (const auto& [setting, answer] : std::exchange(early_, {}))
        look(setting, answer);
}

void SettingCheck::look(const Setting& setting, const Answer& answer) {
    lightningd_.listconfigs(
        [setting, answer](const auto& config) {
            if (!config && config.error().code != rpc::method_not_found)
                return answer(tl::unexpected(unchanged(setting, unknown)));
            if (config && !starts_with_node(*config, own_path()))
                return answer(tl::unexpected(unchanged(setting, not_in_config(setting, own_path()))));
            answer(setting);
        },
        [setting, answer] { answer(tl::unexpected(unchanged(setting, unknown))); });
}

void SettingCheck::give_up() {
    for (const auto& [setting, answer] : std::exchange(early_, {}))
        answer(tl::unexpected(unchanged(setting, unknown)));
}

} // namespace host
