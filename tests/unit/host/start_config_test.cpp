#include "host/start_config.hpp"

#include "directory.hpp"

#include <fstream>

#include <doctest/doctest.h>

namespace start_config_test {

namespace fs = std::filesystem;

namespace {

struct Place : unit::Directory {
    fs::path self = path / "build" / "trackpayments";
    cln::PluginConfig config;

    Place() {
        make(self);
        make(path / "builtin" / "autoclean");
        config.lightning_dir = (path / ".lightning").string();
        config.builtin = (path / "builtin" / "autoclean").string();
    }
    static void make(const fs::path& file) {
        fs::create_directories(file.parent_path());
        std::ofstream(file).flush();
    }
    [[nodiscard]] bool starts() const { return host::starts_with_node(config, self); }
};

} // namespace

TEST_CASE("a plugin that was started by hand is not in the configuration") {
    Place place;
    CHECK_FALSE(place.starts());
    Place::make(place.path / "other" / "trackpayments");
    place.config.plugins = {(place.path / "other" / "trackpayments").string(), "elsewhere", ""};
    place.config.directories = {(place.path / "other").string(), "/not/there", ""};
    CHECK_FALSE(place.starts());
}

TEST_CASE("plugin= may name it by its path, through a link, or by a relative path") {
    Place place;
    fs::create_symlink(place.self, place.path / "link");
    fs::create_symlink(place.self.parent_path(), place.path / "linked");
    for (const auto& named :
         {place.self, place.path / "link", place.path / "linked" / "trackpayments",
          place.self.parent_path() / ".." / "build" / "trackpayments", fs::path("build/trackpayments")}) {
        place.config.plugins = {"/another", named.string()};
        CHECK_MESSAGE(place.starts(), named.string());
    }
}

TEST_CASE("a plugin directory may hold it or a link to it") {
    Place place;
    place.config.directories = {"/not/there", place.self.parent_path().string()};
    CHECK(place.starts());
    fs::create_directories(place.path / "d");
    place.config.directories = {(place.path / "d").string()};
    CHECK_FALSE(place.starts());
    fs::create_symlink(place.self, place.path / "d" / "mine");
    CHECK(place.starts());
}

TEST_CASE("the folder plugins of the lightning-dir is always searched, and one level below it") {
    for (const char* folder : {"plugins", "plugins/below"}) {
        Place place;
        fs::create_directories(place.path / ".lightning" / folder);
        CHECK_FALSE(place.starts());
        fs::create_symlink(place.self, place.path / ".lightning" / folder / "trackpayments");
        CHECK(place.starts());
    }
}

TEST_CASE("so is the folder of Core Lightning's own plugins") {
    Place place;
    place.self = place.path / "builtin" / "trackpayments";
    Place::make(place.self);
    CHECK(place.starts());
}

TEST_CASE("the refusal says both ways that work") {
    const auto words = host::not_in_config({nullptr, "trackpayments-failed-after", 30}, "/p/trackpayments");
    CHECK(words.find("lightning-cli plugin stop /p/trackpayments && lightning-cli plugin -k subcommand=start "
                     "plugin=/p/trackpayments trackpayments-failed-after=30") != std::string::npos);
    CHECK(words.find("put plugin=/p/trackpayments into the config file") != std::string::npos);
}

TEST_CASE("a program knows its own path") {
    CHECK(host::own_path().filename() == "unit-host");
    CHECK(host::own_path().is_absolute());
}

} // namespace start_config_test
