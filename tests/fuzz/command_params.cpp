// The readers of single parameters. The input is one JSON value.
#include "refused_params.hpp"

namespace command_params_target {

FUZZ_TARGET(command_params) {
    const auto value = fuzz::json_of(data, size);
    if (!value)
        return 0;
    const auto check = [](const auto& read, auto is_right) {
        if (read)
            fuzz::require(is_right(*read), "a parameter is read exactly");
        else
            fuzz::check_refusal(read.error());
    };
    check(cln::read_hash("hash", *value), [&](const auto& hash) { return fuzz::is_hex(&*value, hash.hex()); });
    check(cln::read_u64("number", *value), [&](auto number) { return fuzz::is_amount(&*value, number); });
    check(cln::read_bool("flag", *value),
          [&](bool flag) { return *value == flag || *value == (flag ? "true" : "false"); });
    check(cln::read_string("text", *value), [&](const auto& text) { return *value == text; });

    static constexpr std::array<cln::Param, 2> declared{{{"one", true}, {"two", false}}};
    const auto args = cln::Args::bind(*value, declared);
    if (!args) {
        fuzz::check_refusal(args.error());
        return 0;
    }
    const auto* one = args->find("one");
    fuzz::require(one && !one->is_null(), "a required parameter is given");
    fuzz::require(value->size() <= 2, "no surplus parameter is accepted");
    return 0;
}

} // namespace command_params_target
