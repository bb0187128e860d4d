// A temporary directory, removed at the end of the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace unit {

struct Directory {
    std::filesystem::path path;

    explicit Directory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "unit-").string() + std::string(6, 'X');
        if (!::mkdtemp(pattern.data()))
            throw std::runtime_error("no directory for the test");
        path = pattern;
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path); }
};

} // namespace unit
