#include "publish/publisher.hpp"

#include "rpc/write.hpp"

#include <utility>

namespace publish {

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

/// The text before the object of each topic; after it comes the stamp, which contains the cursor.
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

void append(std::string& leaving, std::string_view head, std::string_view body, std::string_view stamp) {
    leaving.append(head).append(body).append(stamp);
}

} // namespace

Publisher::Publisher(io::Loop& loop, io::Stream& out, const payments::Table& table, Progress& progress,
                     CursorMaker cursor, base::Log log)
    : out_(out),
      table_(table),
      progress_(progress),
      cursor_(std::move(cursor)),
      log_(std::move(log)),
      large_(loop, progress,
             [this](const payments::PaymentKey& key, Progress::Hold hold) { publish_late(key, std::move(hold)); }) {
    out_.set_source([this](std::string& leaving) { return next_message(leaving); });
}

Publisher::~Publisher() {
    out_.set_source(nullptr);
}

void Publisher::changed(const payments::Change& change) {
    const auto hold = [this] { return progress_.hold(Progress::Reason::queued); };
    for (const auto& payment : change.ended) { // published before its deletion; no longer in the table
        large_.erase(payment.key);
        push(Queue::Kind::snapshot, payment.key, snapshots_.json(payment), true, hold());
    }
    for (const auto& deletion : change.deleted) {
        large_.erase(deletion.key);
        if (topics_.deletions)
            push(Queue::Kind::deletion, deletion.key, deletion_body(deletion), false, hold());
    }
    for (const auto* payment : change.updated)
        publish(*payment);
    out_.schedule_flush();
}

void Publisher::publish(const payments::Payment& payment) {
    const auto& key = payment.key;
    if (payment.terminal())
        large_.erase(key);
    else if (large_.delays(key))
        return;
    if (auto* leaving = append_buffer())
        return write_out(*leaving, {key, payment.terminal(), json(payment), ++made_});
    const auto form = queue_.form_of(key, next_bytes_);
    if (form)
        push(Queue::Kind::snapshot, key, *form == Queue::Form::body ? json(payment) : std::string_view(),
             payment.terminal(), progress_.hold(Progress::Reason::queued));
}

/// Publishes nothing if the payment was deleted, or its hash was paid by another group, meanwhile.
void Publisher::publish_late(const payments::PaymentKey& key, Progress::Hold hold) {
    const auto* payment = table_.find(key);
    if (payment && !table_.settled_elsewhere(*payment))
        push(Queue::Kind::snapshot, key, json(*payment), payment->terminal(), std::move(hold));
    out_.schedule_flush();
}

void Publisher::flush() {
    large_.flush();
    out_.schedule_flush();
}

std::string_view Publisher::json(const payments::Payment& payment) {
    const auto body = snapshots_.json(payment);
    if (!payment.terminal())
        large_.made(payment.key, body.size());
    return body;
}

std::string* Publisher::append_buffer() {
    return queue_.empty() && next_.empty() ? out_.append_buffer() : nullptr;
}

void Publisher::push(Queue::Kind kind, const payments::PaymentKey& key, std::string_view body, bool terminal,
                     Progress::Hold hold) {
    const auto number = body.empty() || kind != Queue::Kind::snapshot ? 0 : ++made_;
    queue_.push(kind, body, key, terminal, number, std::move(hold));
}

void Publisher::send(std::string_view message) {
    if (auto* leaving = append_buffer())
        leaving->append(message);
    else
        queue_.push(Queue::Kind::raw, message);
    out_.schedule_flush();
}

void Publisher::send_next(std::string head, std::shared_ptr<const std::string> text, std::string_view tail) {
    next_.push_back({std::move(head), std::move(text), tail});
    next_bytes_ += next_.back().size();
    if (!observed_)
        out_.schedule_flush();
}

const std::string& Publisher::stamp() {
    const auto now = position();
    if (stamp_.empty() || now != stamped_) {
        stamp_ = R"(,"cursor":")" + cursor_.make(now) + R"("})";
        stamp_ += rpc::notification_tail;
        stamped_ = now;
    }
    return stamp_;
}

void Publisher::write_out(std::string& leaving, const Written& snapshot) {
    const auto& end = stamp();
    if (topics_.snapshots)
        append(leaving, heads().snapshot, snapshot.json, end);
    if (topics_.finals && snapshot.terminal)
        append(leaving, heads().final, snapshot.json, end);
    if (!observer_)
        return;
    observed_ = true; // no flush needed: the stream is asking already
    observer_(snapshot);
    observed_ = false;
}

bool Publisher::next_message(std::string& leaving) {
    if (!next_.empty()) {
        const auto& first = next_.front();
        leaving.append(first.head).append(*first.text).append(first.tail);
        next_bytes_ -= first.size();
        next_.pop_front();
        return true;
    }
    while (!queue_.empty()) {
        auto first = queue_.pop();
        if (queue_.empty())
            if (const auto merged = queue_.take_merged(); merged > 0)
                log_(base::LogLevel::unusual,
                     std::to_string(merged) + " intermediate snapshots were merged while lightningd did not read");
        const bool written = write_out(leaving, first.front());
        queue_.reuse(std::move(first));
        if (written)
            return true;
    }
    return false;
}

/// False if there is nothing left to publish for this entry.
bool Publisher::write_out(std::string& leaving, const Queue::Entry& entry) {
    if (entry.kind == Queue::Kind::raw)
        leaving += entry.body;
    else if (entry.kind == Queue::Kind::deletion)
        append(leaving, heads().deletion, entry.body, stamp());
    else if (!entry.body.empty())
        write_out(leaving, {entry.key, entry.terminal, entry.body, entry.number});
    else if (const auto* payment = table_.find(entry.key)) // merged: write the newest state
        write_out(leaving, {entry.key, payment->terminal(), snapshots_.json(*payment), ++made_});
    else
        return false;
    return true;
}

} // namespace publish
