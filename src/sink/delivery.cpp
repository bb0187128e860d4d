#include "sink/delivery.hpp"

#include "json/members.hpp"

#include <algorithm>
#include <charconv>

namespace sink {

namespace {

/// Between a Nats-Msg-Id and what makes another one of it.
constexpr char another = '-';

std::string_view find_header(const jetstream::Message& message, std::string_view name) {
    const auto found = std::find_if(message.headers.begin(), message.headers.end(),
                                    [&](const jetstream::Header& header) { return header.name == name; });
    return found != message.headers.end() ? std::string_view(found->value) : std::string_view();
}

void add_cursor(jetstream::Message& message, const consumer::CursorPtr& low) {
    if (low)
        message.headers.push_back({std::string(header::cursor), *low});
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
    Number number{};
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && at == end ? std::optional(number) : std::nullopt;
}

/// The payment_index at the end of a payment's subject.
std::optional<std::uint64_t> index_in(std::string_view subject) {
    return read_number<std::uint64_t>(subject.substr(subject.rfind('.') + 1));
}

std::optional<Knowledge> knowledge_in(const jetstream::Message& message) {
    return parse_knowledge(find_header(message, header::status), find_header(message, header::attempts));
}

} // namespace

void Delivery::deliver(Change& change, const consumer::CursorPtr& low, Done done) {
    if (change.payment)
        deliver_payment(change, low, std::move(done));
    else
        deliver_deletion(change, low, std::move(done));
}

void Delivery::deliver_payment(Change& change, const consumer::CursorPtr& low, Done done) {
    auto knowledge = read_knowledge(*change.payment);
    if (!knowledge && !std::exchange(unreadable_logged_, true))
        log_(base::LogLevel::unusual, "publishing a payment without a list of its attempts: " + knowledge.error());
    if (!knowledge)
        knowledge = Knowledge{change.payment->status, {}};
    const auto work = std::make_shared<Work>(Work{change, *std::move(knowledge), low, std::move(done)});
    const auto known = in_flight_.find(change.payment_index());
    if (known != in_flight_.end())
        work->last = known->second;
    else if (may_have_old_index(change))
        return look_for_old_index(work);
    publish(work);
}

/// A deletion may be stored twice if its acknowledgement is lost for longer than the server remembers ids: that changes
/// nothing for a consumer.
void Delivery::deliver_deletion(const Change& change, const consumer::CursorPtr& low, Done done) {
    auto message = deletion_message(form_, change.deletion);
    add_cursor(message, low);
    if (change.deletion.remaining == 0)
        in_flight_.erase(change.payment_index());
    stream_.publish(std::move(message), std::nullopt, [this, done = std::move(done)](const auto& ack) {
        using Kind = jetstream::PublishError::Kind;
        if (!ack)
            return done(ack.error().kind == Kind::too_large ? Outcome::refused : Outcome::lost, ack.error().message);
        acknowledged(*ack);
        done(Outcome::stored, {});
    });
}

bool Delivery::may_have_old_index(const Change& change) const {
    if (change.live || old_until_ < 0)
        return false;
    auto text = json::find_member(change.payment->json, R"("creation_date")");
    if (text.size() < 2)
        return false;
    text = text.substr(1, text.size() - 2);
    const auto second = read_number<std::int64_t>(text);
    return second && *second <= old_until_;
}

void Delivery::look_for_old_index(const WorkPtr& work) {
    stream_.last(hash_subject(form_, work->change.payment->payment_hash), [this, work](const auto& message) {
        if (!message)
            return work->done(Outcome::lost, message.error());
        const auto index = *message ? index_in((*message)->message.subject) : std::nullopt;
        if (index == work->change.payment_index())
            return found(work, *message);
        const auto knowledge = index ? knowledge_in((*message)->message) : std::nullopt;
        if (knowledge && knowledge->status == consumer::Status::in_flight)
            old_index_(work->change.payment->payment_hash, *index, *knowledge);
        publish(work);
    });
}

void Delivery::publish(const WorkPtr& work) {
    auto most = stream_.most_bytes();
    if (work->change.refused_bytes > 0)
        most = std::min(most, work->change.refused_bytes - 1);
    auto message = payment_message(form_, *work->change.payment, work->knowledge, most);
    if (!message)
        return work->done(Outcome::refused, message.error());
    work->id = find_header(*message, header::id);
    if (is_stored(*work))
        return finish(work, *work->last, Outcome::already_stored);
    const auto bytes = bytes_of(*message); // before more is added: payment_message() counts like this
    const auto after = work->last ? work->last->sequence : 0;
    for (auto& header : message->headers)
        if (work->another_id && header.name == header::id)
            header.value += another + std::to_string(after);
    add_cursor(*message, work->low);
    stream_.publish(*std::move(message), after,
                    [this, work, bytes](const auto& result) { published(work, bytes, result); });
}

/// A correction that came as it happened is published even if it changes only an amount.
bool Delivery::is_stored(const Work& work) {
    if (!work.last || !work.last->knowledge)
        return false;
    const auto& stored = *work.last->knowledge;
    if (work.last->id == work.id || work.last->id.starts_with(work.id + another))
        return true;
    return adds_nothing(work.knowledge, stored) && !(work.change.live && work.knowledge == stored);
}

void Delivery::published(const WorkPtr& work, std::size_t bytes, const Result& result) {
    using Kind = jetstream::PublishError::Kind;
    if (!result && result.error().kind == Kind::conflict)
        return look(work);
    if (!result && result.error().kind == Kind::too_large && bytes > 1) {
        work->change.refused_bytes = bytes;
        return publish(work);
    }
    if (!result)
        return work->done(result.error().kind == Kind::lost ? Outcome::lost : Outcome::refused, result.error().message);
    if (result->duplicate && !work->another_id) { // it may be an older message of the payment, or a deleted one
        work->another_id = true;
        return look(work);
    }
    acknowledged(*result);
    finish(work, {result->sequence, work->knowledge, work->id},
           result->duplicate ? Outcome::already_stored : Outcome::stored);
}

/// Another message is the payment's last one: of an earlier run, or this very message, whose acknowledgement was lost.
void Delivery::look(const WorkPtr& work) {
    const auto& payment = *work->change.payment;
    stream_.last(payment_subject(form_, payment.payment_hash, payment.payment_index), [this, work](const auto& last) {
        if (last)
            found(work, *last);
        else
            work->done(Outcome::lost, last.error());
    });
}

void Delivery::found(const WorkPtr& work, const std::optional<jetstream::StoredMessage>& message) {
    work->last.reset();
    if (message) {
        last_sequence_ = std::max(last_sequence_, message->sequence); // as good as acknowledged
        work->last = {message->sequence, knowledge_in(message->message),
                      std::string(find_header(message->message, header::id))};
    }
    publish(work);
}

/// Messages leave in order, so their sequences grow.
void Delivery::acknowledged(const jetstream::Ack& ack) {
    if (ack.duplicate)
        return;
    went_back_ = went_back_ || ack.sequence < last_sequence_;
    last_sequence_ = std::max(last_sequence_, ack.sequence);
}

void Delivery::finish(const WorkPtr& work, Stored last, Outcome outcome) {
    const auto& payment = *work->change.payment;
    if (payment.status == consumer::Status::in_flight)
        in_flight_.insert_or_assign(payment.payment_index, std::move(last));
    else
        in_flight_.erase(payment.payment_index);
    work->done(outcome, {});
}

} // namespace sink
