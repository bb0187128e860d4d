#include "publish/progress.hpp"

namespace publish {

namespace {

/// Messages of one burst hold the same index. It is mostly the last of the map when added and the first when removed,
/// so try these before a search.
template <class Held, class Index>
void add(Held& held, Index at) {
    if (!held.empty() && std::prev(held.end())->first == at)
        ++std::prev(held.end())->second;
    else
        ++held[at];
}

template <class Held, class Index>
void remove(Held& held, Index at) {
    const auto found = held.begin()->first == at ? held.begin() : held.find(at);
    if (--found->second == 0)
        held.erase(found);
}

} // namespace

void Progress::Hold::release() {
    if (auto* progress = std::exchange(progress_, nullptr))
        progress->release(reason_, at_);
}

template <class Index>
bool Progress::advance(Index& read, Index after, Index upto) {
    if (after > read)
        return false;
    if (upto > read) {
        read = upto;
        moved();
    }
    return true;
}

template bool Progress::advance(base::CreatedIndex& read, base::CreatedIndex after, base::CreatedIndex upto);
template bool Progress::advance(base::UpdatedIndex& read, base::UpdatedIndex after, base::UpdatedIndex upto);

void Progress::reset(Position read) {
    read_ = read;
    moved();
}

Progress::Hold Progress::hold(Reason reason, Position at) {
    auto& holds = holds_.at(static_cast<std::size_t>(reason));
    add(holds.created, at.created);
    add(holds.updated, at.updated);
    return {*this, reason, at};
}

Position Progress::least(Reason reason) const {
    const auto& holds = holds_.at(static_cast<std::size_t>(reason));
    if (holds.created.empty())
        return unlimited;
    return {holds.created.begin()->first, holds.updated.begin()->first};
}

void Progress::release(Reason reason, Position at) {
    auto& holds = holds_.at(static_cast<std::size_t>(reason));
    remove(holds.created, at.created);
    remove(holds.updated, at.updated);
    if (reason != Reason::queued)
        moved();
}

} // namespace publish
