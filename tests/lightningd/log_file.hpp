// The log, in lightningd's line format: `<time> <LEVEL> <source>: <text>`, LEVEL padded to seven. Without a file it
// goes to stdout, as lightningd's does. Lines are written at once, so that a test may read them while the node runs.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace standin {

enum class Level { trace, debug, info, unusual, broken };

class LogFile final {
  public:
    LogFile() = default;
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    /// False when the file cannot be opened.
    [[nodiscard]] bool open(const std::string& path);
    void write(Level level, std::string_view source, std::string_view text);

  private:
    std::FILE* file_ = nullptr;
};

} // namespace standin
