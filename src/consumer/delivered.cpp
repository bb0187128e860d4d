#include "consumer/delivered.hpp"

namespace consumer {

namespace {

std::size_t attempts_in(std::string_view json) {
    constexpr std::string_view key = R"("attempt_id":)";
    std::size_t count = 0;
    for (auto at = json.find(key); at != std::string_view::npos; at = json.find(key, at + key.size()))
        ++count;
    return count;
}

} // namespace

bool Delivered::is_last(const Snapshot& payment) const {
    const auto found = newest_.find(payment.payment_index);
    return found != newest_.end() && found->second.payment->json == payment.json;
}

bool Delivered::has_same_end(const Snapshot& payment) const {
    const auto found = newest_.find(payment.payment_index);
    if (found == newest_.end() || payment.status == Status::in_flight)
        return false;
    const auto& last = *found->second.payment;
    const auto attempts = attempts_in(payment.json);
    return last.status == payment.status && last.payment_hash == payment.payment_hash && attempts > 0 &&
           attempts_in(last.json) == attempts;
}

std::string_view Delivered::live_run(std::uint64_t payment_index) const {
    const auto found = newest_.find(payment_index);
    return found != newest_.end() ? found->second.run : std::string_view();
}

void Delivered::add(const SnapshotPtr& payment, std::string_view run) {
    auto& newest = newest_[payment->payment_index];
    newest.run = run;
    if (newest.payment && newest.payment->json == payment->json)
        return;
    newest.payment = payment;
    order_.push_back(payment);
    bytes_ += payment->json.size();
    while (bytes_ > most_bytes)
        drop_oldest();
}

void Delivered::drop_oldest() {
    const auto& oldest = order_.front();
    bytes_ -= oldest->json.size();
    const auto found = newest_.find(oldest->payment_index);
    if (found != newest_.end() && found->second.payment == oldest)
        newest_.erase(found);
    order_.pop_front();
}

} // namespace consumer
