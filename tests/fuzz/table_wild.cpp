// The table with facts that no lightningd would report: contradicting rows, keys used twice, deletions and calls
// without a row. No unfinished payment is lost, and the table's counts are right.
#include "listener.hpp"
#include "world.hpp"

#include <algorithm>

namespace table_wild_target {

namespace {

using payments::PartStatus;
using payments::Payment;
using payments::Table;

class Wild final {
  public:
    explicit Wild(fuzz::Choices& choices) : choices_(choices) {}

    payments::Event event() {
        switch (choices_.below(12)) {
        case 0:
        case 1:
        case 2:
            return payments::PartSeen{row(), choices_.coin() ? std::optional(when()) : std::nullopt};
        case 3:
            return payments::PartFailed{row(), failure(), when()};
        case 4:
            return payments::PartDeleted{key(), created()};
        case 5:
        case 6:
            return expected();
        case 7:
            return payments::PartEnded{key(), {choices_.below(3)}, report()};
        case 8:
            return payments::PartExplained{key(), created(), failure()};
        case 9:
            return payments::InvoiceDecoded{key().hash, invoice(), base::Msat{choices_.number()}, payments::Secret{1}};
        case 10:
            return payments::GivenUp{key().hash, choices_.coin() ? std::optional(key().group) : std::nullopt,
                                     choices_.coin()};
        default:
            return choices_.coin() ? payments::Event(payments::SilenceExpired{key()})
                                   : payments::ExpectedPartsExpired{when()};
        }
    }

  private:
    payments::PaymentKey key() {
        payments::PaymentKey key;
        key.hash.bytes.fill(static_cast<std::uint8_t>(choices_.below(2)));
        key.group = {choices_.below(3)};
        return key;
    }
    base::CreatedIndex created() { return {1 + choices_.below(9)}; }
    base::UnixNs when() { return base::from_seconds(choices_.number()); }
    std::string invoice() { return choices_.coin() ? "lnbc1" : choices_.coin() ? "lni1" : ""; }

    payments::Row row() {
        payments::Row row;
        row.key = key();
        row.partid = {choices_.below(3)};
        row.created = created();
        row.updated = {choices_.byte()};
        row.status = static_cast<PartStatus>(choices_.below(3));
        if (choices_.coin())
            row.amount = base::Msat{choices_.number()};
        row.sent = {choices_.number()};
        row.created_at = when();
        if (choices_.coin())
            row.completed_at = when();
        if (choices_.coin())
            row.preimage.emplace();
        row.invoice = invoice();
        row.unreadable_error = choices_.coin();
        return row;
    }
    payments::Failure failure() {
        return {static_cast<payments::Failure::Kind>(choices_.below(4)),
                static_cast<std::uint16_t>(choices_.number()),
                static_cast<std::uint32_t>(choices_.number()),
                choices_.coin(),
                {}};
    }
    std::optional<payments::PartReport> report() {
        if (choices_.coin())
            return std::nullopt;
        payments::PartReport report;
        if (choices_.coin())
            report.code = static_cast<std::uint16_t>(choices_.number());
        if (choices_.coin())
            report.node.emplace().bytes.fill(choices_.byte());
        return report;
    }
    payments::ExpectedPart expected() {
        payments::ExpectedPart call;
        call.hash = key().hash;
        if (choices_.coin())
            call.group = key().group;
        call.partid = {choices_.below(3)};
        call.payer = static_cast<payments::Payer>(choices_.below(6));
        call.by = {choices_.coin(), choices_.coin()};
        call.call = {choices_.below(3)};
        if (choices_.coin())
            call.sent = base::Msat{choices_.number()};
        call.total = {static_cast<payments::TotalSource>(choices_.below(5)), {choices_.number()}};
        call.seen = when();
        for (std::size_t hops = choices_.below(3); hops > 0; --hops)
            call.route.hops.push_back({{}, {choices_.number()}, {choices_.number()}, 1, {}});
        call.route.secret_of_invoice = !call.route.hops.empty() && choices_.coin();
        return call;
    }

    fuzz::Choices& choices_;
};

/// The payments that evict() must drop: the oldest finished ones beyond the limit, but none unpublished.
std::set<payments::PaymentKey> beyond(const Table& table, std::size_t retain, base::UpdatedIndex published) {
    std::vector<const Payment*> finished;
    std::size_t parts = 0;
    table.for_each([&](const Payment& payment) {
        if (payment.outcome) {
            finished.push_back(&payment);
            parts += payment.parts.size();
        }
    });
    std::sort(finished.begin(), finished.end(),
              [](const auto* a, const auto* b) { return a->outcome_number < b->outcome_number; });
    std::set<payments::PaymentKey> gone;
    for (const auto* payment : finished) {
        if (parts <= retain)
            break;
        if (published != Table::every_update &&
            std::any_of(payment->parts.begin(), payment->parts.end(),
                        [&](const auto& part) { return part.updated.value == 0 || part.updated > published; }))
            break;
        parts -= payment->parts.size();
        gone.insert(payment->key);
    }
    return gone;
}

std::set<payments::PaymentKey> keys(const Table& table) {
    std::set<payments::PaymentKey> all;
    table.for_each([&](const Payment& payment) { all.insert(payment.key); });
    return all;
}

void check_accounts(const Table& table) {
    std::size_t finished_parts = 0;
    table.for_each([&](const Payment& payment) { finished_parts += payment.outcome ? payment.parts.size() : 0; });
    fuzz::require(finished_parts == table.finished_parts(), "the count of finished parts is right");
    std::size_t by_hash = 0;
    for (const auto& key : keys(table)) {
        const auto groups = table.groups(key.hash);
        by_hash += static_cast<std::size_t>(std::count(groups.begin(), groups.end(), table.find(key)));
    }
    fuzz::require(by_hash == table.size(), "every payment is found by its hash, once");
}

} // namespace

FUZZ_TARGET(table_wild) {
    fuzz::Choices choices(data, size);
    Wild wild(choices);
    std::size_t retain = choices.below(8);
    Table table(retain);
    fuzz::Listener listener;
    for (int round = 0; round < 60 && !choices.empty(); ++round) {
        std::vector<payments::Event> batch;
        for (std::size_t events = 1 + choices.below(3); events > 0; --events)
            batch.push_back(wild.event());
        listener.changed(table, table.apply(batch));
        check_accounts(table);
        if (choices.below(4) != 0)
            continue;
        if (choices.below(8) == 0)
            table.set_retain(retain = choices.below(8));
        const auto published = choices.coin() ? Table::every_update : base::UpdatedIndex{choices.byte()};
        const auto before = keys(table);
        const auto gone = beyond(table, retain, published);
        table.evict(published);
        auto after = keys(table);
        for (const auto& key : gone)
            listener.erase(key);
        after.insert(gone.begin(), gone.end());
        fuzz::require(after == before && table.size() + gone.size() == before.size(),
                      "evict drops the oldest finished payments, just enough, and no others");
    }
    listener.check_published(table);
    fuzz::check_shapes(table);
    return 0;
}

} // namespace table_wild_target
