// The plugin's options at init, and with setconfig. The input is one JSON value for both.
#include "plugin/options.hpp"
#include "refused_params.hpp"

namespace options_target {

namespace {

void check(const plugin::Options& options) {
    fuzz::require(options.linger.count() >= 0 && options.linger.count() <= 86'400, "a linger of a day at most");
    fuzz::require(options.retain <= 10'000'000, "ten million parts at most");
}

} // namespace

FUZZ_TARGET(options) {
    const auto value = fuzz::json_of(data, size);
    if (!value)
        return 0;
    const auto options = plugin::read_options(*value);
    if (options)
        check(*options);
    else
        fuzz::require(!options.error().empty(), "a refusal has words");
    const auto set = plugin::setting_of(*value);
    if (set)
        check(plugin::changed({}, *set));
    else
        fuzz::check_refusal(set.error());
    for (const char* name : {"trackpayments-linger", "trackpayments-retain"}) {
        auto init = fuzz::Tree::object();
        init[name] = *value;
        auto params = fuzz::Tree::object();
        params["config"] = name;
        params["val"] = *value;
        const auto at_init = plugin::read_options(init);
        const auto later = plugin::setting_of(params);
        fuzz::require(at_init.has_value() == later.has_value() || value->is_null(), "both ways take the same values");
        if (at_init && later) {
            const auto changed = plugin::changed({}, *later);
            fuzz::require(at_init->linger == changed.linger && at_init->retain == changed.retain,
                          "both ways give the same");
        }
    }
    return 0;
}

} // namespace options_target
