// lightningd's version from the environment.
#include "cln/version.hpp"
#include "fuzz.hpp"

#include <string>

namespace version_target {

FUZZ_TARGET(version) {
    const std::string text(fuzz::text_of(data, size));
    const auto version = cln::read_version(text);
    if (version == cln::Version{})
        return 0;
    fuzz::require(version.year >= 0 && version.year <= 99 && version.month >= 0 && version.month <= 99,
                  "year and month have two digits");
    const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
    const auto at = text.find(two(version.year) + "." + two(version.month));
    fuzz::require(at != std::string::npos, "the text contains the version");
    fuzz::require(cln::read_version(text.substr(at)) == version, "the text before the version is ignored");
    return 0;
}

} // namespace version_target
