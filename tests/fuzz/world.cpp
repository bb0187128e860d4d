// Makes a random but consistent history of payments and the facts about it.
#include "world.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace fuzz {

namespace {

using payments::PartStatus;

class Maker final {
  public:
    Maker(Choices& choices, World& world, std::size_t fat) : choices_(choices), world_(world), fat_(fat) {
        const std::size_t hashes = choices_.below(4) == 3 ? 2 : 1;
        for (std::size_t i = 0; i < hashes; ++i) {
            base::PaymentHash hash;
            hash.bytes.fill(static_cast<std::uint8_t>(0xA0 + i));
            const auto groups = 1 + choices_.below(hashes == 1 ? 3 : 2);
            for (std::size_t g = 1; g <= groups; ++g)
                add_payment({hash, {g}}, g == groups, hashes * groups == 1 ? 3 : 2);
        }
    }

  private:
    static base::UnixNs second(std::uint64_t s) { return base::from_seconds(1'700'000'000 + s); }
    base::UnixNs within(base::UnixNs second) { return {second.value + choices_.byte() * 3'000'000}; }

    std::size_t say(payments::Event event, std::vector<std::size_t> after = {}) {
        world_.facts.push_back({std::move(event), std::move(after)});
        return world_.facts.size() - 1;
    }

    static base::NodeId node(std::size_t n) {
        base::NodeId id;
        id.bytes.fill(static_cast<std::uint8_t>(n));
        id.bytes.front() = 2;
        return id;
    }

    payments::Route route() {
        payments::Route route;
        route.total_time_lock = choices_.coin() ? 800'000 : 0;
        const auto hops = choices_.below(4);
        for (std::size_t i = 0; i < hops; ++i)
            route.hops.push_back({node(i + 1), {choices_.byte()}, {1000}, 0, {}});
        if (hops > 0 && fat_ > 0 && choices_.below(16) == 15) {
            route.hops.back().extras = base::HeapOptional(payments::HopExtras{});
            route.hops.back().extras->metadata.resize(fat_);
        }
        route.secret_of_invoice = hops > 0 && choices_.coin();
        return route;
    }

    /// lightningd makes a group only when no other of its hash has a pending or complete part.
    void add_payment(const payments::PaymentKey& key, bool last, std::size_t most_parts) {
        Truth truth{key, payments::Status::in_flight, {}};
        const auto parts = 1 + choices_.below(most_parts);
        std::vector<PartStatus> outcomes;
        for (std::size_t i = 0; i < parts; ++i)
            outcomes.push_back(last ? static_cast<PartStatus>(choices_.below(3)) : PartStatus::failed);
        const auto any = [&](PartStatus status) {
            return std::find(outcomes.begin(), outcomes.end(), status) != outcomes.end();
        };
        if (any(PartStatus::complete)) // with a pending part success would depend on the order
            std::replace(outcomes.begin(), outcomes.end(), PartStatus::pending, PartStatus::failed);
        const std::string invoice = choices_.coin() ? "lnbc" + std::to_string(key.group.value) : "";
        const auto payer = static_cast<payments::Payer>(choices_.below(5));
        const payments::Total total{payments::TotalSource::part_start, {3000}};
        std::vector<std::size_t> rows_applied;
        for (std::size_t i = 0; i < parts; ++i) {
            auto applied = add_part(key, parts == 1 ? 0 : i + 1, outcomes[i], i == 0 ? invoice : "", payer, total);
            truth.rows.push_back(std::get<payments::PartSeen>(world_.facts[applied[1]].event).row);
            rows_applied.insert(rows_applied.end(), applied.begin(), applied.end());
        }
        if (!invoice.empty() && choices_.coin()) {
            payments::InvoiceDecoded decoded{key.hash, invoice, base::Msat{4000}, payments::Secret{7}};
            say(decoded, {rows_applied[0], rows_applied[1]});
        }
        const auto end = choices_.below(4); // 0 and 3: no fact ends the payment
        if (end == 1)
            say(payments::GivenUp{key.hash, key.group, false}, rows_applied);
        if (end == 2)
            say(payments::SilenceExpired{key}, rows_applied);
        if (any(PartStatus::pending))
            truth.status = payments::Status::in_flight;
        else if (any(PartStatus::complete))
            truth.status = payments::Status::succeeded;
        else if (!last || end == 1 || end == 2)
            truth.status = payments::Status::failed;
        world_.payments.push_back(std::move(truth));
    }

    std::optional<base::UnixNs> maybe(base::UnixNs when) {
        return choices_.coin() ? std::optional(within(when)) : std::nullopt;
    }

    /// The facts that show the row; the second one shows its end.
    std::vector<std::size_t> add_part(const payments::PaymentKey& key, std::size_t partid, PartStatus outcome,
                                      const std::string& invoice, payments::Payer payer, const payments::Total& total) {
        payments::Row row;
        row.key = key;
        row.partid = {partid};
        row.created = {created_ += 1 + choices_.below(2)};
        row.created_at = second(10 * row.created.value);
        row.sent = {1000 + choices_.below(50)};
        if (choices_.below(4) != 3)
            row.amount = base::Msat{1000};
        row.invoice = invoice;
        payments::Row ended = row;
        ended.status = outcome;
        if (outcome != PartStatus::pending) {
            ended.updated = {++updated_};
            ended.completed_at = second(10 * row.created.value + choices_.below(20));
        }
        if (outcome == PartStatus::complete)
            ended.preimage.emplace().bytes.fill(0x77);
        const auto way = route();
        // One failure, reported by lightningd's row, its topic, waitsendpay, and xpay.
        payments::Failure failure;
        failure.kind = static_cast<payments::Failure::Kind>(choices_.below(4));
        const bool wire = failure.kind == payments::Failure::Kind::wire;
        const auto origin = choices_.below(way.hops.size() + 1);
        if (wire) {
            constexpr std::array<std::uint16_t, 4> codes{0x1007, 0x400F, 23, 0x4008};
            failure.code = codes[choices_.below(codes.size())];
            failure.source_index = static_cast<std::uint32_t>(origin);
            failure.at_destination = !way.hops.empty() && origin == way.hops.size();
        }
        ended.unreadable_error =
            outcome == PartStatus::failed && failure.kind == payments::Failure::Kind::unreadable && choices_.coin();

        const auto begun = say(payments::PartSeen{row, maybe(row.created_at)});
        std::vector<std::size_t> applied{begun, say(payments::PartSeen{ended, std::nullopt})};
        if (outcome == PartStatus::failed) {
            if (choices_.coin())
                applied.push_back(say(payments::PartFailed{row, failure, within(*ended.completed_at)}));
            if (choices_.coin())
                say(payments::PartExplained{key, row.created, failure}, {begun});
        }
        if (choices_.below(3) != 0)
            add_call(row, way, payer, total, outcome, wire ? std::optional(failure.code) : std::nullopt, origin);
        return applied;
    }

    void add_call(const payments::Row& row, const payments::Route& way, payments::Payer payer,
                  const payments::Total& total, PartStatus outcome, std::optional<std::uint16_t> code,
                  std::size_t origin) {
        payments::ExpectedPart call;
        call.hash = row.key.hash;
        call.by.call = true;
        call.sent = row.sent;
        call.group = row.key.group;
        call.partid = row.partid;
        call.payer = payer;
        call.total = total;
        call.seen = {row.created_at.value - choices_.byte() * 1'000'000};
        call.route = way;
        const auto expected = say(call);
        if (outcome == PartStatus::pending || choices_.coin())
            return;
        payments::PartEnded end{row.key, row.partid, {}};
        if (outcome == PartStatus::failed) {
            end.report.emplace().code = code;
            if (origin > 0)
                end.report->node = node(origin);
        }
        say(end, {expected}); // on one pipe the call comes first
    }

    Choices& choices_;
    World& world_;
    std::size_t fat_;
    std::uint64_t created_ = 0;
    std::uint64_t updated_ = 0;
};

} // namespace

World::World(Choices& choices, std::size_t fat) {
    const Maker made(choices, *this, fat);
}

void apply_in_some_order(const World& world, std::uint64_t seed,
                         const std::function<void(std::span<const payments::Event>)>& apply) {
    std::mt19937_64 dice(seed);
    std::vector<std::size_t> left(world.facts.size());
    for (std::size_t i = 0; i < left.size(); ++i)
        left[i] = i;
    for (std::size_t i = left.size(); i > 1; --i) // not std::shuffle: it differs between libraries
        std::swap(left[i - 1], left[dice() % i]);
    std::vector<bool> applied(world.facts.size());
    std::vector<std::size_t> done;
    std::vector<payments::Event> batch;
    while (!left.empty()) {
        batch.clear();
        for (std::size_t size = 1 + dice() % 5; size > 0 && !left.empty(); --size) {
            const auto next = std::find_if(left.begin(), left.end(), [&](std::size_t fact) {
                const auto& after = world.facts[fact].after;
                return std::all_of(after.begin(), after.end(), [&](std::size_t one) { return applied[one]; });
            });
            const auto fact = *next;
            left.erase(next);
            applied[fact] = true;
            done.push_back(fact);
            batch.push_back(world.facts[fact].event);
            if (dice() % 4 == 0)
                batch.push_back(world.facts[done[dice() % done.size()]].event);
        }
        apply(batch);
    }
}

} // namespace fuzz
