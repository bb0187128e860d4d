#include "jetstream/secret_file.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jetstream {

namespace {

constexpr std::size_t most = 64UL * 1024;

tl::unexpected<std::string> failed(const std::string& path) {
    return tl::unexpected("cannot read " + path + ": " + std::generic_category().message(errno));
}

tl::expected<std::string, std::string> load_from(int fd, const std::string& path) {
    // Of the open file, so that no other one can take its place.
    struct stat about {};
    if (::fstat(fd, &about) != 0)
        return failed(path);
    if (!S_ISREG(about.st_mode))
        return tl::unexpected("cannot read " + path + ": it is not a file");
    if ((about.st_mode & 077U) != 0)
        return tl::unexpected("its group or others may read or write " + path + ", which has a secret: chmod 600 " +
                              path);
    std::string content;
    std::array<char, 4096> piece{};
    for (;;) {
        const auto length = ::read(fd, piece.data(), piece.size());
        if (length < 0)
            return failed(path);
        if (length == 0)
            return content;
        content.append(piece.data(), static_cast<std::size_t>(length));
        if (content.size() > most)
            return tl::unexpected("cannot read " + path + ": it is larger than 64 kB");
    }
}

} // namespace

tl::expected<std::string, std::string> load_secret(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); // NOLINT(*-vararg): a pipe must not block
    if (fd < 0)
        return failed(path);
    auto content = load_from(fd, path);
    ::close(fd);
    return content;
}

} // namespace jetstream
