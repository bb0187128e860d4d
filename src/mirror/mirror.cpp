#include "mirror/mirror.hpp"

#include "cln/notifications.hpp"
#include "mirror/row_of.hpp"

#include <algorithm>
#include <map>

namespace mirror {

using namespace std::chrono_literals;
using payments::Event;

namespace {

constexpr auto sweep_pause = 30'000ms;
constexpr std::int64_t expected_part_lifetime_ns = 60'000'000'000;

std::vector<Event> joined(std::span<const Event> first, const std::vector<Event>& then) {
    std::vector<Event> all(first.begin(), first.end());
    all.insert(all.end(), then.begin(), then.end());
    return all;
}

/// The end of a row, if the fact is one.
std::optional<UpdatedMark::End> end_of(const Event& fact) {
    const auto* row = row_of(fact);
    if (!row || (row->status == payments::PartStatus::pending && !std::holds_alternative<payments::PartFailed>(fact)))
        return std::nullopt;
    return UpdatedMark::End{row->key, row->partid, row->created, row->updated};
}

} // namespace

Mirror::Mirror(io::Loop& loop, const Parts& parts, Clock clock, MirrorConfig config, base::Log log)
    : table_(parts.table),
      progress_(parts.progress),
      publisher_(parts.publisher),
      clock_(std::move(clock)),
      config_(config),
      log_(std::move(log)),
      loader_(
          loop, {parts.lightningd, invoices_, deletions_, parts.table, parts.progress},
          [this](std::span<const Event> facts) { apply(facts); }, config.sees_calls),
      calls_(loader_, orphans_, log_),
      indexes_(loop, {parts.lightningd, parts.table, loader_, parts.progress}, clock_, log_),
      deletions_(loop, parts.lightningd, parts.table, loader_),
      silence_(loop, parts.table, config.version, loader_, parts.progress),
      giveups_(loop, parts.lightningd, parts.table, config.version, loader_, silence_),
      failures_(loop, parts.lightningd, parts.table, loader_),
      invoices_(parts.lightningd, parts.table, loader_),
      startup_(
          loop,
          {parts.lightningd, parts.table, loader_, indexes_, deletions_, silence_, orphans_, calls_, parts.progress},
          {[this](const base::NodeId& id) { publisher_.set_node(id); },
           [this] {
               if (on_ready_)
                   on_ready_();
           }},
          clock_, config, log_),
      listeners_{&silence_, &parts.publisher, &giveups_, &failures_, &invoices_, nullptr},
      sweep_timer_(loop) {
    loader_.on_loaded([this] { startup_.group_loaded(); });
    silence_.set_unwatched({UINT64_MAX}); // until it is known which rows are older than this run
    expire_expected_parts();
}

void Mirror::connected() {
    giveups_.connected();
    failures_.connected();
    startup_.connected();
}

void Mirror::apply(std::span<const Event> facts) {
    const auto orphans = orphans_.among(facts, table_);
    const auto change = orphans.empty() ? table_.apply(facts) : table_.apply(joined(facts, orphans));
    for (const auto& key : change.reopened)
        log_(base::LogLevel::info, "payment " + key.hash.hex() + ": new part after FAILED; back to IN_FLIGHT");
    for (const auto& fact : facts)
        if (const auto* row = row_of(fact))
            silence_.row_read(row->key);
        else if (const auto* numbered = std::get_if<payments::PartNumbered>(&fact))
            silence_.row_read(numbered->key);
    for (auto* listener : listeners_)
        if (listener)
            listener->changed(change);
    const auto safe = progress_.safe();
    if (cln::has_wait_sendpays(config_.version))
        table_.evict(safe.updated, safe.created);
    else
        table_.evict(payments::Table::every_update);
}

void Mirror::set_retain(std::size_t parts) {
    table_.set_retain(parts);
    apply({});
}

void Mirror::prefetch(std::span<const NotificationBatch::DecodedNotification> next) {
    prefetched_.clear();
    for (const auto& notification : next)
        if (const auto* row = notification ? row_of(*notification) : nullptr)
            prefetched_.push_back(row->key.hash);
    table_.prefetch(prefetched_);
}

void Mirror::block_added(json::Value params) {
    const auto height = cln::decode_block_added(params);
    if (!height)
        return log_(base::LogLevel::unusual, "block_added skipped: " + height.error().text());
    calls_.set_height(*height);
}

void Mirror::notified(std::string_view topic, NotificationBatch::DecodedNotification& notification) {
    if (!notification)
        return log_(base::LogLevel::unusual, std::string(topic) + " skipped: " + notification.error());
    auto& fact = *notification;
    const auto* ended = std::get_if<payments::PartEnded>(&fact);
    const auto key = ended ? std::optional(ended->key) : std::nullopt;
    if (const auto* expected = std::get_if<payments::ExpectedPart>(&fact))
        orphans_.called(expected->hash);
    const auto end = end_of(fact);
    loader_.take(std::move(fact), Source::standard_input);
    if (end)
        indexes_.ended(*end);
    if (key)
        giveups_.part_ended(*key);
}

void Mirror::deleted(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before) {
    std::vector<Event> facts; // also for unknown rows: a late listing must not bring them back
    std::map<payments::PaymentKey, std::vector<base::CreatedIndex>> unknown;
    for (const auto& row : gone) {
        facts.emplace_back(payments::PartDeleted{row.key, row.created});
        if (!table_.find(row.key))
            unknown[row.key].push_back(row.created);
    }
    payments::Change change; // these finished before this run, but a subscriber may still have them
    for (auto& [key, attempts] : unknown) {
        auto index = *std::min_element(attempts.begin(), attempts.end());
        std::size_t had = 0;
        for (const auto& row : before)
            if (row.key == key) {
                ++had;
                index = std::min(index, row.created);
            }
        change.deleted.push_back({key, index, attempts, had - std::min(had, attempts.size())});
    }
    publisher_.changed(change);
    loader_.take(std::move(facts), Source::socket);
}

void Mirror::expire_expected_parts() {
    const base::UnixNs before{clock_().value - expected_part_lifetime_ns};
    calls_.expire(before);
    loader_.take(payments::ExpectedPartsExpired{before}, Source::standard_input);
    sweep_timer_.start(sweep_pause, [this] { expire_expected_parts(); });
}

} // namespace mirror
