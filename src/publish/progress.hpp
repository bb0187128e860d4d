// Decides how far a cursor may go. A cursor says that every row up to its position was published, or never will be. It
// may go as far as lightningd's rows were read, but not past anything read and not yet published: a group that is still
// loading, a payment whose parts have all failed and that may go on, a message that waits to be written. Each of these
// keeps a Hold.
#pragma once

#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace publish {

/// A position in lightningd's two counters: rows created up to `created`, changes of rows up to `updated`.
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

/// The position that limits nothing.
inline constexpr Position unlimited{{UINT64_MAX}, {UINT64_MAX}};

/// Limits of an answer from lightningd's database, at one moment.
struct ResumeBounds {
    Position listed; ///< rows beyond it may be missing in the table
    Position safe; ///< payments beyond it may have no outcome yet, and no counter will move when they get one. Ignores
                   ///< queued messages: the answer contains their contents
};

class Progress final {
  public:
    /// Why a cursor must wait. To add a reason, put it before `queued`, which must be the last, and into handed_over();
    /// also into bounds() if answers from the database must wait for it.
    enum class Reason {
        loading,   ///< a group is being listed, and facts about it wait; or recent failures are, at the start
        unlisted,  ///< the same, for bounds(): of the rows read from then on, the table may lack those of the group
        undecided, ///< all parts of a payment failed, and it is unknown whether another one comes
        queued     ///< a message waits to be written
    };

    /// While it exists, no cursor passes its position. Released when destroyed or assigned to.
    class [[nodiscard]] Hold final {
      public:
        Hold() = default; ///< holds nothing
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
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
        /// Empty if it holds nothing.
        [[nodiscard]] std::optional<Position> position() const { return progress_ ? std::optional(at_) : std::nullopt; }

      private:
        friend class Progress;
        Hold(Progress& progress, Reason reason, Position at) : progress_(&progress), reason_(reason), at_(at) {}

        Progress* progress_ = nullptr;
        Reason reason_ = Reason::loading;
        Position at_;
    };

    Progress() = default;
    Progress(const Progress&) = delete; // holds refer to this object
    Progress& operator=(const Progress&) = delete;
    ~Progress() = default;

    /// Everything up to this position was read from lightningd.
    [[nodiscard]] Position read() const { return read_; }
    /// Call when the rows in (after, upto] of that counter were read, and are published or held. Moves read(), or
    /// returns false if rows before `after` were not read. A notification whose index is exactly the next one moves it
    /// too.
    bool advance(base::CreatedIndex after, base::CreatedIndex upto) { return advance(read_.created, after, upto); }
    bool advance(base::UpdatedIndex after, base::UpdatedIndex upto) { return advance(read_.updated, after, upto); }
    /// For the start, and for a counter that went back because lightningd's database was restored.
    void reset(Position read);

    /// Holds the cursor at its current position, ignoring queued messages. `unlisted`: where the rows were read,
    /// because an undecided payment may keep the cursor far behind that, and the rows between are not those of the
    /// group.
    [[nodiscard]] Hold hold(Reason reason) { return hold(reason, reason == Reason::unlisted ? read_ : handed_over()); }
    [[nodiscard]] Hold hold(Reason reason, Position at);

    /// The position for a cursor that is written now.
    [[nodiscard]] Position safe() const { return earlier(handed_over(), least(Reason::queued)); }
    [[nodiscard]] ResumeBounds bounds() const {
        return {earlier(read_, least(Reason::unlisted)), least(Reason::undecided)};
    }

    /// `moved` is called when bounds() may have changed.
    void on_moved(std::function<void()> moved) { moved_ = std::move(moved); }

  private:
    /// Number of holds per index. Sorted, because every message needs the least one.
    template <class Index>
    using Held = std::map<Index, std::size_t>;
    struct Holds {
        Held<base::CreatedIndex> created;
        Held<base::UpdatedIndex> updated;
    };

    template <class Index>
    bool advance(Index& read, Index after, Index upto);
    /// The position up to which everything was passed on to be written.
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
