#include "commands/resume.hpp"

#include "commands/history.hpp"

#include <algorithm>

namespace commands {

void Resume::run(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
                 publish::ResumeBounds bounds, Known since, Done done) {
    const std::shared_ptr<Resume> it(new Resume(lightningd, invoices, table, bounds, since, std::move(done)));
    it->begin(cln::Index::created);
}

Resume::Resume(cln::Lightningd& lightningd, mirror::InvoiceLookup& invoices, const payments::Table& table,
               publish::ResumeBounds bounds, Known since, Done done)
    : lightningd_(lightningd),
      invoices_(invoices),
      table_(table),
      bounds_(bounds),
      since_(since),
      begun_(table.last_change()),
      done_(std::move(done)),
      position_(since.position) {}

std::uint64_t& Resume::position() {
    return index_ == cln::Index::created ? position_.created.value : position_.updated.value;
}

std::uint64_t Resume::limit() const {
    return index_ == cln::Index::created ? bounds_.listed.created.value : bounds_.listed.updated.value;
}

void Resume::begin(cln::Index index) {
    index_ = index;
    if (position() < limit())
        fetch();
    else
        index_over();
}

void Resume::fetch() {
    if (pages_++ == most_pages)
        return finish(true);
    const auto read = [self = shared_from_this()](const auto& page) {
        if (!page)
            return self->done_(tl::unexpected(page.error()));
        self->rows_ = page->rows;
        self->next_ = 0;
        self->last_page_ = page->last;
        self->work();
    };
    mirror::fetch_page(lightningd_, {index_, position()}, read, [self = shared_from_this()] { self->lost(); });
}

void Resume::work() {
    for (; next_ < rows_.size(); ++next_) {
        const auto& row = rows_[next_];
        const auto at = mirror::index_of(row, index_);
        if (at > limit())
            return index_over();
        const auto* payment = table_.find(row.key);
        if (index_ == cln::Index::created && row.updated > since_.position.updated) {
            position() = std::max(position(), at); // comes by the updated index, in this answer or a later one
            continue;
        }
        if (!(payment && is_known(*payment)) && !given_.contains(payment ? payment->key : row.key)) {
            if (answer_.payments.size() >= most_payments || bytes_ >= most_bytes)
                return finish(true);
            if (!payment)
                return fetch_group(row.key);
            collect(*payment);
        }
        position() = std::max(position(), at);
    }
    if (last_page_)
        index_over();
    else
        fetch();
}

/// Continues with the same row afterwards.
void Resume::fetch_group(const payments::PaymentKey& key) {
    const auto read = [self = shared_from_this(), key](const auto& listing) {
        if (!listing)
            return self->done_(tl::unexpected(listing.error()));
        load_history(self->invoices_, listing->rows, [self, key](std::vector<payments::Payment> past, bool lost) {
            if (lost)
                self->lost();
            else
                self->fetched(key, past);
        });
    };
    lightningd_.list(key.hash, read, [self = shared_from_this()] { self->lost(); });
}

void Resume::fetched(const payments::PaymentKey& key, const std::vector<payments::Payment>& past) {
    const auto at = std::find_if(past.begin(), past.end(), [&](const auto& payment) { return payment.key == key; });
    const auto* known = table_.find(key);
    if (known || at != past.end())
        collect(known ? *known : *at);
    given_.insert(key); // even if it was deleted meanwhile
    work();
}

void Resume::collect(const payments::Payment& payment) {
    given_.insert(payment.key);
    answer_.payments.push_back(snapshot(payment));
    bytes_ += answer_.payments.back().json->size();
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
               (part.updated.value == 0 || part.updated > bounds_.listed.updated);
    });
}

void Resume::finish(bool more) {
    // An answer may show payments beyond the hold if there is room, but its position stays before it.
    answer_.more = more && !(index_ == cln::Index::updated && position_.updated >= bounds_.safe.updated);
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
        table_.for_each([&](const payments::Payment& payment) {
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
    if (answer_.more)
        return;
    auto number = begun_;
    bool needed = false;
    bool gave = false;
    table_.for_each([&](const payments::Payment& payment) {
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
