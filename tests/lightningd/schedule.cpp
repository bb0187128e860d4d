#include "schedule.hpp"

#include <utility>

namespace standin {

using namespace std::chrono_literals;

void Schedule::later(std::function<void()> job) {
    jobs_.push_back(std::move(job));
    if (next_turn_.armed())
        return;
    next_turn_.start(0ms, [this] {
        for (auto jobs = std::exchange(jobs_, {}); !jobs.empty(); jobs.pop_front())
            jobs.front()();
    });
}

void Schedule::after(std::chrono::milliseconds delay, std::function<void()> job) {
    if (delay <= 0ms)
        return later(std::move(job));
    const auto when = Clock::now() + delay;
    const bool first = due_.empty() || when < due_.begin()->first;
    due_.emplace(when, std::move(job));
    if (first)
        arm();
}

void Schedule::arm() {
    if (due_.empty())
        return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now());
    timer_.start(wait, [this] { run_due(); });
}

void Schedule::run_due() {
    const auto now = Clock::now();
    while (!due_.empty() && due_.begin()->first <= now) {
        const auto job = std::move(due_.begin()->second);
        due_.erase(due_.begin());
        job();
    }
    arm();
}

} // namespace standin
