#include "track/publisher.hpp"

#include "lnrpc/from.hpp"
#include "lnrpc/json.hpp"
#include "rpc/write.hpp"

#include <utility>

namespace track {

using std::chrono::steady_clock;

namespace {

std::string deletion_body(const payments::Change::Deletion& deletion) {
    std::string body = R"({"payment_hash":")" + deletion.key.hash.hex() + R"(","payment_index":")" +
                       std::to_string(deletion.index.value) + R"(","attempt_ids":[)";
    for (const auto attempt : deletion.attempts) {
        if (body.back() != '[')
            body += ',';
        body += '"' + std::to_string(attempt.value) + '"';
    }
    return body + R"(],"remaining":)" + std::to_string(deletion.remaining) + "}";
}

} // namespace

Publisher::Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, std::function<Marks()> told,
                     CursorMaker cursor, base::Log log)
    : out_(out),
      table_(table),
      told_(std::move(told)),
      cursor_(std::move(cursor)),
      log_(std::move(log)),
      large_timer_(loop) {
    out_.set_source([this] { return next_message(); });
}

Publisher::~Publisher() {
    out_.set_source(nullptr);
}

void Publisher::tell(const payments::Change& change) {
    for (const auto& deletion : change.deleted) {
        large_.erase(deletion.key);
        enqueue({Kind::deletion, deletion.key, deletion_body(deletion), false, told_()});
    }
    for (const auto& key : change.updated)
        tell_snapshot(key);
    out_.nudge();
}

void Publisher::tell_snapshot(const payments::PaymentKey& key) {
    const auto* payment = table_.find(key);
    if (!payment)
        return;
    if (payment->terminal())
        large_.erase(key);
    else if (hold_back(key))
        return;
    const auto newest = newest_.find(key);
    if (newest != newest_.end() && newest->second->body.empty()) { // will be made when it leaves, and say this too
        ++merged_;
        return;
    }
    if (waiting_bytes_ <= merge_above)
        return enqueue_snapshot(*payment);
    if (newest == newest_.end())
        return enqueue({Kind::snapshot, key, {}, payment->terminal(), told_()});
    // The place in the queue stays, and with it what its floor holds back; the body is made when it leaves.
    ++merged_;
    waiting_bytes_ -= std::exchange(newest->second->body, {}).size();
}

bool Publisher::hold_back(const payments::PaymentKey& key) {
    const auto at = large_.find(key);
    if (at == large_.end() || steady_clock::now() - at->second.last >= large_pause)
        return false;
    if (!at->second.waiting) {
        at->second.waiting = true;
        at->second.floor = told_();
    }
    if (!large_timer_.armed())
        large_timer_.start(large_pause, [this] { release_large(); });
    return true;
}

void Publisher::release_large() {
    const auto now = steady_clock::now();
    bool waiting = false;
    for (auto at = large_.begin(); at != large_.end();) {
        const bool over = now - at->second.last >= large_pause;
        if (!over) {
            waiting |= at->second.waiting;
            ++at;
            continue;
        }
        const auto key = at->first;
        const bool due = at->second.waiting;
        const Marks floor = at->second.floor;
        at = large_.erase(at);
        const auto* payment = due ? table_.find(key) : nullptr;
        if (!payment)
            continue;
        enqueue({Kind::snapshot, key, lnrpc::to_json(lnrpc::from(*payment)), payment->terminal(), floor});
        at = large_.emplace(key, Large{now, false, no_limit}).first;
        ++at;
    }
    if (waiting)
        large_timer_.start(large_pause, [this] { release_large(); });
    out_.nudge();
}

void Publisher::flush() {
    for (auto& [key, state] : std::exchange(large_, {})) {
        const auto* payment = state.waiting ? table_.find(key) : nullptr;
        if (payment)
            enqueue({Kind::snapshot, key, lnrpc::to_json(lnrpc::from(*payment)), payment->terminal(), state.floor});
    }
    out_.nudge();
}

void Publisher::enqueue_snapshot(const payments::Payment& payment) {
    auto body = lnrpc::to_json(lnrpc::from(payment));
    if (body.size() > large && !payment.terminal())
        large_[payment.key] = {steady_clock::now(), false, no_limit};
    enqueue({Kind::snapshot, payment.key, std::move(body), payment.terminal(), told_()});
}

void Publisher::enqueue(Entry entry) {
    waiting_bytes_ += entry.body.size();
    queue_.push_back(std::move(entry));
    if (queue_.back().kind == Kind::snapshot)
        newest_[queue_.back().key] = std::prev(queue_.end());
}

void Publisher::send(std::string message) {
    enqueue({Kind::raw, {}, std::move(message), false, no_limit});
    out_.nudge();
}

void Publisher::send_next(std::string message) {
    waiting_bytes_ += message.size();
    queue_.push_front({Kind::raw, {}, std::move(message), false, no_limit});
}

Marks Publisher::pending() const {
    Marks marks = no_limit;
    for (const auto& [key, state] : large_)
        if (state.waiting)
            marks = earlier(marks, state.floor);
    for (const auto& entry : queue_) {
        if (entry.kind == Kind::raw)
            continue;
        return earlier(marks, entry.floor); // floors only grow along the queue
    }
    return marks;
}

std::string Publisher::stamped(const char* topic, std::string_view body, const std::string& cursor) const {
    std::string params = R"({")" + std::string(topic) + R"(":)";
    params += body;
    params += R"(,"cursor":")" + cursor + "\"}";
    return rpc::notification(topic, params);
}

std::optional<std::string> Publisher::next_message() {
    while (!queue_.empty()) {
        Entry entry = std::move(queue_.front());
        waiting_bytes_ -= entry.body.size();
        if (const auto at = newest_.find(entry.key);
            entry.kind == Kind::snapshot && at != newest_.end() && at->second == queue_.begin())
            newest_.erase(at);
        queue_.pop_front();
        if (queue_.empty() && merged_ > 0)
            log_(base::LogLevel::unusual, std::to_string(std::exchange(merged_, 0)) +
                                              " intermediate snapshots were merged while lightningd did not read");
        if (entry.kind == Kind::raw)
            return std::move(entry.body);
        if (entry.body.empty()) { // was merged: the newest state is what counts
            const auto* payment = table_.find(entry.key);
            if (!payment)
                continue;
            entry.body = lnrpc::to_json(lnrpc::from(*payment));
            entry.terminal = payment->terminal();
        }
        const auto cursor = cursor_.make(marks());
        if (entry.kind == Kind::deletion)
            return stamped("trackpayments_deleted", entry.body, cursor);
        if (observer_)
            observer_(entry.key, entry.terminal, entry.body);
        std::string message = stamped("trackpayments", entry.body, cursor);
        if (entry.terminal)
            message += stamped("trackpayments_final", entry.body, cursor);
        return message;
    }
    return std::nullopt;
}

} // namespace track
