#include "io/private_directory.hpp"

#include "directory.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace {

unsigned mode_of(const std::filesystem::path& path) {
    struct stat facts {};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777;
}

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path) << text;
}

} // namespace

TEST_CASE("directories and files are made for their owner alone") {
    const unit::Directory temporary;
    const auto path = temporary.path / "secrets";
    const auto directory = io::PrivateDirectory::open(path.string());
    REQUIRE(directory);
    const auto deep = directory->inside("a/b");
    REQUIRE(deep);
    REQUIRE(deep->store("key", "one"));
    CHECK(deep->path() == path.string() + "/a/b");
    CHECK(deep->load("key", 100).value() == "one");
    REQUIRE(deep->store("key", "two"));
    CHECK(deep->load("key", 100).value() == "two");
    CHECK(mode_of(path) == 0700);
    CHECK(mode_of(path / "a") == 0700);
    CHECK(mode_of(path / "a/b") == 0700);
    CHECK(mode_of(path / "a/b/key") == 0600);
    CHECK(std::distance(std::filesystem::directory_iterator(path / "a/b"), {}) == 1);
}

TEST_CASE("a missing file is no error, other trouble names the path") {
    const unit::Directory temporary;
    const auto path = temporary.path;
    const auto directory = io::PrivateDirectory::open(path.string());
    REQUIRE(directory);
    CHECK(directory->load("none", 100).value() == std::nullopt);
    write(path / "long", std::string(101, 'x'));
    CHECK(directory->load("long", 100).error() == path.string() + "/long: not a regular file of at most 100 bytes");
    CHECK(directory->load("long", 101).value()->size() == 101);
    REQUIRE(::mkfifo((path / "fifo").c_str(), 0600) == 0);
    CHECK_FALSE(directory->load("fifo", 100));
    CHECK(io::PrivateDirectory::open((path / "no/parent").string()).error() ==
          path.string() + "/no/parent: no such file or directory");
    CHECK(io::PrivateDirectory::open(path / "long").error() == path.string() + "/long: not a directory");
}

TEST_CASE("symbolic links are replaced or refused, never followed") {
    const unit::Directory temporary;
    const auto path = temporary.path;
    const auto directory = io::PrivateDirectory::open(path.string());
    REQUIRE(directory);
    write(path / "target", "untouched");
    std::filesystem::create_symlink("target", path / "link");
    std::filesystem::create_symlink("target", path / ".link.new"); // where the temporary file is made
    CHECK_FALSE(directory->load("link", 100));
    REQUIRE(directory->store("link", "secret"));
    CHECK(directory->load("link", 100).value() == "secret");
    CHECK(directory->load("target", 100).value() == "untouched");
    std::filesystem::create_directory(path / "elsewhere");
    std::filesystem::create_directory_symlink("elsewhere", path / "inside");
    CHECK_FALSE(directory->inside("inside"));
    CHECK_FALSE(io::PrivateDirectory::open(path / "inside"));
}

TEST_CASE("a failed write leaves the old file") {
    const unit::Directory temporary;
    const auto path = temporary.path;
    const auto directory = io::PrivateDirectory::open(path.string());
    REQUIRE(directory);
    std::filesystem::create_directories(path / "name/inner"); // a directory cannot be replaced by a file
    CHECK_FALSE(directory->store("name", "text"));
    CHECK(std::filesystem::is_directory(path / "name"));
}
