#include "io/private_directory.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

namespace io {

namespace {

tl::unexpected<std::string> system_error(const std::string& path, int error) {
    return tl::unexpected(path + ": " + uv_strerror(uv_translate_sys_error(error))); // strerror() is not thread-safe
}

/// Closes the descriptor at the end of the scope.
class Descriptor final {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_;
};

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            content.remove_prefix(static_cast<std::size_t>(n));
    }
    return ::fsync(fd) == 0;
}

} // namespace

PrivateDirectory::~PrivateDirectory() {
    if (fd_ >= 0)
        ::close(fd_);
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

PrivateDirectory& PrivateDirectory::operator=(PrivateDirectory&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

tl::expected<PrivateDirectory, std::string> PrivateDirectory::open(const std::string& path) {
    return open_at(AT_FDCWD, path, path);
}

tl::expected<PrivateDirectory, std::string> PrivateDirectory::open_at(int parent, const std::string& name,
                                                                      std::string path) {
    if (::mkdirat(parent, name.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return system_error(path, errno);
    const int fd = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return system_error(path, errno);
    return PrivateDirectory(fd, std::move(path));
}

tl::expected<PrivateDirectory, std::string> PrivateDirectory::inside(std::string_view names) const {
    const auto slash = names.find('/');
    const auto first = std::string(names.substr(0, slash));
    auto directory = open_at(fd_, first, path_ + '/' + first);
    if (!directory || slash == std::string_view::npos)
        return directory;
    return directory->inside(names.substr(slash + 1));
}

tl::unexpected<std::string> PrivateDirectory::failed(const std::string& name) const {
    return system_error(path_ + '/' + name, errno);
}

tl::expected<std::optional<std::string>, std::string> PrivateDirectory::load(const std::string& name,
                                                                             std::size_t most) const {
    // O_NONBLOCK: a FIFO of that name must not hold up the process.
    const Descriptor file(::openat(fd_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file)
        return errno == ENOENT ? tl::expected<std::optional<std::string>, std::string>(std::nullopt) : failed(name);
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0)
        return failed(name);
    if (!S_ISREG(facts.st_mode) || static_cast<std::size_t>(facts.st_size) > most)
        return tl::unexpected(path_ + '/' + name + ": not a regular file of at most " + std::to_string(most) +
                              " bytes");
    std::string content(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t size = 0;
    while (size < content.size()) {
        const auto n = ::read(file.get(), content.data() + size, content.size() - size);
        if (n < 0 && errno != EINTR)
            return failed(name);
        if (n == 0)
            break;
        size += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    content.resize(size);
    return content;
}

tl::expected<void, std::string> PrivateDirectory::store(const std::string& name, std::string_view content) const {
    const auto temporary = '.' + name + ".new";
    ::unlinkat(fd_, temporary.c_str(), 0); // of a process that was killed while it wrote
    {
        const Descriptor file(
            ::openat(fd_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
        if (!file || !write_all(file.get(), content)) {
            auto error = failed(name);
            ::unlinkat(fd_, temporary.c_str(), 0);
            return error;
        }
    }
    if (::renameat(fd_, temporary.c_str(), fd_, name.c_str()) != 0)
        return failed(name);
    return {};
}

} // namespace io
