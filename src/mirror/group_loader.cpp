#include "mirror/group_loader.hpp"

#include "cln/payer.hpp"
#include "mirror/row_of.hpp"

#include <algorithm>
#include <utility>

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

/// The payment hash of a fact; nothing for facts that are never deferred.
std::optional<base::PaymentHash> hash_of(const Event& event) {
    using Result = std::optional<base::PaymentHash>;
    return std::visit(Overload{
                          [](const payments::PartSeen& e) -> Result { return e.row.key.hash; },
                          [](const payments::PartFailed& e) -> Result { return e.row.key.hash; },
                          [](const payments::PartNumbered& e) -> Result { return e.key.hash; },
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

} // namespace

GroupLoader::GroupLoader(io::Loop& loop, const Parts& parts, Apply apply, bool sees_calls)
    : loop_(loop), parts_(parts), apply_(std::move(apply)), sees_calls_(sees_calls), socket_timer_(loop) {}

/// With this part complete the payment might look finished although a row of another part is unread. Part 0 is always
/// alone.
bool GroupLoader::may_look_finished(const payments::PartSeen& seen, Source source) const {
    const auto& row = seen.row;
    if (row.status != PartStatus::complete || row.partid.value == 0)
        return false;
    const auto* payment = parts_.table.find(row.key);
    const auto known = payment && std::any_of(payment->parts.begin(), payment->parts.end(), [&](const auto& part) {
                           return part.created == row.created && part.status == PartStatus::complete;
                       });
    const bool all_expected = source == Source::standard_input && sees_calls_;
    return !known && !(all_expected && !parts_.table.expected_besides(row));
}

bool GroupLoader::must_wait(const Event& fact, Source source) const {
    const auto& table = parts_.table;
    return std::visit(
        Overload{
            [&](const payments::PartSeen& e) { return !table.find(e.row.key) || may_look_finished(e, source); },
            [&](const payments::PartFailed& e) { return table.find(e.row.key) == nullptr; },
            // A payer's end is about lightningd's rows, of which some may be unread here.
            [&](const payments::GivenUp& e) { return !table.groups(e.hash).empty(); },
            [](const payments::SilenceExpired&) { return true; },
            [](const payments::PartNumbered&) { return false; },
            [](const payments::PartDeleted&) { return false; },
            [](const payments::PartExplained&) { return false; },
            [](const payments::PartEnded&) { return false; }, // its sendpay_ notification loads the group if needed
            [](const payments::InvoiceDecoded&) { return false; },
            [](const payments::ExpectedPart&) { return false; },
            [](const payments::ExpectedPartsExpired&) { return false; },
        },
        fact);
}

bool GroupLoader::defer(Event& fact, Source source) {
    const auto hash = hash_of(fact);
    if (!hash)
        return false;
    auto at = loading_.find(*hash);
    if (at == loading_.end()) {
        if (!must_wait(fact, source))
            return false;
        at = load(*hash);
    }
    auto& group = at->second;
    const auto* seen = std::get_if<payments::PartSeen>(&fact);
    const auto is_known = [&](const Event& other) {
        const auto* row = row_of(other);
        return row && row->created == seen->row.created && row->status == PartStatus::complete;
    };
    if (seen && may_look_finished(*seen, source) && std::none_of(group.facts.begin(), group.facts.end(), is_known))
        group.unconfirmed = true;
    group.facts.push_back(std::move(fact));
    return true;
}

void GroupLoader::take(std::vector<Event> facts, Source source) {
    std::size_t ready = 0;
    for (auto& fact : facts)
        if (!defer(fact, source))
            std::swap(facts[ready++], fact);
    const auto fresh = std::exchange(fresh_, {}); // apply_ may take more facts
    if (ready > 0)
        apply_(std::span(facts).first(ready));
    begin(fresh, source);
}

void GroupLoader::take(Event&& fact, Source source) {
    if (!defer(fact, source))
        apply_({&fact, 1});
    begin(std::exchange(fresh_, {}), source);
}

GroupLoader::Groups::iterator GroupLoader::load(const base::PaymentHash& hash) {
    const auto at = loading_.try_emplace(hash, parts_.progress).first;
    fresh_.push_back(hash);
    return at;
}

void GroupLoader::begin(std::span<const base::PaymentHash> fresh, Source source) {
    for (const auto& hash : fresh)
        if (has_all_rows(loading_.at(hash), source))
            use_rows_at_hand(hash);
        else
            queue_.push_back(hash);
    ask();
}

/// A page of new rows has every row of a group that begins in it. On stdin, the rows that may be missing are those of
/// calls that the hook has seen.
bool GroupLoader::has_all_rows(const Group& group, Source source) const {
    if (source == Source::socket || (source == Source::standard_input && !sees_calls_))
        return false;
    const auto& facts = group.facts;
    return std::all_of(facts.begin(), facts.end(), [&](const Event& fact) {
        const auto* row = row_of(fact);
        if (!row || parts_.table.find(row->key) ||
            (source == Source::standard_input && parts_.table.expected_besides(*row)))
            return false;
        return std::any_of(facts.begin(), facts.end(), [&](const Event& other) {
            const auto* first = row_of(other);
            return first && first->key == row->key && begins_a_group(*first);
        });
    });
}

/// True if no row of its group can be older. Only some payers always begin a new group with the same part number.
/// Others may add a part to a group that failed long ago, by giving its groupid.
bool GroupLoader::begins_a_group(const payments::Row& row) const {
    const auto* payer = cln::payer_row(parts_.table.expected_payer(row));
    return payer && payer->first_part == row.partid && row.created > followed_from_ &&
           !parts_.table.deleted(row.key.hash);
}

void GroupLoader::use_rows_at_hand(const base::PaymentHash& hash) {
    auto& group = loading_.at(hash);
    group.listed = group.unconfirmed = false;
    for (const auto& fact : group.facts)
        group.rows.push_back(*row_of(fact));
    asked_.push_back(hash);
    have_rows(hash);
}

void GroupLoader::connected() {
    socket_timer_.cancel();
    for (const auto& hash : std::exchange(unlisted_, {}))
        if (!parts_.table.groups(hash).empty() && !loading_.contains(hash))
            load(hash);
    begin(std::exchange(fresh_, {}), Source::socket);
}

void GroupLoader::disconnected() {
    for (const auto& hash : asked_) {
        auto& group = loading_.at(hash);
        group.listed = true;
        group.rows.clear();
        group.invoice_timer.reset();
    }
    queue_.insert(queue_.begin(), asked_.begin(), asked_.end());
    asked_.clear();
    start_socket_timer();
}

/// A payment published from one row would keep that row's index for ever. Do it only if the socket stays away too long.
void GroupLoader::start_socket_timer() {
    if (queue_.empty() || socket_timer_.armed())
        return;
    socket_timer_.start(socket_timeout, [this] {
        for (const auto& hash : std::exchange(queue_, {}))
            apply_unlisted(hash);
        if (on_loaded_)
            on_loaded_();
    });
}

void GroupLoader::ask() {
    if (!parts_.lightningd.up())
        return start_socket_timer();
    while (asked_.size() < most_asked && !queue_.empty()) {
        const auto hash = queue_.front();
        queue_.pop_front();
        asked_.push_back(hash);
        loading_.at(hash).unconfirmed = false;
        parts_.lightningd.list(hash, [this, hash](const auto& listing) { answered(hash, listing); });
    }
}

void GroupLoader::answered(const base::PaymentHash& hash,
                           const tl::expected<cln::Lightningd::Listing, rpc::Error>& listing) {
    if (!listing) {
        apply_unlisted(hash);
        return done(hash);
    }
    loading_.at(hash).rows = listing->rows;
    have_rows(hash);
}

void GroupLoader::have_rows(const base::PaymentHash& hash) {
    auto& group = loading_.at(hash);
    group.listing = ++listings_;
    load_invoices(hash);
}

/// A listed row whose invoice is not decoded yet. The invoice may contain another amount than the known parts.
const payments::Row* GroupLoader::unread_invoice(const Group& group) const {
    const auto is_read = [&](const std::string& invoice) {
        return std::any_of(group.facts.begin(), group.facts.end(), [&](const Event& fact) {
            const auto* decoded = std::get_if<payments::InvoiceDecoded>(&fact);
            return decoded && decoded->invoice == invoice;
        });
    };
    for (const auto& row : group.rows) {
        const auto* payment = parts_.table.find(row.key);
        const bool known = row.invoice.empty() || (payment && payment->invoice_read);
        if (!known && is_wanted(row, group.facts) && !is_read(row.invoice))
            return &row;
    }
    return nullptr;
}

void GroupLoader::load_invoices(const base::PaymentHash& hash) {
    auto& group = loading_.at(hash);
    while (const auto* row = unread_invoice(group)) {
        const auto later = [this, hash, number = group.listing](const payments::InvoiceDecoded* decoded) {
            const auto at = loading_.find(hash);
            if (!decoded || at == loading_.end() || at->second.listing != number) // too late for another listing
                return;
            at->second.facts.emplace_back(*decoded);
            load_invoices(hash);
        };
        auto decoded = parts_.invoices.read(row->invoice, hash, later);
        if (!decoded)
            return wait_for_invoice(hash, group);
        group.facts.emplace_back(std::move(*decoded));
    }
    loaded(hash);
}

void GroupLoader::wait_for_invoice(const base::PaymentHash& hash, Group& group) {
    if (group.invoice_timer)
        return;
    group.invoice_timer = std::make_unique<io::Timer>(loop_);
    group.invoice_timer->start(invoice_timeout_, [this, hash] { loaded(hash); });
}

/// The rows are there, and their invoices are read, or lightningd took too long to decode one.
void GroupLoader::loaded(const base::PaymentHash& hash) {
    auto& group = loading_.at(hash);
    if (group.unconfirmed)
        return list_again(hash);
    const auto rows = group.listed ? std::move(group.rows) : std::vector<payments::Row>();
    const bool missing = group.listed && lacks_a_row(group.facts, rows);
    apply_group(hash, rows);
    if (missing)
        parts_.deletions.suspect(hash);
    done(hash);
}

/// A part settled after the rows were read or requested.
void GroupLoader::list_again(const base::PaymentHash& hash) {
    auto& group = loading_.at(hash);
    group.listed = true;
    group.rows.clear();
    group.invoice_timer.reset();
    std::erase(asked_, hash);
    queue_.push_front(hash);
    ask();
}

void GroupLoader::apply_unlisted(const base::PaymentHash& hash) {
    unlisted_.insert(hash);
    apply_group(hash, {});
}

void GroupLoader::done(const base::PaymentHash& hash) {
    std::erase(asked_, hash);
    ask();
    if (on_loaded_)
        on_loaded_();
}

/// True if another group paid the hash before this run began: that success was published then, and after a success only
/// successes are published.
bool GroupLoader::settled_before(const payments::PaymentKey& key, std::span<const payments::Row> rows) const {
    const auto is_past = [&](const payments::Row& row) {
        return row.updated.value > 0 && row.updated <= past_.updated;
    };
    if (parts_.table.find(key))
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

bool GroupLoader::is_wanted(const payments::Row& row, std::span<const Event> deferred) const {
    return parts_.table.find(row.key) || parts_.table.expected(row) ||
           std::any_of(deferred.begin(), deferred.end(),
                       [&](const Event& fact) { return group_of(fact) == row.key.group; });
}

void GroupLoader::apply_group(const base::PaymentHash& hash, std::span<const payments::Row> rows) {
    const auto at = loading_.find(hash);
    auto deferred = std::move(at->second.facts);
    std::erase_if(deferred, [&](const Event& fact) {
        const auto group = group_of(fact);
        return group && settled_before({hash, *group}, rows);
    });
    std::vector<Event> facts;
    for (const auto& row : rows)
        if (row.key.hash == hash && is_wanted(row, deferred))
            facts.push_back(payments::PartSeen{row, std::nullopt});
    facts.insert(facts.end(), deferred.begin(), deferred.end());
    if (!facts.empty())
        apply_(facts);
    loading_.erase(hash); // last: no cursor may pass it before it is applied
}

} // namespace mirror
