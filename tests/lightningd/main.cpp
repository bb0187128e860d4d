// The stand-in node: behaves like lightningd towards plugins and clients, and sends nothing to any peer. See README.md.
#include "node.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <sodium.h>

int main(int argc, char** argv) {
    auto options = standin::read_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "lightningd: %s\n", options.error().c_str());
        return 1;
    }
    if (sodium_init() < 0)
        return 1;
    std::error_code error;
    const auto top = std::filesystem::absolute(options->lightning_dir);
    const auto directory = top / options->network;
    std::filesystem::create_directories(directory, error);
    if (error) {
        std::fprintf(stderr, "lightningd: %s: %s\n", directory.c_str(), error.message().c_str());
        return 1;
    }
    options->lightning_dir = top.string();
    standin::Node node(std::move(*options), std::filesystem::canonical(directory).string());
    node.run();
    std::_Exit(0);
}
