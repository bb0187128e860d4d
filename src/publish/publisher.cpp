#include "publish/publisher.hpp"

#include "publish/topics.hpp"
#include "rpc/write.hpp"

#include <utility>

namespace publish {

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

/// What stands before the object that a topic tells; behind it stands the stamp.
struct Heads {
    static std::string of(std::string_view topic) {
        return rpc::notification_head(topic) + R"({")" + std::string(topic) + R"(":)";
    }
    std::string snapshot = of(snapshot_topic);
    std::string final = of(final_topic);
    std::string deletion = of(deletion_topic);
};

const Heads& heads() {
    static const Heads heads;
    return heads;
}

void append_news(std::string& leaving, std::string_view head, std::string_view body, std::string_view stamp) {
    leaving.append(head).append(body).append(stamp);
}

} // namespace

Publisher::Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, std::function<Position()> told,
                     CursorMaker cursor, base::Log log)
    : out_(out),
      table_(table),
      told_(std::move(told)),
      cursor_(std::move(cursor)),
      log_(std::move(log)),
      large_timer_(loop) {
    out_.set_source([this](std::string& leaving) { return next_message(leaving); });
}

Publisher::~Publisher() {
    out_.set_source(nullptr);
}

void Publisher::set_large_pause(std::chrono::milliseconds pause) {
    large_pause_ = pause;
    if (large_timer_.armed())
        large_timer_.start(large_pause_, [this] { release_large(); });
}

void Publisher::tell(const payments::Change& change) {
    for (const auto& payment : change.ended) { // before its deletion; the table does not have it any more
        large_.erase(payment.key);
        enqueue(Kind::snapshot, payment.key, snapshots_.json(payment), true, told_());
    }
    for (const auto& deletion : change.deleted) {
        large_.erase(deletion.key);
        enqueue(Kind::deletion, deletion.key, deletion_body(deletion), false, told_());
    }
    for (const auto* payment : change.updated)
        tell_snapshot(*payment);
    out_.schedule_flush();
}

void Publisher::tell_snapshot(const payments::Payment& payment) {
    const auto& key = payment.key;
    if (payment.terminal())
        large_.erase(key);
    else if (hold_back(key))
        return;
    if (auto* leaving = room()) {
        leave(*leaving, payment);
        return;
    }
    if (waiting_bytes_ > merge_above && !merging_)
        begin_merging();
    const auto newest = newest_.find(key);
    if (newest != newest_.end() && newest->second->body.empty()) { // will be made when it leaves, and say this too
        ++merged_;
        return;
    }
    if (waiting_bytes_ <= merge_above)
        return enqueue(Kind::snapshot, key, written(payment), payment.terminal(), told_());
    if (newest == newest_.end())
        return enqueue(Kind::snapshot, key, {}, payment.terminal(), told_());
    // The place in the queue stays, and with it what its floor holds back; the body is made when it leaves.
    ++merged_;
    waiting_bytes_ -= std::exchange(newest->second->body, {}).size();
}

bool Publisher::hold_back(const payments::PaymentKey& key) {
    const auto at = large_.find(key);
    if (at == large_.end() || steady_clock::now() - at->second.last >= large_pause_)
        return false;
    if (!at->second.waiting) {
        at->second.waiting = true;
        at->second.floor = told_();
    }
    if (!large_timer_.armed())
        large_timer_.start(large_pause_, [this] { release_large(); });
    return true;
}

/// What is due of it; nothing when it is gone, or its hash was paid while it waited.
const payments::Payment* Publisher::held_back(const payments::PaymentKey& key) const {
    const auto* payment = table_.find(key);
    return payment && !table_.settled_elsewhere(*payment) ? payment : nullptr;
}

void Publisher::release_large() {
    const auto now = steady_clock::now();
    bool waiting = false;
    for (auto at = large_.begin(); at != large_.end();) {
        const bool over = now - at->second.last >= large_pause_;
        if (!over) {
            waiting |= at->second.waiting;
            ++at;
            continue;
        }
        const auto key = at->first;
        const bool due = at->second.waiting;
        const Position floor = at->second.floor;
        at = large_.erase(at);
        const auto* payment = due ? held_back(key) : nullptr;
        if (!payment)
            continue;
        enqueue(Kind::snapshot, key, snapshots_.json(*payment), payment->terminal(), floor);
        at = large_.emplace(key, Large{now, false, unlimited}).first;
        ++at;
    }
    if (waiting)
        large_timer_.start(large_pause_, [this] { release_large(); });
    out_.schedule_flush();
}

void Publisher::flush() {
    for (auto& [key, state] : std::exchange(large_, {})) {
        const auto* payment = state.waiting ? held_back(key) : nullptr;
        if (payment)
            enqueue(Kind::snapshot, key, snapshots_.json(*payment), payment->terminal(), state.floor);
    }
    out_.schedule_flush();
}

std::string_view Publisher::written(const payments::Payment& payment) {
    const auto body = snapshots_.json(payment);
    if (body.size() > large && !payment.terminal())
        large_[payment.key] = {steady_clock::now(), false, unlimited};
    return body;
}

std::string* Publisher::room() {
    return queue_.empty() && next_.empty() ? out_.append_buffer() : nullptr;
}

/// For the queue, alone in a list.
std::list<Publisher::Entry> Publisher::entry(Kind kind, std::string_view body) {
    std::list<Entry> one;
    if (pool_.empty())
        one.emplace_back();
    else
        one.splice(one.begin(), pool_, pool_.begin());
    one.front().kind = kind;
    one.front().body = body;
    waiting_bytes_ += body.size();
    return one;
}

void Publisher::reuse(std::list<Entry> left) {
    constexpr std::size_t most = 1024;
    constexpr std::size_t largest = 8192;
    if (pool_.size() < most && left.front().body.capacity() <= largest)
        pool_.splice(pool_.begin(), left); // first, because it is still near
}

void Publisher::enqueue(Kind kind, const payments::PaymentKey& key, std::string_view body, bool terminal,
                        Position floor) {
    queue_.splice(queue_.end(), entry(kind, body));
    auto& last = queue_.back();
    last.key = key;
    last.terminal = terminal;
    last.floor = floor;
    last.number = body.empty() || kind != Kind::snapshot ? 0 : ++made_;
    if (merging_ && kind == Kind::snapshot)
        newest_[key] = &last;
}

void Publisher::begin_merging() {
    merging_ = true;
    for (auto& entry : queue_)
        if (entry.kind == Kind::snapshot)
            newest_[entry.key] = &entry;
}

void Publisher::send(std::string_view message) {
    if (auto* leaving = room())
        leaving->append(message);
    else
        enqueue(Kind::raw, {}, message, false, unlimited);
    out_.schedule_flush();
}

void Publisher::send_next(std::string head, std::shared_ptr<const std::string> text, std::string_view tail) {
    next_.push_back({std::move(head), std::move(text), tail});
    waiting_bytes_ += next_.back().size();
    if (!observed_)
        out_.schedule_flush();
}

Position Publisher::pending() const {
    Position marks = unlimited;
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

const std::string& Publisher::stamp() {
    const auto now = marks();
    if (stamp_.empty() || now != stamped_) {
        stamp_ = R"(,"cursor":")" + cursor_.make(now) + R"("})";
        stamp_ += rpc::notification_tail;
        stamped_ = now;
    }
    return stamp_;
}

void Publisher::leave(std::string& leaving, const payments::Payment& payment) {
    leave(leaving, {payment.key, payment.terminal(), written(payment), ++made_});
}

void Publisher::leave(std::string& leaving, const Left& snapshot) {
    const auto& end = stamp();
    append_news(leaving, heads().snapshot, snapshot.json, end);
    if (snapshot.terminal)
        append_news(leaving, heads().final, snapshot.json, end);
    if (!observer_)
        return;
    observed_ = true; // whoever takes what leaves takes more by itself
    observer_(snapshot);
    observed_ = false;
}

bool Publisher::next_message(std::string& leaving) {
    if (!next_.empty()) {
        const auto& first = next_.front();
        leaving.append(first.head).append(*first.text).append(first.tail);
        waiting_bytes_ -= first.size();
        next_.pop_front();
        return true;
    }
    while (!queue_.empty()) {
        if (const auto at = newest_.find(queue_.front().key); at != newest_.end() && at->second == &queue_.front())
            newest_.erase(at);
        std::list<Entry> first;
        first.splice(first.begin(), queue_, queue_.begin());
        waiting_bytes_ -= first.front().body.size();
        merging_ &= !queue_.empty();
        if (queue_.empty() && merged_ > 0)
            log_(base::LogLevel::unusual, std::to_string(std::exchange(merged_, 0)) +
                                              " intermediate snapshots were merged while lightningd did not read");
        const bool said = leave(leaving, first.front());
        reuse(std::move(first));
        if (said)
            return true;
    }
    return false;
}

/// False when there is nothing to say of it any more.
bool Publisher::leave(std::string& leaving, const Entry& entry) {
    if (entry.kind == Kind::raw)
        leaving += entry.body;
    else if (entry.kind == Kind::deletion)
        append_news(leaving, heads().deletion, entry.body, stamp());
    else if (!entry.body.empty())
        leave(leaving, {entry.key, entry.terminal, entry.body, entry.number});
    else if (const auto* payment = table_.find(entry.key)) // was merged: the newest state is what counts
        leave(leaving, {entry.key, payment->terminal(), snapshots_.json(*payment), ++made_});
    else
        return false;
    return true;
}

} // namespace publish
