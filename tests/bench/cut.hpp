// How the benchmarks that play lightningd read from a pipe: whole messages, and the system's errors.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

namespace bench {

[[noreturn]] inline void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Calls `each` with every complete message, and keeps the rest.
template <class Each>
void cut(std::string& bytes, Each each) {
    std::size_t begin = 0;
    for (auto end = bytes.find("\n\n"); end != std::string::npos; end = bytes.find("\n\n", begin)) {
        each(std::string_view(bytes).substr(begin, end - begin));
        begin = end + 2;
    }
    bytes.erase(0, begin);
}

} // namespace bench
