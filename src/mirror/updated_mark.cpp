#include "mirror/updated_mark.hpp"

#include <algorithm>

namespace mirror {

void UpdatedMark::ended(const End& end) {
    if (end.updated.value > 0)
        return explained(end.updated);
    std::erase_if(unnumbered_, [&](const End& older) { return older.key == end.key && older.partid == end.partid; });
    if (has_number(end) || unnumbered_.size() >= most)
        return;
    unnumbered_.push_back(end);
    match();
}

void UpdatedMark::waited(base::UpdatedIndex number, const cln::WaitReply::Details& row) {
    if (!row.failed || named_.size() >= most)
        return;
    named_.push_back({number, row});
    match();
}

void UpdatedMark::page_read() {
    unnumbered_.clear();
    named_.clear();
    const auto read = progress_.read().updated;
    explained_.erase(explained_.begin(), explained_.upper_bound(read));
    explained(read);
}

void UpdatedMark::clear() {
    unnumbered_.clear();
    named_.clear();
    explained_.clear();
}

/// True if the row's number was read with a page before the notification came.
bool UpdatedMark::has_number(const End& end) const {
    const auto* payment = table_.find(end.key);
    return payment && std::any_of(payment->parts.begin(), payment->parts.end(), [&](const payments::Part& part) {
               return part.created == end.created && part.updated.value > 0;
           });
}

void UpdatedMark::match() {
    for (auto named = named_.begin(); named != named_.end();) {
        const auto& row = named->row;
        const auto end = std::find_if(unnumbered_.begin(), unnumbered_.end(), [&](const End& one) {
            return one.key == payments::PaymentKey{row.hash, row.group} && one.partid == row.partid;
        });
        if (end == unnumbered_.end()) {
            ++named;
            continue;
        }
        const payments::PartNumbered fact{end->key, end->created, named->number};
        unnumbered_.erase(end);
        named = named_.erase(named);
        facts_.take(fact, Source::socket); // first: the number decides where the payment holds the cursor
        explained(fact.updated);
    }
}

void UpdatedMark::explained(base::UpdatedIndex number) {
    const auto next = [&] { return base::UpdatedIndex{progress_.read().updated.value + 1}; };
    if (number > next()) {
        if (explained_.size() < most)
            explained_.insert(number);
        return;
    }
    auto upto = std::max(number, progress_.read().updated);
    while (!explained_.empty() && explained_.begin()->value <= upto.value + 1)
        upto = std::max(upto, explained_.extract(explained_.begin()).value());
    progress_.advance(progress_.read().updated, upto);
}

} // namespace mirror
