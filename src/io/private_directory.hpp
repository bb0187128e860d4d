// A directory for secrets: only its owner may enter it or read its files. Files are replaced as a whole, and no
// symbolic link inside it is followed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace io {

class PrivateDirectory final {
  public:
    /// Opens it, or creates it with mode 0700; its parent must exist. The error is the system's, with the path.
    static tl::expected<PrivateDirectory, std::string> open(const std::string& path);

    ~PrivateDirectory();
    PrivateDirectory(PrivateDirectory&& other) noexcept;
    PrivateDirectory& operator=(PrivateDirectory&& other) noexcept;
    PrivateDirectory(const PrivateDirectory&) = delete;
    PrivateDirectory& operator=(const PrivateDirectory&) = delete;

    /// A directory inside, `/` between the names of several levels; created like this one.
    [[nodiscard]] tl::expected<PrivateDirectory, std::string> inside(std::string_view names) const;
    /// The content of a regular file of at most `most` bytes; nothing if there is no file of this name.
    [[nodiscard]] tl::expected<std::optional<std::string>, std::string> load(const std::string& name,
                                                                             std::size_t most) const;
    /// Writes a new file with mode 0600, then gives it the name. A reader sees the old content or the new.
    [[nodiscard]] tl::expected<void, std::string> store(const std::string& name, std::string_view content) const;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    PrivateDirectory(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    static tl::expected<PrivateDirectory, std::string> open_at(int parent, const std::string& name, std::string path);
    [[nodiscard]] tl::unexpected<std::string> failed(const std::string& name) const;

    int fd_ = -1;
    std::string path_;
};

} // namespace io
