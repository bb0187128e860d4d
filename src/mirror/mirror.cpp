#include "mirror/mirror.hpp"

#include "cln/bare_digits.hpp"
#include "cln/notifications.hpp"
#include "cln/payer_call.hpp"
#include "mirror/row_of.hpp"

#include <algorithm>
#include <map>

namespace mirror {

using namespace std::chrono_literals;
using payments::Event;
using Source = GroupLoader::Source;

namespace {

constexpr auto sweep_pause = 30'000ms;
constexpr std::int64_t expected_part_lifetime_ns = 60'000'000'000;

std::vector<Event> joined(std::span<const Event> first, const std::vector<Event>& then) {
    std::vector<Event> all(first.begin(), first.end());
    all.insert(all.end(), then.begin(), then.end());
    return all;
}

} // namespace

Mirror::Mirror(io::Loop& loop, cln::Lightningd& lightningd, payments::Table& table, publish::Publisher& publisher,
               Clock clock, MirrorConfig config, base::Log log)
    : lightningd_(lightningd),
      table_(table),
      publisher_(publisher),
      clock_(std::move(clock)),
      config_(config),
      log_(std::move(log)),
      pages_(
          loop, lightningd, clock_,
          [this](std::vector<payments::PartSeen> rows) {
              intake_.take({std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())},
                           Source::socket);
          },
          log_),
      intake_(
          loop, lightningd, invoices_, table, [this](std::span<const Event> events) { apply(events); },
          [this] { return told(); }, [this](const base::PaymentHash& hash) { deletions_.suspect(hash); },
          config.sees_calls),
      linger_(loop, table, config.version,
              [this](const std::vector<payments::PaymentKey>& over) {
                  std::vector<Event> events;
                  events.reserve(over.size());
                  for (const auto& key : over)
                      events.emplace_back(payments::SilenceExpired{key});
                  intake_.take(std::move(events), Source::socket);
              }),
      deletions_(loop, lightningd, table,
                 [this](std::vector<Event> gone) { intake_.take(std::move(gone), Source::socket); }),
      given_up_(
          loop, lightningd, table, config.version,
          [this](const payments::PaymentKey& key) {
              intake_.take(payments::GivenUp{key.hash, key.group, false}, Source::socket);
          },
          [this](const payments::PaymentKey& key) { linger_.heard_of(key); },
          [this](const payments::PaymentKey& key, bool is_asked) { linger_.asked(key, is_asked); }),
      inquest_(loop, lightningd, table,
               [this](const payments::PaymentKey& key, const payments::Part& part, const payments::Failure& failure) {
                   intake_.take(payments::PartExplained{key, part.created, failure}, Source::socket);
               }),
      invoices_(lightningd, table,
                [this](payments::InvoiceDecoded decoded) { intake_.take(std::move(decoded), Source::socket); }),
      sweep_(loop),
      list_again_(loop),
      created_again_(loop),
      updated_again_(loop) {
    intake_.on_released([this] {
        look_if_ready();
        moved();
    });
    pages_.on_moved([this] { moved(); });
    linger_.set_unwatched({UINT64_MAX}); // until it is known what was there before us
    expire_expected_parts();
}

void Mirror::apply(std::span<const Event> events) {
    const auto orphans = orphans_.among(events, table_);
    const auto change = orphans.empty() ? table_.apply(events) : table_.apply(joined(events, orphans));
    for (const auto& key : change.reopened)
        log_(base::LogLevel::info, "payment " + key.hash.hex() + ": new part after FAILED; back to IN_FLIGHT");
    for (const auto& event : events)
        if (const auto* row = row_of(event))
            linger_.row_read(row->key);
    linger_.look(change); // first: an undecided payment holds the cursors of what is told now
    publisher_.tell(change);
    given_up_.look(change);
    inquest_.look(change);
    invoices_.look(change);
    const bool counts = cln::has_wait_sendpays(config_.version);
    table_.evict(counts ? publish::earlier(told(), publisher_.pending()).updated : payments::Table::every_update);
    moved(); // what is decided holds no cursor
}

void Mirror::moved() {
    if (on_moved_)
        on_moved_();
}

publish::Position Mirror::told() const {
    return publish::earlier(publish::earlier(pages_.marks(), intake_.pending()), linger_.pending());
}

publish::ResumeBounds Mirror::limits() const {
    return {publish::earlier(pages_.marks(), intake_.pending()), linger_.pending()};
}

void Mirror::listed() {
    listed_ = true;
    look_if_ready();
}

void Mirror::look_if_ready() {
    if (ready_ || !listed_ || !intake_.idle())
        return;
    ready_ = true;
    if (on_ready_)
        on_ready_();
}

void Mirror::set_linger(std::chrono::seconds linger) {
    linger_seconds_ = linger;
    linger_.set(linger);
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

void Mirror::notified(std::string_view topic, NotificationBatch::DecodedNotification& notice) {
    if (!notice)
        return log_(base::LogLevel::unusual, std::string(topic) + " skipped: " + notice.error());
    const auto* ended = std::get_if<payments::PartEnded>(&*notice);
    const auto over = ended ? std::optional(ended->key) : std::nullopt;
    if (const auto* expected = std::get_if<payments::ExpectedPart>(&*notice))
        orphans_.called(expected->hash);
    intake_.take(std::move(*notice), Source::standard_input);
    if (over)
        given_up_.part_ended(*over);
}

void Mirror::block_added(json::Value params) {
    const auto height = cln::decode_block_added(params);
    if (!height)
        return log_(base::LogLevel::unusual, "block_added skipped: " + height.error().text());
    height_.blocks = *height;
}

void Mirror::call_seen(const cln::HookedCall& call, base::UnixNs now) {
    if (take_call(call, call.params, now))
        return;
    const auto meant = cln::quote_bare_digits(call.params);
    if (meant == call.params || !take_call(call, meant, now))
        log_unreadable(call);
}

void Mirror::log_unreadable(const cln::HookedCall& call) const {
    log_(base::LogLevel::unusual, "a call of " + std::string(call.method) + " cannot be read");
}

/// False when it says nothing of a part. `text`: its params, or what was meant by them.
bool Mirror::take_call(const cln::HookedCall& call, std::string_view text, base::UnixNs now) {
    const auto params = call_.read(text);
    if (!params)
        return false;
    if (call.method == "createonion") {
        auto onion = cln::decode_createonion(*params);
        if (onion)
            onions_.made(std::move(*onion), call.caller(), now);
        return onion.has_value();
    }
    auto expected = cln::decode_payer_call(call, *params, height_, now);
    if (!expected)
        return false;
    const auto first = call.method == "sendonion" ? cln::decode_first_hop(*params, height_) : std::nullopt;
    const bool no_route = call.method == "sendpay" && expected->route.hops.empty() && !expected->route.self;
    if (no_route || (call.method == "sendonion" && !first))
        log_unreadable(call); // the part is expected all the same
    if (first)
        join_onion(call, *first, *params, *expected);
    orphans_.called(expected->hash);
    intake_.take(std::move(*expected), Source::standard_input);
    return true;
}

/// The hops of a sendonion were in its createonion, and so is what the payee is told as the whole.
void Mirror::join_onion(const cln::HookedCall& call, const cln::FirstHop& first, json::Value params,
                        payments::ExpectedPart& expected) {
    using payments::Payer;
    const bool payer = expected.payer != Payer::other && expected.payer != Payer::unknown;
    auto onion = onions_.sent({expected.hash, call.caller(), payer, first, cln::sendonion_amount(params)});
    if (!onion)
        return;
    expected.route.hops = std::move(onion->hops);
    if (onion->total.value > 0)
        expected.total = {payments::TotalSource::total_amount, onion->total};
}

void Mirror::deleted(const std::vector<payments::Row>& gone, const std::vector<payments::Row>& before) {
    std::vector<Event> events; // also of what is unknown: it must not rise again
    std::map<payments::PaymentKey, std::vector<base::CreatedIndex>> unknown;
    for (const auto& row : gone) {
        events.emplace_back(payments::PartDeleted{row.key, row.created});
        if (!table_.find(row.key))
            unknown[row.key].push_back(row.created);
    }
    payments::Change change; // finished before we came: still somebody may keep a copy of it
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
    publisher_.tell(change);
    intake_.take(std::move(events), Source::socket);
}

void Mirror::expire_expected_parts() {
    const base::UnixNs before{clock_().value - expected_part_lifetime_ns};
    onions_.expire(before);
    intake_.take(payments::ExpectedPartsExpired{before}, Source::standard_input);
    sweep_.start(sweep_pause, [this] { expire_expected_parts(); });
}

} // namespace mirror
