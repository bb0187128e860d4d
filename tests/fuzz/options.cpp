// Options at init, and with setconfig: those of the tracker, and options of every kind. The input is one JSON value for
// both.
#include "plugin/trackpayments/options.hpp"
#include "host/init.hpp"
#include "publish/topics.hpp"
#include "refused_params.hpp"

namespace options_target {

namespace {

using trackpayments::options;

void check(const host::Settings& settings) {
    for (const auto& option : options)
        fuzz::require(settings.of(option) >= option.least && settings.of(option) <= option.most,
                      "a value is in its range");
    fuzz::require(publish::read_topics(settings.text(trackpayments::topics_option)).has_value(),
                  "the names of topics were checked");
}

host::Settings changed(const host::Setting& setting) {
    host::Settings settings(options);
    settings.set(setting);
    return settings;
}

using Kind = host::Option::Kind;

std::optional<std::string> no_colon(std::string_view text) {
    return text.find(':') == std::string_view::npos ? std::nullopt : std::optional<std::string>("should have no colon");
}

constexpr std::array<host::Option, 4> kinds{{
    {.name = "n", .unit = "", .description = "", .kind = Kind::number, .least = 1, .most = 9, .default_value = 5},
    {.name = "t", .unit = "", .description = "", .kind = Kind::text, .default_text = "none", .check = no_colon},
    {.name = "m", .unit = "", .description = "", .kind = Kind::texts, .default_text = "none", .check = no_colon},
    {.name = "f", .unit = "", .description = "", .kind = Kind::flag},
}};

void check_text(const std::string& text) {
    fuzz::require(!no_colon(text), "the check accepted each text");
    fuzz::require(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }),
                  "a text fits one log line");
}

void check_kinds(const host::Settings& settings) {
    fuzz::require(settings.of(kinds[0]) >= 1 && settings.of(kinds[0]) <= 9, "a value is in its range");
    check_text(settings.text(kinds[1]));
    for (const auto& text : settings.texts(kinds[2]))
        check_text(text);
    fuzz::require(settings.texts(kinds[0]).empty() && settings.texts(kinds[3]).empty(), "only texts have texts");
}

/// The input as all options, as the value of each, and as an array of one.
void check_every_kind(const fuzz::Tree& value) {
    if (const auto given = host::read_options(kinds, value))
        check_kinds(*given);
    for (const auto& option : kinds) {
        const auto init = fuzz::Tree{{std::string(option.name), value}};
        const auto given = host::read_options(kinds, init);
        if (given)
            check_kinds(*given);
        else
            fuzz::require(given.error().starts_with(option.name), "an error begins with the name");
        const auto repeated = host::read_options(kinds, {{std::string(option.name), fuzz::Tree::array({value})}});
        fuzz::require(option.kind == Kind::texts || !repeated, "only texts may be repeated");
        if (option.kind == Kind::texts && given && value.is_string())
            fuzz::require(repeated && repeated->texts(option) == given->texts(option), "an array of one is that one");
        const auto set = host::read_setconfig(kinds, {{"config", option.name}, {"val", value}});
        fuzz::require(!set || option.kind == Kind::number, "setconfig changes only numbers");
    }
}

} // namespace

FUZZ_TARGET(options) {
    const auto value = fuzz::json_of(data, size);
    if (!value)
        return 0;
    check_every_kind(*value);
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
