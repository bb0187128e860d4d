#include "commands/payment_page.hpp"

#include "commands/history.hpp"

#include <algorithm>

namespace commands {

namespace {

/// More rows than these are counted only little by little, as hashes are listed.
constexpr std::uint64_t few_uncounted_rows = 1000;

} // namespace

void PaymentPage::run(const Sources& sources, const PageRequest& request, base::CreatedIndex newest,
                      Resume::Done done) {
    const std::shared_ptr<PaymentPage> it(new PaymentPage(sources, request, newest, std::move(done)));
    it->find_unusual_indexes();
    const auto counted = sources.census.upto();
    const bool nearly = counted.value > 0 && counted < newest && newest.value - counted.value <= few_uncounted_rows;
    it->count_rows(nearly ? Resume::most_census_pages : 0, [page = it.get()] { page->fetch(); });
}

PaymentPage::PaymentPage(const Sources& sources, const PageRequest& request, base::CreatedIndex newest,
                         Resume::Done done)
    : sources_(sources),
      request_(request),
      newest_(newest),
      done_(std::move(done)),
      backwards_(std::make_shared<mirror::BackwardPager>(sources.lightningd)),
      edge_(request.reversed && request.index_offset == 0 ? UINT64_MAX : request.index_offset) {
    if (request_.only_count)
        answer_.counted = 0;
}

/// `then` may use this object.
void PaymentPage::count_rows(int pages, std::function<void()> then) {
    const auto after = sources_.census.upto();
    if (pages == 0 || after >= newest_)
        return then();
    const auto read = [self = shared_from_this(), after, pages, then = std::move(then)](const auto& page) {
        if (!page)
            return self->done_(tl::unexpected(page.error()));
        const auto upto = std::min(self->newest_, base::CreatedIndex{page->upto});
        self->sources_.census.count(after, page->rows, upto, self->newest_.value);
        self->count_rows(pages - 1, then);
    };
    mirror::fetch_page(sources_.lightningd, {cln::Index::created, after.value, newest_.value}, read,
                       [self = shared_from_this()] { self->lost(); });
}

/// Their first row was deleted, or an older one was found later: no row leads to them. Those that lose a row while the
/// page is made do not matter: they are being deleted.
void PaymentPage::find_unusual_indexes() {
    sources_.table.for_each([&](const payments::Payment& payment) {
        if (!payment.parts.empty() && payment.parts.front().created != payment.index)
            unusual_.push_back(payment.key);
    });
}

bool PaymentPage::has_room() const {
    return request_.only_count || (answer_.payments.size() < request_.max_payments && bytes_ < most_bytes);
}

void PaymentPage::fetch() {
    if (request_.reversed ? edge_ <= 1 : edge_ == UINT64_MAX)
        return finish(false);
    if (pages_++ == most_pages || is_full())
        return finish(true);
    const auto lost = [self = shared_from_this()] { self->lost(); };
    if (request_.reversed) {
        const auto read = [self = shared_from_this()](const auto& found) {
            if (!found)
                return self->done_(tl::unexpected(found.error()));
            self->got_rows(found->rows, found->from);
        };
        return backwards_->fetch(edge_, newest_.value, read, lost);
    }
    const auto read = [self = shared_from_this()](const auto& page) {
        if (!page)
            return self->done_(tl::unexpected(page.error()));
        self->got_rows(page->rows, page->last ? UINT64_MAX : page->upto);
    };
    mirror::fetch_page(sources_.lightningd, {cln::Index::created, edge_, newest_.value}, read, lost);
}

void PaymentPage::got_rows(std::vector<payments::Row> rows, std::uint64_t reached) {
    rows_ = std::move(rows);
    std::sort(rows_.begin(), rows_.end(), [](const auto& a, const auto& b) { return a.created < b.created; });
    reached_ = reached;
    work();
}

/// As many rows as payments are wanted: no hash is listed in vain.
PaymentPage::Range PaymentPage::range() const {
    const auto wanted = request_.only_count ? rows_.size() : request_.max_payments - answer_.payments.size();
    const std::span<const payments::Row> rows(rows_);
    if (request_.reversed) {
        const bool last = rows.size() <= wanted;
        const auto some = last ? rows : rows.last(wanted);
        return {(last ? reached_ : some.front().created.value) - 1, edge_ - (edge_ == UINT64_MAX ? 0 : 1), some};
    }
    const bool last = rows.size() <= wanted;
    const auto some = last ? rows : rows.first(wanted);
    return {edge_, last ? reached_ : some.back().created.value, some};
}

/// A payment not in the table was created with its first row: of other dates that row cannot be.
bool PaymentPage::is_wanted(const payments::Row& row) const {
    return (request_.only_count || request_.is_in_dates(row.created_at)) && !over_.contains(row.key) &&
           !sources_.table.find(row.key);
}

bool PaymentPage::is_alone(const payments::Row& row) const {
    return sources_.census.upto() >= newest_ && sources_.census.is_alone(row);
}

void PaymentPage::work() {
    const auto now = range();
    std::vector<payments::Row> alone;
    const payments::Row* unknown = nullptr;
    for (const auto& row : now.rows) {
        if (!is_wanted(row) || past_.contains(row.key))
            continue;
        if (is_alone(row))
            alone.push_back(row);
        else if (!unknown)
            unknown = &row;
    }
    if (!alone.empty())
        return build(std::move(alone));
    if (unknown)
        return list(unknown->key);
    show(now);
}

void PaymentPage::list(const payments::PaymentKey& key) {
    ++listings_;
    sources_.census.missed();
    const auto read = [self = shared_from_this(), key](const auto& listing) {
        if (!listing)
            return self->done_(tl::unexpected(listing.error()));
        auto rows = listing->rows;
        if (std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return row.key == key; }))
            self->over_.insert(key); // deleted meanwhile
        self->build(std::move(rows));
    };
    sources_.lightningd.list(key.hash, read, [self = shared_from_this()] { self->lost(); });
}

/// `rows`: all of their groups.
void PaymentPage::build(std::vector<payments::Row> rows) {
    std::unordered_map<payments::PaymentKey, base::CreatedIndex> first;
    for (const auto& row : rows) {
        const auto known = first.try_emplace(row.key, row.created).first;
        known->second = std::min(known->second, row.created);
    }
    for (const auto& [key, index] : first) {
        if (!request_.reversed && index.value <= edge_)
            over_.insert(key); // in an earlier range
        else if (request_.only_count)
            past_.insert_or_assign(key, Past{index, std::nullopt});
    }
    std::erase_if(rows, [&](const auto& row) { return request_.only_count || over_.contains(row.key); });
    load_history(sources_.invoices, std::move(rows), [self = shared_from_this()](auto past, bool lost) {
        if (lost)
            return self->lost();
        for (auto& payment : past) {
            const auto [key, index] = std::pair(payment.key, payment.index);
            self->past_.insert_or_assign(key, Past{index, std::move(payment)});
        }
        self->work();
    });
}

/// In one turn: what the table has now is from the table.
void PaymentPage::show(const Range& range) {
    struct Found {
        base::CreatedIndex index;
        const payments::Payment* payment; ///< null if it is only counted
    };
    std::vector<Found> found;
    const auto add = [&](const payments::Payment& payment) {
        if (range.has(payment.index) && !payment.parts.empty())
            found.push_back({payment.index, &payment});
    };
    for (const auto& row : range.rows) {
        if (const auto* followed = sources_.table.find(row.key)) {
            add(*followed);
            continue;
        }
        const auto past = past_.find(row.key);
        if (past != past_.end() && range.has(past->second.index))
            found.push_back({past->second.index, past->second.payment ? &*past->second.payment : nullptr});
        else if (past == past_.end() && is_wanted(row))
            return work(); // evicted meanwhile
    }
    for (const auto& key : unusual_)
        if (const auto* followed = sources_.table.find(key))
            add(*followed);
    if (range.upto >= newest_.value) // the table may have rows that no page has yet
        sources_.table.for_each(add);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    found.erase(
        std::unique(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.index == b.index; }),
        found.end());
    if (request_.only_count)
        *answer_.counted += found.size();
    else if (request_.reversed)
        std::reverse(found.begin(), found.end());
    for (const auto& one : found)
        if (!request_.only_count && !take(*one.payment))
            return finish(true);
    range_over(range);
}

bool PaymentPage::take(const payments::Payment& payment) {
    if (!has_room())
        return false;
    edge_ = payment.index.value;
    const bool wanted = (request_.include_incomplete || payment.status() == payments::Status::succeeded) &&
                        request_.is_in_dates(payment.creation_time);
    if (!wanted)
        return true;
    answer_.payments.push_back(request_.omit_hops ? snapshot_without_hops(payment) : snapshot(payment));
    bytes_ += answer_.payments.back().json->size();
    return true;
}

void PaymentPage::range_over(const Range& range) {
    for (const auto& row : range.rows) {
        const auto past = past_.find(row.key);
        if (past == past_.end() || !range.has(past->second.index))
            continue;
        past_.erase(past);
        over_.insert(row.key);
    }
    const auto done = static_cast<std::ptrdiff_t>(range.rows.size());
    if (request_.reversed)
        rows_.erase(rows_.end() - done, rows_.end());
    else
        rows_.erase(rows_.begin(), rows_.begin() + done);
    edge_ = request_.reversed ? range.after + 1 : range.upto;
    if (rows_.empty())
        fetch();
    else if (is_full())
        finish(true);
    else
        work();
}

/// The census is continued for at most twice the price of the listings: a long walk soon needs none, and a short one
/// costs little more.
void PaymentPage::finish(bool more) {
    if (more)
        answer_.next_index_offset = edge_;
    if (request_.reversed)
        std::reverse(answer_.payments.begin(), answer_.payments.end());
    constexpr auto rows_for_a_listing = static_cast<int>(2 * Resume::rows_for_a_listing);
    const int pages = listings_ * rows_for_a_listing / static_cast<int>(mirror::rows_per_page);
    count_rows(std::min(pages, Resume::most_census_pages),
               [self = shared_from_this()] { self->done_(std::move(self->answer_)); });
}

void PaymentPage::lost() {
    done_(tl::unexpected(socket_lost()));
}

} // namespace commands
