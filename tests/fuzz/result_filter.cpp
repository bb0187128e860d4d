// A caller's filter over a result: {"result": …, "filter": …}. All that is kept is in the result, in the same order.
#include "cln/result_filter.hpp"
#include "json_input.hpp"

namespace result_filter_target {

namespace {

constexpr const char* warning = "warning_parameter_filter";

bool within(const fuzz::Tree& kept, const fuzz::Tree& whole, bool top) {
    if (!kept.is_structured())
        return kept == whole;
    if (kept.type() != whole.type())
        return false;
    if (kept.is_object()) {
        for (const auto& [name, member] : kept.items())
            if (!(top && name == warning) && (!whole.contains(name) || !within(member, whole[name], false)))
                return false;
        return true;
    }
    std::size_t at = 0;
    for (const auto& element : kept) {
        while (at < whole.size() && !within(element, whole[at], false))
            ++at;
        if (at++ == whole.size())
            return false;
    }
    return true;
}

} // namespace

FUZZ_TARGET(result_filter) {
    const auto input = fuzz::json_of(data, size);
    if (!input || !fuzz::at(*input, "result") || !fuzz::at(*input, "filter"))
        return 0;
    const auto& result = (*input)["result"];
    const auto& filter = (*input)["filter"];
    const auto kept = cln::apply_filter(result, filter);
    fuzz::require(within(kept, result, true), "only members of the result are kept");
    if (!result.is_structured())
        fuzz::require(kept == result, "a value without members is not filtered");
    if (kept.is_object() && kept.contains(warning) && !result.contains(warning))
        fuzz::require(kept[warning].is_string(), "a warning is a text");
    return 0;
}

} // namespace result_filter_target
