// Times pieces of work against each other in one run: on a shared machine only ratios mean anything, and only if the
// pieces take turns.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

namespace bench {

struct Work {
    const char* name;
    std::function<void()> run;
    double ns = 0; ///< of one run, the median of all rounds
};

/// Keeps the compiler from removing an unused result.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

/// Every round runs each piece `times` over, one piece after the other.
inline void measure(std::vector<Work>& works, int rounds, int times) {
    std::vector<std::vector<double>> seen(works.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < works.size(); ++i) {
            const auto begin = std::chrono::steady_clock::now();
            for (int n = 0; n < times; ++n)
                works[i].run();
            const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
            seen[i].push_back(took.count() / times);
        }
    }
    for (std::size_t i = 0; i < works.size(); ++i) {
        std::nth_element(seen[i].begin(), seen[i].begin() + rounds / 2, seen[i].end());
        works[i].ns = seen[i][static_cast<std::size_t>(rounds) / 2];
    }
}

} // namespace bench
