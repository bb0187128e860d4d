// Runs a target on corpus files where there is no libFuzzer: `FUZZ=TARGET fuzz DIR…`. Each file is in a heap block of
// its exact size, so that a sanitizer notices a read beyond it.
#include "fuzz.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

int main(int argc, char** argv) {
    const auto target = fuzz::chosen_target();
    std::size_t played = 0;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) {
            std::cerr << argv[i] << ": no such folder\n";
            return 1;
        }
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
            const auto block = std::make_unique<std::uint8_t[]>(bytes.size());
            std::copy(bytes.begin(), bytes.end(), block.get());
            std::cerr << entry.path().filename().string() << '\n'; // the last file named is the one that crashes
            target(block.get(), bytes.size());
            ++played;
        }
    }
    std::cout << played << " inputs\n";
    return played == 0 ? 1 : 0;
}
