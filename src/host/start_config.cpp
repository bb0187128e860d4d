#include "host/start_config.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace host {

namespace fs = std::filesystem;

namespace {

/// A program of this name has this plugin's options: another build of it, or a script that sets the environment and
/// runs it. That also finds a relative path, which starts from lightningd's working directory (listconfigs does not
/// show it).
bool has_options(const fs::path& named, const fs::path& self) {
    std::error_code error;
    return named.filename() == self.filename() || (fs::equivalent(named, self, error) && !error);
}

/// The entries of a directory; none if it does not exist.
std::vector<fs::path> entries(const fs::path& directory) {
    std::vector<fs::path> found;
    std::error_code error;
    for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
         entry.increment(error))
        found.push_back(entry->path());
    return found;
}

/// lightningd loads only programs: not a checkout in a folder of this name, for example.
bool is_program(const fs::path& file) {
    std::error_code error;
    const auto status = fs::status(file, error);
    constexpr auto executable = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
    return fs::is_regular_file(status) && (status.permissions() & executable) != fs::perms::none;
}

/// True also for a symbolic link: lightningd follows it and knows the plugin by the program's path.
bool holds(const fs::path& directory, const fs::path& self) {
    const auto files = entries(directory);
    return std::any_of(files.begin(), files.end(),
                       [&](const fs::path& file) { return has_options(file, self) && is_program(file); });
}

} // namespace

bool starts_with_node(const cln::PluginConfig& config, const fs::path& self) {
    if (std::any_of(config.plugins.begin(), config.plugins.end(),
                    [&](const fs::path& named) { return has_options(named, self); }))
        return true;
    std::vector<fs::path> directories(config.directories.begin(), config.directories.end());
    if (!config.lightning_dir.empty()) { // lightningd searches it, and one level below
        const auto always = fs::path(config.lightning_dir) / "plugins";
        directories.push_back(always);
        const auto below = entries(always);
        directories.insert(directories.end(), below.begin(), below.end());
    }
    if (!config.builtin.empty())
        directories.push_back(fs::path(config.builtin).parent_path());
    return std::any_of(directories.begin(), directories.end(),
                       [&](const fs::path& directory) { return holds(directory, self); });
}

std::string not_in_config(const Setting& setting, const fs::path& self) {
    const auto path = self.string();
    return "no plugin= or plugin-dir= in the configuration starts this plugin, so the stored option would keep "
           "lightningd "
           "from starting. Start the plugin with the option: lightning-cli plugin stop " +
           path + " && lightning-cli plugin -k subcommand=start plugin=" + path + " " + setting.name + "=" +
           std::to_string(setting.value) + ". Or put plugin=" + path +
           " into the config file and restart the node first";
}

fs::path own_path() {
    std::error_code error;
    auto path = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path(program_invocation_short_name) : path;
}

} // namespace host
