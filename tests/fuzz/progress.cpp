// Holds are taken, moved and released in any order, and counters move. After every step the cursor is compared with a
// model that checks all holds.
#include "publish/progress.hpp"
#include "fuzz.hpp"

#include <vector>

namespace progress_target {

namespace {

using publish::Position;
using publish::Progress;
using Reason = Progress::Reason;

/// The rule in its plainest form.
struct Model {
    struct Held {
        std::size_t id;
        Reason reason;
        Position at;
    };
    Position read;
    std::vector<Held> holds;

    [[nodiscard]] Position least(std::initializer_list<Reason> reasons) const {
        Position least = publish::unlimited;
        for (const auto& one : holds)
            for (const auto reason : reasons)
                if (one.reason == reason) {
                    least.created = std::min(least.created, one.at.created);
                    least.updated = std::min(least.updated, one.at.updated);
                }
        return least;
    }
    [[nodiscard]] Position safe(std::initializer_list<Reason> reasons) const {
        const auto held = least(reasons);
        return {std::min(read.created, held.created), std::min(read.updated, held.updated)};
    }
    void erase(std::size_t id) {
        std::erase_if(holds, [&](const Held& one) { return one.id == id; });
    }
};

/// A row of one counter: after, upto.
template <class Index>
void advance(Progress& progress, Index& model, fuzz::Choices& choices) {
    const Index after{choices.coin() ? model.value : choices.number()};
    const Index upto{choices.coin() ? after.value + 1 : choices.number()};
    const bool reaches = after.value <= model.value;
    fuzz::require(progress.advance(after, upto) == reaches, "the position moves unless a row before is missing");
    if (reaches && upto.value > model.value)
        model = upto;
}

} // namespace

FUZZ_TARGET(progress) {
    fuzz::Choices choices(data, size);
    Progress progress;
    Model model;
    std::vector<Progress::Hold> holds(16); // by id
    int moved = 0;
    progress.on_moved([&] { ++moved; });
    while (!choices.empty()) {
        const auto bounds = progress.bounds();
        const auto before = moved;
        const auto id = choices.below(holds.size());
        const auto reason = static_cast<Reason>(choices.below(static_cast<std::size_t>(Reason::queued) + 1));
        switch (choices.below(7)) {
        case 0:
            model.erase(id);
            model.holds.push_back(
                {id, reason,
                 reason == Reason::unlisted ? model.read : model.safe({Reason::loading, Reason::undecided})});
            holds[id].release();
            holds[id] = progress.hold(reason);
            break;
        case 1: {
            const Position at{{choices.number()}, {choices.number()}};
            model.erase(id);
            model.holds.push_back({id, reason, at});
            holds[id] = progress.hold(reason, at);
            break;
        }
        case 2:
            model.erase(id);
            holds[id].release();
            break;
        case 3: { // to another owner; the first one holds nothing then
            const auto other = choices.below(holds.size());
            if (other == id)
                break;
            model.erase(other);
            for (auto& one : model.holds)
                if (one.id == id)
                    one.id = other;
            Progress::Hold on_its_way(std::move(holds[id]));
            holds[other] = std::move(on_its_way);
            break;
        }
        case 4:
            advance(progress, model.read.created, choices);
            break;
        case 5:
            advance(progress, model.read.updated, choices);
            break;
        default:
            model.read = {{choices.number()}, {choices.number()}};
            progress.reset(model.read);
        }
        fuzz::require(progress.read() == model.read, "the position read is the model's");
        fuzz::require(progress.safe() == model.safe({Reason::loading, Reason::undecided, Reason::queued}),
                      "a cursor stops at a hold, and nowhere else");
        fuzz::require(progress.bounds().listed == model.safe({Reason::unlisted}), "a loading group bounds an answer");
        fuzz::require(progress.bounds().safe == model.least({Reason::undecided}), "a missing outcome bounds an answer");
        const bool further = progress.bounds().listed.created > bounds.listed.created ||
                             progress.bounds().listed.updated > bounds.listed.updated ||
                             progress.bounds().safe.updated > bounds.safe.updated;
        fuzz::require(!further || moved > before, "a waiter for the bounds is called when they move");
    }
    holds.clear();
    fuzz::require(progress.safe() == model.read, "without holds a cursor goes as far as rows were read");
    return 0;
}

} // namespace progress_target
