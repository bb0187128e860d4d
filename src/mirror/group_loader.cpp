#include "mirror/group_loader.hpp"

#include <algorithm>

namespace mirror {

using payments::Event;
using payments::PartStatus;

namespace {

template <class... Fs>
struct Overload : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

/// The payment an event is about; nothing for those that never wait.
std::optional<base::PaymentHash> hash_of(const Event& event) {
    using Result = std::optional<base::PaymentHash>;
    return std::visit(Overload{
                          [](const payments::PartSeen& e) -> Result { return e.row.key.hash; },
                          [](const payments::PartFailed& e) -> Result { return e.row.key.hash; },
                          [](const payments::PartDeleted& e) -> Result { return e.key.hash; },
                          [](const payments::GivenUp& e) -> Result { return e.hash; },
                          [](const payments::SilenceExpired& e) -> Result { return e.key.hash; },
                          [](const payments::PartEnded& e) -> Result { return e.key.hash; },
                          [](const payments::PartExplained&) -> Result { return std::nullopt; },
                          [](const payments::InvoiceDecoded&) -> Result { return std::nullopt; },
                          [](const payments::ExpectedPart&) -> Result { return std::nullopt; },
                          [](const payments::ExpectedPartsExpired&) -> Result { return std::nullopt; },
                      },
                      event);
}

std::optional<base::GroupId> group_of(const Event& event) {
    if (const auto* seen = std::get_if<payments::PartSeen>(&event))
        return seen->row.key.group;
    if (const auto* failed = std::get_if<payments::PartFailed>(&event))
        return failed->row.key.group;
    return std::nullopt;
}

/// A row was shown and is not listed: it was deleted, or made after the listing. Its deletion may have passed by when
/// nothing of it was known.
bool lacks_a_row(std::span<const Event> shown, std::span<const payments::Row> listed) {
    const auto is_listed = [&](const payments::Row& row) {
        return std::any_of(listed.begin(), listed.end(),
                           [&](const payments::Row& other) { return other.created == row.created; });
    };
    return std::any_of(shown.begin(), shown.end(), [&](const Event& event) {
        if (const auto* failed = std::get_if<payments::PartFailed>(&event))
            return !is_listed(failed->row);
        const auto* seen = std::get_if<payments::PartSeen>(&event);
        return seen && !is_listed(seen->row);
    });
}

} // namespace

GroupLoader::GroupLoader(io::Loop& loop, cln::Lightningd& lightningd, InvoiceLookup& invoices,
                         const payments::Table& table, Apply apply, std::function<publish::Position()> listed,
                         Missing missing, bool sees_calls)
    : loop_(loop),
      lightningd_(lightningd),
      invoices_(invoices),
      table_(table),
      apply_(std::move(apply)),
      listed_(std::move(listed)),
      missing_(std::move(missing)),
      sees_calls_(sees_calls),
      patience_(loop) {}

bool GroupLoader::must_wait(const Event& event, Source source) const {
    return std::visit(
        Overload{
            [&](const payments::PartSeen& e) {
                const auto* payment = table_.find(e.row.key);
                if (!payment)
                    return true;
                // With this part complete the payment may look finished while a sibling's row is still
                // unread. Part 0 has no siblings in flight.
                if (e.row.status != PartStatus::complete || e.row.partid.value == 0)
                    return false;
                const auto known = std::any_of(payment->parts.begin(), payment->parts.end(), [&](const auto& part) {
                    return part.created == e.row.created && part.status == PartStatus::complete;
                });
                const bool all_announced = source == Source::standard_input && sees_calls_;
                return !known && !(all_announced && !table_.expected(e.row.key.hash));
            },
            [&](const payments::PartFailed& e) { return table_.find(e.row.key) == nullptr; },
            // "It is over" is said of what lightningd has, not of what we happen to know.
            [&](const payments::GivenUp& e) { return !table_.groups(e.hash).empty(); },
            [](const payments::SilenceExpired&) { return true; },
            [](const payments::PartDeleted&) { return false; },
            [](const payments::PartExplained&) { return false; },
            [](const payments::PartEnded&) { return false; }, // its sendpay_ notification asks for the group if need be
            [](const payments::InvoiceDecoded&) { return false; },
            [](const payments::ExpectedPart&) { return false; },
            [](const payments::ExpectedPartsExpired&) { return false; },
        },
        event);
}

/// True when the event has gone where it waits.
bool GroupLoader::kept(Event& event, Source source) {
    const auto hash = hash_of(event);
    if (!hash)
        return false;
    auto at = waiting_.find(*hash);
    if (at == waiting_.end()) {
        if (!must_wait(event, source))
            return false;
        at = wait(*hash);
    }
    at->second.events.push_back(std::move(event));
    return true;
}

void GroupLoader::take(std::vector<Event> events, Source source) {
    std::size_t ready = 0;
    for (auto& event : events)
        if (!kept(event, source))
            std::swap(events[ready++], event);
    if (ready > 0)
        apply_(std::span(events).first(ready));
    ask();
}

void GroupLoader::take(Event&& event, Source source) {
    if (!kept(event, source))
        apply_({&event, 1});
    ask();
}

std::unordered_map<base::PaymentHash, GroupLoader::Waiting>::iterator GroupLoader::wait(const base::PaymentHash& hash) {
    const auto at = waiting_.emplace(hash, Waiting{{}, listed_()}).first;
    floors_.add(at->second.floor);
    queue_.push_back(hash);
    return at;
}

void GroupLoader::connected() {
    patience_.cancel();
    const auto lost = std::exchange(lost_, {});
    queue_.insert(queue_.end(), lost.begin(), lost.end());
    for (const auto& hash : std::exchange(unlisted_, {}))
        if (!table_.groups(hash).empty() && !waiting_.contains(hash))
            wait(hash);
    ask();
}

void GroupLoader::ask() {
    while (asked_ < most_asked && !queue_.empty()) {
        const auto hash = queue_.front();
        queue_.pop_front();
        ++asked_;
        lightningd_.list(hash, [this, hash](const auto& rows) { answered(hash, rows); });
    }
}

void GroupLoader::answered(const base::PaymentHash& hash,
                           const tl::expected<cln::Lightningd::Listing, cln::Lightningd::Failure>& listing) {
    if (!listing) {
        missed(hash, listing.error().lost);
        return ask_next();
    }
    auto& waiting = waiting_.at(hash);
    waiting.rows = listing->rows;
    waiting.turn = ++turns_;
    if (!unread(waiting))
        return released(hash);
    waiting.invoices = std::make_unique<io::Timer>(loop_);
    waiting.invoices->start(invoice_patience_, [this, hash] { released(hash); });
    ask_for_invoices(hash);
}

/// A listed row with an invoice nobody has read yet: it may say another amount than the parts that are known by now.
const payments::Row* GroupLoader::unread(const Waiting& waiting) const {
    const auto is_read = [&](const std::string& invoice) {
        return std::any_of(waiting.events.begin(), waiting.events.end(), [&](const Event& event) {
            const auto* decoded = std::get_if<payments::InvoiceDecoded>(&event);
            return decoded && decoded->invoice == invoice;
        });
    };
    for (const auto& row : waiting.rows) {
        const auto* payment = table_.find(row.key);
        const bool known = row.invoice.empty() || (payment && payment->invoice_read);
        if (!known && followed(row, waiting.events) && !is_read(row.invoice))
            return &row;
    }
    return nullptr;
}

void GroupLoader::ask_for_invoices(const base::PaymentHash& hash) {
    const auto* row = unread(waiting_.at(hash));
    if (!row)
        return released(hash);
    const auto turn = waiting_.at(hash).turn;
    invoices_.read(row->invoice, hash, [this, hash, turn, invoice = row->invoice](const auto* decoded, bool lost) {
        const auto at = waiting_.find(hash);
        if (at != waiting_.end() && at->second.turn == turn) // else it took too long
            invoice_read(hash, invoice, decoded, lost);
    });
}

void GroupLoader::invoice_read(const base::PaymentHash& hash, const std::string& invoice,
                               const payments::InvoiceDecoded* decoded, bool lost) {
    auto& waiting = waiting_.at(hash);
    if (lost) {
        waiting.invoices.reset();
        missed(hash, true);
        return ask_next();
    }
    // What cannot be read, or is of another hash, says nothing, and is not asked again.
    waiting.events.emplace_back(decoded ? *decoded : payments::InvoiceDecoded{{}, invoice, std::nullopt, std::nullopt});
    ask_for_invoices(hash);
}

/// Listed, and all invoices are read, or took too long.
void GroupLoader::released(const base::PaymentHash& hash) {
    const auto rows = std::move(waiting_.at(hash).rows);
    const bool missing = lacks_a_row(waiting_.at(hash).events, rows);
    release(hash, rows);
    if (missing)
        missing_(hash);
    ask_next();
}

void GroupLoader::missed(const base::PaymentHash& hash, bool lost) {
    if (lost) {
        // Told from one row alone, a payment would keep that row's index for ever.
        lost_.push_back(hash);
        if (!patience_.armed())
            patience_.start(patience, [this] { do_without(); });
    } else {
        unlisted_.insert(hash);
        release(hash, {});
    }
}

void GroupLoader::ask_next() {
    --asked_;
    ask();
    if (on_released_)
        on_released_();
}

void GroupLoader::do_without() {
    for (const auto& hash : std::exchange(lost_, {})) {
        unlisted_.insert(hash);
        release(hash, {});
    }
    if (on_released_)
        on_released_();
}

/// Its hash was paid by another group before this process began: that was told in an earlier life, and nothing but
/// success is told after success.
bool GroupLoader::settled_before(const payments::PaymentKey& key, std::span<const payments::Row> rows) const {
    const auto is_past = [&](const payments::Row& row) {
        return row.updated.value > 0 && row.updated <= past_.updated;
    };
    if (table_.find(key))
        return false;
    bool paid = false;
    for (const auto& row : rows) {
        if (row.key.hash != key.hash)
            continue;
        if (row.key.group == key.group && (row.status != PartStatus::failed || !is_past(row)))
            return false;
        paid |= row.status == PartStatus::complete && is_past(row);
    }
    return paid;
}

bool GroupLoader::followed(const payments::Row& row, std::span<const Event> waiting) const {
    return table_.find(row.key) || table_.expected(row) ||
           std::any_of(waiting.begin(), waiting.end(),
                       [&](const Event& event) { return group_of(event) == row.key.group; });
}

void GroupLoader::release(const base::PaymentHash& hash, std::span<const payments::Row> rows) {
    const auto at = waiting_.find(hash);
    auto held = std::move(at->second.events);
    std::erase_if(held, [&](const Event& event) {
        const auto group = group_of(event);
        return group && settled_before({hash, *group}, rows);
    });
    std::vector<Event> events;
    for (const auto& row : rows)
        if (row.key.hash == hash && followed(row, held))
            events.push_back(payments::PartSeen{row, std::nullopt});
    events.insert(events.end(), held.begin(), held.end());
    if (!events.empty())
        apply_(events);
    // Only now: until it was applied a cursor must not pass it.
    const auto applied = waiting_.find(hash);
    floors_.remove(applied->second.floor);
    waiting_.erase(applied);
}

} // namespace mirror
