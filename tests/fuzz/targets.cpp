// All targets by name. They are one program, because a program each took most of the time of the whole
// build.
#include "fuzz.hpp"

#include <map>
#include <string>

namespace fuzz {

namespace {

std::map<std::string, Target>& targets() {
    static std::map<std::string, Target> all;
    return all;
}

} // namespace

Registered::Registered(const char* name, Target target) {
    targets().emplace(name, target);
}

Target chosen_target() {
    const char* name = std::getenv("FUZZ");
    if (const auto found = targets().find(name ? name : ""); found != targets().end())
        return found->second;
    std::fprintf(stderr, "FUZZ=TARGET chooses one of:");
    for (const auto& [each, target] : targets())
        std::fprintf(stderr, " %s", each.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
}

} // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Target target = fuzz::chosen_target();
    return target(data, size);
}
