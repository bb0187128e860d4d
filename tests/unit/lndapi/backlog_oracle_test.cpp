// Random streams, also out of order as answers of the tracker make them, read at random and cut at every moment. The
// model is the whole stream: whoever resumes from the cursor that was delivered must know the last state of each
// payment, or get it.
#include "lndapi/backlog.hpp"
#include "snapshots.hpp"

#include <array>
#include <deque>
#include <map>
#include <random>

#include <doctest/doctest.h>

namespace backlog_oracle_test {

using consumer::Status;

namespace {

struct State {
    std::uint64_t payment = 0;
    Status status = Status::in_flight;
    std::size_t attempts = 1;
    bool operator==(const State&) const = default;
};

State state_of(const lndapi::Frame& frame) {
    return {frame.payment().payment_index, frame.payment().status, frame.progress().attempts};
}

class World {
  public:
    World(unsigned seed, bool merging, bool only_ends) : random_(seed), merging_(merging), only_ends_(only_ends) {
        backlog_.start_at(unit::at("0"));
        if (merging)
            beside_.push(unit::item(1000, Status::in_flight, 1, nullptr, lndapi::Backlog::plain));
    }

    void step() {
        const auto chance = below(100);
        if (chance < 50)
            live();
        else if (chance < 58)
            answer();
        else if (chance < 60)
            owe(pick(), nullptr);
        else if (chance < 61)
            drain();
        else if (!backlog_.empty())
            pop();
        check();
    }
    void finish() {
        while (passed_on_ < stream_.size())
            live();
        drain();
        check();
        CHECK(*backlog_.delivered() == std::to_string(stream_.size()));
        CHECK(debt_.bytes() == beside_bytes());
    }
    [[nodiscard]] std::size_t owed() const { return owed_; }
    [[nodiscard]] std::size_t got() const { return got_; }

  private:
    std::size_t below(std::size_t end) { return random_() % end; }
    std::size_t beside_bytes() {
        return merging_ ? ledger_.bytes() : 0; // only what is beside is left
    }

    /// Something happens to a payment.
    void happen() {
        auto& payment = active_[below(active_.size())];
        if (last_.contains(payment) && last_[payment].first.status == Status::succeeded)
            payment = ++newest_;
        State state{payment};
        if (last_.contains(payment)) {
            state = last_[payment].first;
            if (state.status != Status::in_flight || below(2) == 0) {
                ++state.attempts; // FAILED: in flight again
                state.status = Status::in_flight;
            } else {
                state.status = below(5) == 0 ? Status::succeeded : Status::failed;
            }
        }
        stream_.push_back(state);
        last_[payment] = {state, stream_.size()};
    }
    State pick() {
        if (last_.empty())
            happen();
        return std::next(last_.begin(), static_cast<std::ptrdiff_t>(below(last_.size())))->second.first;
    }
    void live() {
        while (passed_on_ == stream_.size())
            happen();
        const auto& state = stream_[passed_on_++];
        owe(state, unit::at(std::to_string(passed_on_)));
    }
    /// An answer with the present states of what changed. It overtakes the live messages.
    void answer() {
        for (auto count = below(4); count > 0; --count)
            happen();
        std::map<std::uint64_t, State> changed;
        for (auto at = passed_on_; at < stream_.size(); ++at)
            changed[stream_[at].payment] = stream_[at];
        auto left = changed.size();
        for (const auto& [payment, state] : changed)
            owe(state, unit::at(std::to_string(--left == 0 ? stream_.size() : passed_on_)));
    }
    void owe(const State& state, const consumer::CursorPtr& cursor) {
        if (only_ends_ && state.status == Status::in_flight)
            return backlog_.pass_over(cursor);
        ++owed_;
        plain_.push_back(state);
        backlog_.push({unit::frame(state.payment, state.status, state.attempts), cursor});
    }
    void pop() {
        const auto state = state_of(*backlog_.pop().frame);
        ++got_;
        known_[state.payment] = state;
        if (!merging_) {
            CHECK(state == plain_.front());
            plain_.pop_front();
        }
    }
    void drain() {
        while (!backlog_.empty()) {
            pop();
            check();
        }
    }
    /// The connection may be lost now.
    void check() {
        const auto position = std::stoul(*backlog_.delivered());
        for (const auto& entry : last_) {
            const auto& payment = entry.first;
            const auto& last = entry.second;
            if (last.second > position || (only_ends_ && last.first.status == Status::in_flight))
                continue;
            CAPTURE(payment);
            CAPTURE(position);
            REQUIRE(known_.contains(payment));
            REQUIRE(known_[payment] == last.first);
        }
    }

    std::mt19937 random_;
    bool merging_;
    bool only_ends_;
    lndapi::Ledger ledger_{{}};
    lndapi::Debt debt_{ledger_, [] {}};
    lndapi::Backlog beside_{debt_};
    lndapi::Backlog backlog_{debt_};
    std::array<std::uint64_t, 6> active_{1, 2, 3, 4, 5, 6};
    std::uint64_t newest_ = 6;
    std::vector<State> stream_;
    std::map<std::uint64_t, std::pair<State, std::size_t>> last_; // with its position
    std::map<std::uint64_t, State> known_;                        // to the client
    std::deque<State> plain_;                                     // everything owed, never merged
    std::size_t passed_on_ = 0;
    std::size_t owed_ = 0;
    std::size_t got_ = 0;
};

} // namespace

TEST_CASE("whoever resumes from a delivered cursor knows or gets the last state of each payment") {
    for (const bool merging : {false, true})
        for (const bool only_ends : {false, true}) {
            CAPTURE(merging);
            CAPTURE(only_ends);
            std::size_t owed = 0;
            std::size_t got = 0;
            for (unsigned seed = 0; seed < 100; ++seed) {
                CAPTURE(seed);
                World world(seed, merging, only_ends);
                for (int step = 0; step < 200; ++step)
                    world.step();
                world.finish();
                owed += world.owed();
                got += world.got();
            }
            if (merging)
                CHECK(got < owed - owed / 8); // that many were replaced
            else
                CHECK(got == owed);
        }
}

} // namespace backlog_oracle_test
