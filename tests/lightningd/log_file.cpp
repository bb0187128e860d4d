#include "log_file.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace standin {

namespace {

const char* level_name(Level level) {
    switch (level) {
    case Level::trace:
        return "TRACE  ";
    case Level::debug:
        return "DEBUG  ";
    case Level::info:
        return "INFO   ";
    case Level::unusual:
        return "UNUSUAL";
    case Level::broken:
        return "**BROKEN**";
    }
    return "";
}

} // namespace

LogFile::~LogFile() {
    if (file_)
        std::fclose(file_);
}

bool LogFile::open(const std::string& path) {
    file_ = std::fopen(path.c_str(), "ae");
    return file_ != nullptr;
}

void LogFile::write(Level level, std::string_view source, std::string_view text) {
    using namespace std::chrono;
    const auto now = system_clock::now().time_since_epoch();
    const std::time_t seconds = duration_cast<std::chrono::seconds>(now).count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::FILE* out = file_ ? file_ : stdout;
    std::fprintf(out, "%s.%03dZ %s %.*s: %.*s\n", stamp.data(),
                 static_cast<int>(duration_cast<milliseconds>(now).count() % 1000), level_name(level),
                 static_cast<int>(source.size()), source.data(), static_cast<int>(text.size()), text.data());
    std::fflush(out);
}

} // namespace standin
