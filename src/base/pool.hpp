// Keeps used objects with their memory, to be used again: where one comes for each that goes, malloc is a noticeable
// part of the time. Bounded. Whoever gives one back must empty it and must not leave much memory in it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace base {

template <class T>
class Pool final {
  public:
    explicit Pool(std::size_t limit) : limit_(limit) {}

    /// The one given back last, because its memory is still near; a new one if there is none.
    [[nodiscard]] T take() {
        if (free_.empty())
            return T();
        T last = std::move(free_.back());
        free_.pop_back();
        return last;
    }
    /// Beyond the limit it is destroyed.
    void give_back(T used) {
        if (free_.size() < limit_)
            free_.push_back(std::move(used));
    }
    [[nodiscard]] std::size_t size() const { return free_.size(); }

  private:
    std::vector<T> free_;
    std::size_t limit_;
};

} // namespace base
