#include "ledger.hpp"

#include <algorithm>
#include <utility>

namespace standin {

void Ledger::bump(Index index, const Row& row) {
    const auto now = ++counters_[static_cast<std::size_t>(index)];
    if (on_bump_)
        on_bump_(index, now, row);
}

Row& Ledger::add(Row row) {
    const std::uint64_t wanted = std::max(row.created_index, counter(Index::created) + 1);
    // Indexes that an import skipped are empty slots.
    if (rows_.empty())
        first_ = wanted;
    while (first_ + rows_.size() < wanted) {
        rows_.emplace_back();
        rows_.back().gone = true;
    }
    row.created_index = wanted;
    set_counter(Index::created, wanted - 1);
    Row& kept = rows_.emplace_back(std::move(row));
    auto& chain = by_hash_[kept.hash];
    if (Row* last = chain.last ? by_created(chain.last) : nullptr)
        last->next_of_hash = wanted;
    else
        chain.first = wanted;
    chain.last = wanted;
    if (kept.status == Status::pending)
        pending_.insert(wanted);
    if (kept.updated_index == 0)
        never_updated_.insert(wanted);
    bump(Index::created, kept);
    return kept;
}

void Ledger::place_updated(const Row& row) {
    if (row.updated_index == 0)
        return;
    if (updated_.size() < row.updated_index)
        updated_.resize(row.updated_index, 0);
    updated_[row.updated_index - 1] = row.created_index;
    set_counter(Index::updated, std::max(counter(Index::updated), row.updated_index));
}

void Ledger::resolve(Row& row, Status status, std::uint32_t now) {
    row.status = status;
    row.completed_at = now;
    row.updated_index = counter(Index::updated) + 1;
    pending_.erase(row.created_index);
    never_updated_.erase(row.created_index);
    updated_.resize(row.updated_index, 0);
    updated_[row.updated_index - 1] = row.created_index;
    bump(Index::updated, row);
}

void Ledger::remove(Row& row, bool counts) {
    auto& chain = by_hash_[row.hash];
    Row* previous = nullptr;
    for (std::uint64_t at = chain.first; at != row.created_index; at = previous->next_of_hash)
        previous = by_created(at);
    if (previous)
        previous->next_of_hash = row.next_of_hash;
    else
        chain.first = row.next_of_hash;
    if (chain.last == row.created_index)
        chain.last = previous ? previous->created_index : 0;
    if (chain.first == 0)
        by_hash_.erase(row.hash);
    pending_.erase(row.created_index);
    never_updated_.erase(row.created_index);
    if (row.updated_index)
        updated_[row.updated_index - 1] = 0;
    if (counts)
        bump(Index::deleted, row);
    row.gone = true;
    row.extra.reset();
    while (!rows_.empty() && rows_.front().gone) {
        rows_.pop_front();
        ++first_;
    }
}

Row* Ledger::by_created(std::uint64_t index) {
    if (index < first_ || index - first_ >= rows_.size())
        return nullptr;
    Row& row = rows_[index - first_];
    return row.gone ? nullptr : &row;
}

Row* Ledger::by_updated(std::uint64_t index) {
    if (index == 0 || index > updated_.size() || updated_[index - 1] == 0)
        return nullptr;
    return by_created(updated_[index - 1]);
}

std::vector<Row*> Ledger::of_hash(const base::PaymentHash& hash) {
    std::vector<Row*> rows;
    const auto chain = by_hash_.find(hash);
    if (chain == by_hash_.end())
        return rows;
    for (std::uint64_t at = chain->second.first; at != 0; at = rows.back()->next_of_hash)
        rows.push_back(by_created(at));
    return rows;
}

Row* Ledger::find(const base::PaymentHash& hash, std::uint64_t groupid, std::uint64_t partid) {
    for (Row* row : of_hash(hash))
        if (row->groupid == groupid && row->partid == partid)
            return row;
    return nullptr;
}

std::uint64_t Ledger::last_groupid(const base::PaymentHash& hash) {
    std::uint64_t last = 0;
    for (const Row* row : of_hash(hash))
        last = std::max(last, row->groupid);
    return last;
}

} // namespace standin
