// Keeps used objects together with their memory, for reuse. Where one object is needed for each that is released,
// malloc would take a noticeable part of the time. Bounded. The caller must empty an object before it gives it back,
// and must not leave much memory in it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace base {

template <class T>
class Pool final {
  public:
    explicit Pool(std::size_t limit) : limit_(limit) {}

    /// The object given back last, because its memory is most likely cached; a new object if the pool is empty.
    [[nodiscard]] T take() {
        if (free_.empty())
            return T();
        T last = std::move(free_.back());
        free_.pop_back();
        return last;
    }
    /// Destroys the object if the pool is full.
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
