// The last runs of the tracker, in the order in which they were seen. Messages and answers take different ways through
// lightningd, so those of two runs may be mixed for a moment; this says which are older.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>

namespace consumer {

class Runs final {
  public:
    static constexpr std::size_t most = 8;

    /// A run that is not known yet is the newest.
    void add(std::string_view run) {
        if (contains(run))
            return;
        runs_.emplace_back(run);
        if (runs_.size() > most)
            runs_.pop_front();
    }
    /// It is the newest, whatever was seen before.
    void renew(std::string_view run) {
        std::erase(runs_, run);
        add(run);
    }
    [[nodiscard]] bool contains(std::string_view run) const {
        return std::find(runs_.begin(), runs_.end(), run) != runs_.end();
    }
    /// Both must be known, else false.
    [[nodiscard]] bool is_older(std::string_view run, std::string_view than) const {
        const auto at = std::find(runs_.begin(), runs_.end(), run);
        const auto newer = std::find(runs_.begin(), runs_.end(), than);
        return newer != runs_.end() && at < newer;
    }
    /// Empty if there is none.
    [[nodiscard]] std::string newest() const { return runs_.empty() ? std::string() : runs_.back(); }

  private:
    std::deque<std::string> runs_;
};

} // namespace consumer
