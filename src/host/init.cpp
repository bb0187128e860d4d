#include "host/init.hpp"

#include "cln/fields.hpp"
#include "json/parser.hpp"

namespace host {

tl::expected<Init, CannotRun> read_init(std::span<const Option> options, const json::Tree& params) {
    const auto given = params.find("options");
    auto settings = read_options(options, given == params.end() ? json::Tree::object() : *given);
    if (!settings)
        return tl::unexpected(CannotRun{settings.error(), true});
    const auto configuration = params.find("configuration");
    if (configuration == params.end())
        return tl::unexpected(CannotRun{"init has no configuration"});
    json::Parser parser;
    cln::Fields fields(parser.read(json::dump(*configuration)).value_or(json::Value()), "configuration");
    Init init{*std::move(settings), std::string(fields.text("lightning-dir")), std::string(fields.text("rpc-file")),
              std::string(fields.find("network").text().value_or("")), fields.find("startup").is_true()};
    if (fields.error())
        return tl::unexpected(CannotRun{fields.error()->text()});
    return init;
}

} // namespace host
