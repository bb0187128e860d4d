// The plugins and plugin directories in the reply of `listconfigs`.
#include "cln/config.hpp"
#include "facts_in_json.hpp"

namespace listconfigs_target {

namespace {

std::size_t count(const fuzz::Tree& configs, const char* name) {
    const auto* option = fuzz::at(configs, name);
    const auto* values = option ? fuzz::at(*option, "values_str") : nullptr;
    return values && values->is_array() ? values->size() : 0;
}

} // namespace

FUZZ_TARGET(listconfigs) {
    const auto result = fuzz::json_of(data, size);
    if (!result)
        return 0;
    const auto config = cln::decode_listconfigs(fuzz::Nodes(*result));
    if (!config) {
        fuzz::check_refusal(config.error());
        return 0;
    }
    const auto& configs = *fuzz::at(*result, "configs");
    fuzz::require(config->plugins.size() == count(configs, "plugin") + count(configs, "important-plugin"),
                  "each named plugin is read");
    fuzz::require(config->directories.size() == count(configs, "plugin-dir"), "each directory is read");
    return 0;
}

} // namespace listconfigs_target
