#include "commands/trackpayments.hpp"

#include "cln/result_filter.hpp"
#include "commands/delpay.hpp"
#include "commands/lookup.hpp"

#include <algorithm>

namespace commands {

using namespace std::chrono_literals;

namespace {

/// How long early callers wait for lightningd's socket.
constexpr auto startup_timeout = 30'000ms;

/// How long the census of rows is kept after the last answer that may need it.
constexpr auto census_kept = 60'000ms;

rpc::Error bad_cursor(const std::string& why) {
    return {rpc::invalid_params, "since: " + why};
}

std::vector<Snapshot> wanted(const std::vector<payments::Payment>& payments, const TrackpaymentsRequest& request) {
    std::vector<Snapshot> out;
    for (const auto& payment : payments)
        if (payment.terminal() || !request.only_final)
            out.push_back(snapshot(payment));
    return out;
}

/// True if it has a row that the cursor does not cover, or is undecided.
bool is_after(const payments::Payment& payment, const publish::Position& position) {
    return payment.undecided() || std::any_of(payment.parts.begin(), payment.parts.end(), [&](const auto& part) {
               const bool unread = part.status != payments::PartStatus::pending && part.updated.value == 0;
               return unread || part.created > position.created || part.updated > position.updated;
           });
}

/// A cursor of one hash waits only for undecided payments of that hash.
publish::Position position_of(const std::vector<payments::Payment>& payments, publish::Position listed) {
    for (const auto& payment : payments) {
        base::UpdatedIndex last;
        for (const auto& part : payment.parts)
            last = std::max(last, part.updated);
        if (payment.undecided() && last.value > 0)
            listed.updated = std::min(listed.updated, base::UpdatedIndex{last.value - 1});
    }
    return listed;
}

bool has(const std::vector<Snapshot>& snapshots, const payments::PaymentKey& key) {
    return std::any_of(snapshots.begin(), snapshots.end(), [&](const Snapshot& one) { return one.key == key; });
}

} // namespace

TrackpaymentsCommand::TrackpaymentsCommand(io::Loop& loop, const Parts& parts, cln::Version version, Reply reply)
    : lightningd_(parts.lightningd),
      table_(parts.table),
      mirror_(parts.mirror),
      progress_(parts.progress),
      publisher_(parts.publisher),
      version_(version),
      reply_(std::move(reply)),
      callers_(
          loop, parts.table,
          [this](const Caller& to, const WaitingCallers::Quoted& quoted) {
              publisher_.send_next(message_head(to.id), quoted, message_tail);
          },
          [this] { return publisher_.next_sent(); }, [this](Caller caller) { ended(std::move(caller)); }),
      delayed_(loop, parts.table, parts.progress,
               [this](Caller caller) {
                   if (caller.request.hash)
                       answer_hash(std::move(caller));
                   else
                       answer_since(std::move(caller));
               }),
      census_timer_(loop),
      pages_(loop, {parts.lightningd, parts.mirror.invoices(), parts.table, census_}, parts.progress),
      startup_timer_(loop) {
    publisher_.set_observer([this](const publish::Publisher::Written& snapshot) { callers_.written(snapshot); });
    mirror_.set_last_listener(delayed_);
}

tl::expected<TrackpaymentsRequest, rpc::Error> TrackpaymentsCommand::read(const json::Tree& params) const {
    auto request = read_trackpayments(params);
    if (!request || !(request->since || request->page))
        return request;
    if (!cln::has_wait_sendpays(version_))
        return tl::unexpected(rpc::Error{rpc::invalid_params, std::string(request->page ? "index_offset" : "since") +
                                                                  ": needs lightningd v23.11 or later"});
    if (request->since && !publisher_.is_ours(*request->since))
        return tl::unexpected(bad_cursor("the cursor belongs to another node"));
    return request;
}

std::optional<rpc::Error> TrackpaymentsCommand::check(const json::Tree& params) const {
    const auto request = read(params);
    return request ? std::nullopt : std::optional(request.error());
}

void TrackpaymentsCommand::serve(std::string_view id, const json::Tree& params, std::string_view filter) {
    auto request = read(params);
    if (!request)
        return reply_(id, tl::unexpected(request.error()));
    Caller caller;
    caller.id = id;
    caller.request = *std::move(request);
    caller.filter = filter;
    if (mirror_.ready())
        return begin(std::move(caller));
    early_.push_back(std::move(caller));
    if (early_.size() > WaitingCallers::most) {
        refuse(early_.front(), {generic_error, "too many waiting callers (limit " +
                                                   std::to_string(WaitingCallers::most) + "); try again later"});
        early_.pop_front();
    }
    if (!startup_timer_.armed())
        startup_timer_.start(startup_timeout, [this] {
            for (const auto& waiting : std::exchange(early_, {}))
                refuse(waiting, {generic_error, "lightningd's RPC socket does not answer; try again later"});
        });
}

void TrackpaymentsCommand::ready() {
    startup_timer_.cancel();
    for (auto& caller : std::exchange(early_, {})) {
        // Its cursor could not be checked before the node's id was known.
        if (caller.request.since && !publisher_.is_ours(*caller.request.since))
            refuse(caller, bad_cursor("the cursor belongs to another node"));
        else
            begin(std::move(caller));
    }
}

void TrackpaymentsCommand::begin(Caller caller) {
    caller.begin = publisher_.position();
    if (const auto& since = caller.request.since;
        since && (!publisher_.is_of_this_run(*since) || since->number > table_.last_change())) {
        caller.request.since->number = 0;
        caller.request.since->given = {};
    }
    if (caller.request.page)
        answer_page(caller);
    else if (caller.request.hash)
        answer_hash(std::move(caller));
    else if (caller.request.since)
        check_reach(std::move(caller));
    else
        answer_all(std::move(caller));
}

/// Answers with the payments that LND sends to a new subscriber.
void TrackpaymentsCommand::answer_all(Caller caller) {
    Answer now{{}, publisher_.position(), false, false};
    if (!caller.request.only_final)
        table_.for_each([&](const payments::Payment& payment) {
            if (!payment.terminal() && !payment.parts.empty())
                now.payments.push_back(snapshot(payment));
        });
    std::sort(now.payments.begin(), now.payments.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    if (caller.request.timeout.count() > 0)
        stay(std::move(caller), now.payments);
    else
        reply(caller, now);
}

/// Its cursor is of the time before: `since` then gives all that changed while the pages were read.
void TrackpaymentsCommand::answer_page(const Caller& caller) {
    use_census();
    pages_.make(*caller.request.page, [this, caller](tl::expected<Answer, rpc::Error> page) {
        if (!page)
            return refuse(caller, page.error());
        page->position = caller.begin;
        reply(caller, *page);
    });
}

void TrackpaymentsCommand::answer_hash(Caller caller) {
    const auto hash = *caller.request.hash;
    lookup(lightningd_, mirror_.invoices(), table_, hash, [this, caller = std::move(caller)](auto payments) mutable {
        if (payments)
            found_by_hash(std::move(caller), *std::move(payments));
        else
            refuse(caller, payments.error());
    });
}

void TrackpaymentsCommand::found_by_hash(Caller caller, std::vector<payments::Payment> payments) {
    // A payment that ended with the deletion of its last row exists only in the caller's snapshots.
    auto gone = caller.changed;
    std::erase_if(gone, [&](const Snapshot& sent) {
        return std::any_of(payments.begin(), payments.end(), [&](const auto& p) { return p.key == sent.key; });
    });
    if (payments.empty() && gone.empty())
        return refuse(caller, {no_such_payment, "Unknown payment with payment_hash: " + caller.request.hash->hex()});
    Answer now{{}, position_of(payments, progress_.bounds().listed), false, false};
    const bool over = payments.empty() || payments.back().terminal();
    bool news = !caller.request.since || !gone.empty();
    if (caller.request.since) {
        const auto& from = caller.request.since->position;
        now.position = publish::later(from, now.position);
        std::erase_if(payments, [&](const auto& payment) { return !is_after(payment, from); });
        news |= std::any_of(payments.begin(), payments.end(), [](const auto& p) { return !p.undecided(); });
    }
    now.payments = wanted(payments, caller.request);
    now.payments.insert(now.payments.end(), gone.begin(), gone.end());
    if (caller.request.since && delayed_.delays(caller, now))
        return;
    const bool enough = caller.request.since ? news && !now.payments.empty() : over;
    if (caller.may_stay && !enough && caller.request.timeout.count() > 0)
        return stay(std::move(caller), now.payments);
    reply(caller, now);
}

/// A cursor beyond the rows read so far may just be new. One beyond lightningd's counters is from another database.
void TrackpaymentsCommand::check_reach(Caller caller) {
    const auto cursor = caller.request.since->position;
    if (publish::later(cursor, progress_.read()) == progress_.read())
        return answer_since(std::move(caller));
    const auto unreadable = [this, id = caller.id] {
        reply_(id, tl::unexpected(rpc::Error{generic_error, "lightningd's counters cannot be read; try again"}));
    };
    const auto created_read = [this, cursor, unreadable, caller = std::move(caller)](const auto& created) {
        if (!created)
            return unreadable();
        const auto updated_read = [this, cursor, unreadable, caller, made = created->counter](const auto& updated) {
            if (!updated)
                return unreadable();
            if (cursor.created.value > made || cursor.updated.value > updated->counter)
                return refuse(caller, bad_cursor("the cursor is ahead of the node's counters: was its database "
                                                 "restored? Call again without since"));
            answer_since(caller);
        };
        lightningd_.wait(cln::Index::updated, 0, updated_read, unreadable);
    };
    lightningd_.wait(cln::Index::created, 0, created_read, unreadable);
}

void TrackpaymentsCommand::answer_since(Caller caller) {
    const auto& since = *caller.request.since;
    const Known known{since.position, since.number, since.given};
    use_census();
    Resume::run({lightningd_, mirror_.invoices(), table_, census_}, progress_.bounds(), known,
                [this, caller = std::move(caller)](tl::expected<Answer, rpc::Error> found) mutable {
                    if (found)
                        found_since(std::move(caller), *std::move(found));
                    else
                        refuse(caller, found.error());
                });
}

void TrackpaymentsCommand::use_census() {
    if (census_.upto() > progress_.read().created) // lightningd's database was restored
        census_.clear();
    census_timer_.start(census_kept, [this] { census_.clear(); });
}

void TrackpaymentsCommand::found_since(Caller caller, Answer found) {
    // The caller's snapshots may be newer than the rows, or their rows deleted.
    for (const auto& sent : caller.changed)
        if (!has(found.payments, sent.key))
            found.payments.push_back(sent);
    if (caller.request.only_final)
        std::erase_if(found.payments, [](const Snapshot& found_one) { return !found_one.terminal; });
    if (delayed_.delays(caller, found))
        return;
    const bool news = found.more || (found.news && !found.payments.empty());
    if (caller.may_stay && !news && caller.request.timeout.count() > 0)
        return has_changed(caller.request, found.begun) ? answer_since(std::move(caller)) : stay(std::move(caller), {});
    reply(caller, found);
}

/// True if a payment of interest changed while the answer was made. The caller has not received that, and while waiting
/// it would receive only later changes.
bool TrackpaymentsCommand::has_changed(const TrackpaymentsRequest& request, std::uint64_t begun) const {
    bool changed = false;
    if (table_.last_change() > begun)
        table_.for_each([&](const payments::Payment& payment) {
            changed |= payment.change_number > begun && (payment.terminal() || !request.only_final);
        });
    return changed;
}

/// `now`: snapshots to send at once.
void TrackpaymentsCommand::stay(Caller caller, const std::vector<Snapshot>& now) {
    for (const auto& sent : now) {
        publisher_.send(message_head(caller.id).append(json::quote(*sent.json)).append(message_tail));
        caller.first.push_back(sent.key);
    }
    caller.first_number = publisher_.last_number();
    caller.awaited.reset();
    callers_.add(std::move(caller));
}

void TrackpaymentsCommand::ended(Caller caller) {
    if (caller.request.hash)
        return answer_hash(std::move(caller));
    if (caller.request.since)
        return answer_since(std::move(caller));
    if (caller.overflowed)
        return reply(caller, {{}, caller.begin, true, false});
    reply(caller, {std::move(caller.changed), publisher_.position(), false, false});
}

void TrackpaymentsCommand::reply(const Caller& caller, const Answer& answer) {
    std::string result = R"({"payments":[)";
    for (const auto& payment : answer.payments) {
        if (result.back() != '[')
            result += ',';
        result += *payment.json;
    }
    result += R"(],"cursor":")" + publisher_.cursor(answer.position, answer.number, answer.given) + '"';
    if (answer.next_index_offset)
        result += R"(,"next_index_offset":")" + std::to_string(*answer.next_index_offset) + '"';
    if (answer.counted)
        result += R"(,"num_payments":")" + std::to_string(*answer.counted) + '"';
    if (!caller.request.hash && !caller.request.since && !caller.request.page)
        result += mirror_.complete() ? R"(,"complete":true)" : R"(,"complete":false)";
    if (answer.more)
        result += R"(,"more":true)";
    if (const auto& topics = publisher_.topics(); !topics.all())
        result += R"(,"unpublished_topics":)" + json::dump(publish::left_out(topics));
    result += '}';
    if (!caller.filter.empty()) {
        if (const auto filter = json::parse(caller.filter))
            result = cln::filter_text(result, *filter);
    }
    reply_(caller.id, result);
}

void TrackpaymentsCommand::refuse(const Caller& caller, const rpc::Error& error) {
    reply_(caller.id, tl::unexpected(error));
}

} // namespace commands
