// Where a cursor may go, and nothing else. A cursor says: every row up to here was published, or will not be. So it
// may go as far as lightningd's rows were read, but not past anything that is read and not yet published: a group that
// still loads, a payment without an outcome, a message that waits to be written. Each of these keeps a Hold.
#pragma once

#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace publish {

/// A place in lightningd's two counters: rows made up to `created`, changes of rows up to `updated`.
struct Position {
    base::CreatedIndex created;
    base::UpdatedIndex updated;
    bool operator==(const Position&) const = default;
};

[[nodiscard]] inline Position earlier(Position a, Position b) {
    return {std::min(a.created, b.created), std::min(a.updated, b.updated)};
}

[[nodiscard]] inline Position later(Position a, Position b) {
    return {std::max(a.created, b.created), std::max(a.updated, b.updated)};
}

/// Holds nothing back.
inline constexpr Position unlimited{{UINT64_MAX}, {UINT64_MAX}};

/// What an answer from lightningd's database may say, at one moment.
struct ResumeBounds {
    Position listed; ///< beyond it not all rows are in the table
    Position safe;   ///< beyond it a payment has no outcome yet: its end will move no counter. Queued messages do not
                     ///< count, the answer has what they say
};

class Progress final {
  public:
    /// Why a cursor must wait. A new reason stands before `queued`, which is the last, and in handed_over(); in
    /// bounds() too, if answers from the database have to wait for it.
    enum class Reason {
        loading,   ///< facts of a group wait until the whole group is listed
        undecided, ///< all parts of a payment failed, and nothing says yet whether that was the end
        queued     ///< a message waits to be written
    };

    /// While it lives no cursor passes its position. Released when it is destroyed or assigned to.
    class [[nodiscard]] Hold final {
      public:
        Hold() = default; ///< holds nothing
        Hold(Hold&& other) noexcept
            : progress_(std::exchange(other.progress_, nullptr)), reason_(other.reason_), at_(other.at_) {}
        Hold& operator=(Hold&& other) noexcept {
            if (this != &other) {
                release();
                progress_ = std::exchange(other.progress_, nullptr);
                reason_ = other.reason_;
                at_ = other.at_;
            }
            return *this;
        }
        ~Hold() { release(); }

        void release();
        /// Nothing when it holds nothing.
        [[nodiscard]] std::optional<Position> position() const { return progress_ ? std::optional(at_) : std::nullopt; }

      private:
        friend class Progress;
        Hold(Progress& progress, Reason reason, Position at) : progress_(&progress), reason_(reason), at_(at) {}

        Progress* progress_ = nullptr;
        Reason reason_ = Reason::loading;
        Position at_;
    };

    Progress() = default;
    Progress(const Progress&) = delete; // holds point here
    Progress& operator=(const Progress&) = delete;
    ~Progress() = default;

    /// Everything up to here was read from lightningd.
    [[nodiscard]] Position read() const { return read_; }
    /// Rows in (after, upto] of that counter were read, and what they say is published or held. Moves read() unless
    /// rows before `after` are missing; false then. So a notification whose index is exactly the next moves it too.
    bool advance(base::CreatedIndex after, base::CreatedIndex upto) { return advance(read_.created, after, upto); }
    bool advance(base::UpdatedIndex after, base::UpdatedIndex upto) { return advance(read_.updated, after, upto); }
    /// At the start, and when a counter went back because lightningd's database was restored.
    void reset(Position read);

    /// Holds the cursor where it is now, queued messages not counted.
    [[nodiscard]] Hold hold(Reason reason) { return hold(reason, handed_over()); }
    [[nodiscard]] Hold hold(Reason reason, Position at);

    /// The position of a cursor that is written now.
    [[nodiscard]] Position safe() const { return earlier(handed_over(), least(Reason::queued)); }
    [[nodiscard]] ResumeBounds bounds() const {
        return {earlier(read_, least(Reason::loading)), least(Reason::undecided)};
    }

    /// `moved` is called when bounds() may have changed.
    void on_moved(std::function<void()> moved) { moved_ = std::move(moved); }

  private:
    /// How many hold each index, so that the least of them is known without asking all: every message has a cursor.
    template <class Index>
    using Held = std::map<Index, std::size_t>;
    struct Holds {
        Held<base::CreatedIndex> created;
        Held<base::UpdatedIndex> updated;
    };

    template <class Index>
    bool advance(Index& read, Index after, Index upto);
    /// As far as everything was handed over to be written.
    [[nodiscard]] Position handed_over() const {
        return earlier(read_, earlier(least(Reason::loading), least(Reason::undecided)));
    }
    [[nodiscard]] Position least(Reason reason) const;
    void release(Reason reason, Position at);
    void moved() const {
        if (moved_)
            moved_();
    }

    Position read_;
    std::array<Holds, static_cast<std::size_t>(Reason::queued) + 1> holds_; // by reason
    std::function<void()> moved_;
};

} // namespace publish
