#include "commands/resume.hpp"

#include "commands/history.hpp"

#include <algorithm>

namespace commands {

void Resume::run(const Sources& sources, publish::ResumeBounds bounds, Known since, Done done) {
    const std::shared_ptr<Resume> it(new Resume(sources, bounds, since, std::move(done)));
    it->count_rows(most_census_pages);
}

Resume::Resume(const Sources& sources, publish::ResumeBounds bounds, Known since, Done done)
    : sources_(sources),
      bounds_(bounds),
      since_(since),
      begun_(sources.table.last_change()),
      done_(std::move(done)),
      position_(since.position) {
    if (since_.given > bounds_.listed.updated) // lightningd's database was restored
        since_.given = {};
}

std::uint64_t& Resume::position() {
    return index_ == cln::Index::created ? position_.created.value : position_.updated.value;
}

std::uint64_t Resume::limit() const {
    return index_ == cln::Index::created ? bounds_.listed.created.value : bounds_.listed.updated.value;
}

void Resume::count_rows(int pages) {
    const auto& census = sources_.census;
    const auto newest = bounds_.listed.created;
    const auto after = census.upto();
    const auto left = newest.value - std::min(newest, after).value;
    const auto changes = bounds_.listed.updated.value - std::min(bounds_.listed.updated, position_.updated).value;
    const bool worthwhile = census.misses() >= most_payments / 2 && changes >= mirror::rows_per_page &&
                            left / rows_for_a_listing <= changes;
    if (left == 0 || pages == 0 || !worthwhile)
        return begin(cln::Index::created);
    const auto read = [self = shared_from_this(), after, newest, pages](const auto& page) {
        if (!page)
            return self->done_(tl::unexpected(page.error()));
        const auto upto = std::min(newest, base::CreatedIndex{page->upto});
        self->sources_.census.count(after, page->rows, upto, newest.value);
        self->count_rows(pages - 1);
    };
    mirror::fetch_page(sources_.lightningd, {cln::Index::created, after.value, newest.value}, read,
                       [self = shared_from_this()] { self->lost(); });
}

void Resume::begin(cln::Index index) {
    index_ = index;
    pass_given();
    if (position() >= limit())
        index_over();
    else if (index == cln::Index::created && limit() - position() > mirror::rows_per_page)
        fetch_never_changed();
    else
        fetch();
}

/// Only rows that never changed matter in the order of `created`, mostly few: pending ones, and those that ended before
/// lightningd v23.11. They have the updated index 0, so one page shows them all or that there are more.
void Resume::fetch_never_changed() {
    const auto read = [self = shared_from_this()](const auto& listing) {
        if (!listing)
            return self->done_(tl::unexpected(listing.error()));
        const auto changed = [](const payments::Row& row) { return row.updated.value > 0; };
        auto rows = listing->rows;
        if (listing->size >= mirror::rows_per_page && std::none_of(rows.begin(), rows.end(), changed))
            return self->fetch();
        std::erase_if(rows, [&](const auto& row) { return changed(row) || row.created <= self->position_.created; });
        std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
        self->got_page(std::move(rows), true);
    };
    sources_.lightningd.list_page(cln::Index::updated, 0, mirror::rows_per_page, read,
                                  [self = shared_from_this()] { self->lost(); });
}

void Resume::fetch() {
    if (pages_++ == most_pages || is_full())
        return finish(true);
    const auto read = [self = shared_from_this()](const auto& page) {
        if (!page)
            return self->done_(tl::unexpected(page.error()));
        self->got_page(page->rows, page->last);
    };
    mirror::fetch_page(sources_.lightningd, {index_, position()}, read, [self = shared_from_this()] { self->lost(); });
}

void Resume::got_page(std::vector<payments::Row> rows, bool last) {
    rows_ = std::move(rows);
    next_ = 0;
    last_page_ = last;
    auto alone = rows_alone();
    if (alone.empty())
        work();
    else
        build(std::move(alone), nullptr);
}

std::vector<payments::Row> Resume::rows_alone() const {
    std::vector<payments::Row> alone;
    if (sources_.census.upto() < bounds_.listed.created)
        return alone;
    for (const auto& row : rows_) {
        if (mirror::index_of(row, index_) > limit() || answer_.payments.size() + alone.size() >= most_payments)
            break;
        if (!is_skipped(row) && !was_given(mirror::index_of(row, index_)) && !sources_.table.find(row.key) &&
            sources_.census.is_alone(row))
            alone.push_back(row);
    }
    return alone;
}

void Resume::work() {
    for (; next_ < rows_.size(); ++next_) {
        const auto& row = rows_[next_];
        const auto at = mirror::index_of(row, index_);
        if (at > limit())
            return index_over();
        if (!is_skipped(row) && !was_given(at)) {
            const auto* payment = find(row.key);
            const bool given = given_.contains(payment ? payment->key : row.key);
            if (!given && !(payment && (is_known(*payment) || comes_later(*payment, at)))) {
                if (is_full())
                    return finish(true);
                if (!payment)
                    return fetch_group(row.key);
                collect(*payment);
            }
        }
        position() = std::max(position(), at);
    }
    pass_given();
    if (last_page_ || position() >= limit())
        index_over();
    else
        fetch();
}

const payments::Payment* Resume::find(const payments::PaymentKey& key) const {
    if (const auto* followed = sources_.table.find(key))
        return followed;
    const auto built = built_.find(key);
    return built == built_.end() ? nullptr : &built->second;
}

bool Resume::is_skipped(const payments::Row& row) const {
    return index_ == cln::Index::created && row.updated.value > 0;
}

bool Resume::was_given(std::uint64_t at) const {
    const base::UpdatedIndex updated{at};
    return index_ == cln::Index::updated && updated > bounds_.safe.updated && updated <= since_.given;
}

void Resume::pass_given() {
    if (was_given(position() + 1))
        position() = since_.given.value;
}

bool Resume::comes_later(const payments::Payment& payment, std::uint64_t at) const {
    if (!payment.more_groups.empty())
        return false; // only the table knows that they are one payment, and it may forget that before the next answer
    const bool by_created = index_ == cln::Index::created;
    const auto updated = by_created ? position_.updated : base::UpdatedIndex{at};
    return std::any_of(payment.parts.begin(), payment.parts.end(), [&](const payments::Part& part) {
        if (part.row_gone)
            return false;
        if (part.updated.value > 0)
            return part.updated > updated && part.updated <= bounds_.listed.updated;
        return by_created && part.created.value > at && part.created.value <= limit();
    });
}

/// Continues with the same row afterwards.
void Resume::fetch_group(const payments::PaymentKey& key) {
    sources_.census.missed();
    const auto read = [self = shared_from_this(), key](const auto& listing) {
        if (!listing)
            return self->done_(tl::unexpected(listing.error()));
        self->build(listing->rows, &key);
    };
    sources_.lightningd.list(key.hash, read, [self = shared_from_this()] { self->lost(); });
}

/// `wanted`: a payment that may have been deleted meanwhile.
void Resume::build(std::vector<payments::Row> rows, const payments::PaymentKey* wanted) {
    if (wanted && std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return row.key == *wanted; }))
        given_.insert(*wanted);
    load_history(sources_.invoices, std::move(rows), [self = shared_from_this()](auto past, bool lost) {
        if (lost)
            return self->lost();
        for (auto& payment : past) {
            payment.change_number = UINT64_MAX; // the table has not counted it, so no caller knows it
            self->built_.insert_or_assign(payment.key, std::move(payment));
        }
        self->work();
    });
}

void Resume::collect(const payments::Payment& payment) {
    const auto key = payment.key;
    given_.insert(key);
    answer_.payments.push_back(snapshot(payment));
    bytes_ += answer_.payments.back().json->size();
    built_.erase(key); // destroys the payment if it was built
}

void Resume::index_over() {
    position() = std::max(position(), limit());
    if (index_ == cln::Index::created)
        begin(cln::Index::updated);
    else
        finish(false);
}

bool Resume::is_known(const payments::Payment& payment) const {
    return payment.terminal() && payment.change_number <= since_.number;
}

bool Resume::is_unread(const payments::Payment& payment) const {
    return std::any_of(payment.parts.begin(), payment.parts.end(), [&](const payments::Part& part) {
        return part.status != payments::PartStatus::pending &&
               (part.updated.value == 0 || part.updated > bounds_.listed.updated || was_given(part.updated.value));
    });
}

void Resume::finish(bool more) {
    // An answer may show payments beyond the hold if there is room, but its position stays before it.
    answer_.more = more;
    // A full answer keeps its position before the hold, so it says how far it came: the next one goes on there.
    if (more && index_ == cln::Index::updated && position_.updated > bounds_.safe.updated)
        answer_.given = position_.updated;
    // It even goes back to an undecided payment: that may have been FAILED in an earlier run, this answer shows it
    // IN_FLIGHT, and in the next run it may be FAILED again before anyone asks.
    const auto safe = publish::earlier(position_, bounds_.safe);
    answer_.position = {std::max(since_.position.created, safe.created), safe.updated};
    // Payments beyond the hold may have been in an earlier answer. They alone are no news: a waiting caller would be
    // answered again and again.
    answer_.news = !answer_.payments.empty() && answer_.position != since_.position;
    // Payments known from a notification are included although no page has their rows yet: a caller that subscribed
    // since then did not receive them.
    if (!answer_.more)
        sources_.table.for_each([&](const payments::Payment& payment) {
            const bool due = payment.undecided() || (is_unread(payment) && !is_known(payment));
            if (due && !given_.contains(payment.key))
                collect(payment);
        });
    number_answer();
    answer_.begun = begun_;
    done_(std::move(answer_));
}

/// Sets the change number so that the next answer omits the ends beyond the position that this or an earlier answer
/// contained. It stays below that of every end not contained.
void Resume::number_answer() {
    answer_.number = since_.number;
    if (answer_.more && answer_.given.value == 0)
        return;
    auto number = begun_;
    bool needed = false;
    bool gave = false;
    sources_.table.for_each([&](const payments::Payment& payment) {
        const auto& parts = payment.parts;
        if (!payment.terminal() || std::none_of(parts.begin(), parts.end(), [&](const payments::Part& part) {
                return is_beyond(part, answer_.position);
            }))
            return;
        needed = true;
        if (is_known(payment))
            return;
        if (given_.contains(payment.key))
            gave = true;
        else
            number = std::min(number, payment.change_number - 1);
    });
    answer_.number = needed ? number : 0;
    answer_.news |= gave && answer_.number > since_.number; // the next answer begins after them, so no loop
}

void Resume::lost() {
    done_(tl::unexpected(socket_lost()));
}

} // namespace commands
