// The plugin's options at init, and with setconfig. The input is one JSON value for both.
#include "plugin/trackpayments/options.hpp"
#include "host/init.hpp"
#include "refused_params.hpp"

namespace options_target {

namespace {

using trackpayments::options;

void check(const host::Settings& settings) {
    for (const auto& option : options)
        fuzz::require(settings.of(option) >= option.least && settings.of(option) <= option.most,
                      "a value is in its range");
}

host::Settings changed(const host::Setting& setting) {
    host::Settings settings(options);
    settings.set(setting);
    return settings;
}

} // namespace

FUZZ_TARGET(options) {
    const auto value = fuzz::json_of(data, size);
    if (!value)
        return 0;
    const auto given = host::read_options(options, *value);
    if (given)
        check(*given);
    else
        fuzz::require(!given.error().empty(), "an error has a text");
    const auto set = host::read_setconfig(options, *value);
    if (set)
        check(changed(*set));
    else
        fuzz::check_refusal(set.error());
    const auto started = host::read_init(options, *value);
    if (started)
        check(started->settings);
    else
        fuzz::require(!started.error().reason.empty(), "an error has a text");
    for (const char* name : {"trackpayments-failed-after", "trackpayments-linger", "trackpayments-retain"}) {
        auto init = fuzz::Tree::object();
        init[name] = *value;
        auto params = fuzz::Tree::object();
        params["config"] = name;
        params["val"] = *value;
        const auto at_init = host::read_options(options, init);
        const auto later = host::read_setconfig(options, params);
        fuzz::require(at_init.has_value() == later.has_value() || value->is_null(),
                      "init and setconfig accept the same values");
        if (at_init && later) {
            const auto then = changed(*later);
            for (const auto& option : options)
                fuzz::require(at_init->of(option) == then.of(option), "init and setconfig give the same");
        }
    }
    return 0;
}

} // namespace options_target
