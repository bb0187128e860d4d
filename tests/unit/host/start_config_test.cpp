#include "host/start_config.hpp"

#include "directory.hpp"

#include <fstream>

#include <doctest/doctest.h>

namespace start_config_test {

namespace fs = std::filesystem;

namespace {

struct Installed : unit::Directory {
    fs::path self = path / "build" / "trackpayments";
    cln::PluginConfig config;

    Installed() {
        make(self);
        make(path / "builtin" / "autoclean");
        config.lightning_dir = (path / ".lightning").string();
        config.builtin = (path / "builtin" / "autoclean").string();
    }
    static void make(const fs::path& file) {
        fs::create_directories(file.parent_path());
        std::ofstream(file).flush();
        fs::permissions(file, fs::perms::owner_all);
    }
    [[nodiscard]] bool starts() const { return host::starts_with_node(config, self); }
};

} // namespace

TEST_CASE("a plugin started by hand is not in the configuration") {
    Installed installed;
    CHECK_FALSE(installed.starts());
    Installed::make(installed.path / "other" / "trackpayments-lnd");
    installed.config.plugins = {(installed.path / "other" / "trackpayments-lnd").string(), "elsewhere", ""};
    installed.config.directories = {(installed.path / "other").string(), "/not/there", ""};
    CHECK_FALSE(installed.starts());
}

TEST_CASE("plugin= may name the program by path, by link or by relative path") {
    Installed installed;
    fs::create_symlink(installed.self, installed.path / "link");
    fs::create_symlink(installed.self.parent_path(), installed.path / "linked");
    for (const auto& named :
         {installed.self, installed.path / "link", installed.path / "linked" / "trackpayments",
          installed.self.parent_path() / ".." / "build" / "trackpayments", fs::path("build/trackpayments")}) {
        installed.config.plugins = {"/another", named.string()};
        CHECK_MESSAGE(installed.starts(), named.string());
    }
}

TEST_CASE("a program of the same name has the options too, such as a script that runs this one") {
    Installed installed;
    Installed::make(installed.path / "other" / "trackpayments");
    installed.config.plugins = {(installed.path / "other" / "trackpayments").string()};
    CHECK(installed.starts());
    installed.config.plugins.clear();
    installed.config.directories = {(installed.path / "other").string()};
    CHECK(installed.starts());
}

TEST_CASE("in a plugin directory only a program counts: no folder of this name, such as a checkout, and no text") {
    Installed installed;
    fs::create_directories(installed.path / ".lightning" / "plugins" / "trackpayments");
    CHECK_FALSE(installed.starts());
    fs::create_directories(installed.path / "other");
    std::ofstream(installed.path / "other" / "trackpayments").flush();
    installed.config.directories = {(installed.path / "other").string()};
    CHECK_FALSE(installed.starts());
}

TEST_CASE("a plugin directory may hold the program or a link to it") {
    Installed installed;
    installed.config.directories = {"/not/there", installed.self.parent_path().string()};
    CHECK(installed.starts());
    fs::create_directories(installed.path / "d");
    installed.config.directories = {(installed.path / "d").string()};
    CHECK_FALSE(installed.starts());
    fs::create_symlink(installed.self, installed.path / "d" / "mine");
    CHECK(installed.starts());
}

TEST_CASE("the lightning-dir's folder plugins is always searched, and one level below it") {
    for (const char* folder : {"plugins", "plugins/below"}) {
        Installed installed;
        fs::create_directories(installed.path / ".lightning" / folder);
        CHECK_FALSE(installed.starts());
        fs::create_symlink(installed.self, installed.path / ".lightning" / folder / "trackpayments");
        CHECK(installed.starts());
    }
}

TEST_CASE("the folder of Core Lightning's own plugins is always searched") {
    Installed installed;
    installed.self = installed.path / "builtin" / "trackpayments";
    Installed::make(installed.self);
    CHECK(installed.starts());
}

TEST_CASE("the error names both ways that work") {
    const auto error = host::not_in_config({nullptr, "trackpayments-failed-after", 30}, "/p/trackpayments");
    CHECK(error.find("lightning-cli plugin stop /p/trackpayments && lightning-cli plugin -k subcommand=start "
                     "plugin=/p/trackpayments trackpayments-failed-after=30") != std::string::npos);
    CHECK(error.find("put plugin=/p/trackpayments into the config file") != std::string::npos);
}

TEST_CASE("a program finds its own path") {
    CHECK(host::own_path().filename() == "unit-host");
    CHECK(host::own_path().is_absolute());
}

} // namespace start_config_test
