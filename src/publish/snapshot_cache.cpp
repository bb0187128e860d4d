#include "publish/snapshot_cache.hpp"

#include "lnrpc/json.hpp"
#include "lnrpc/to_lnrpc.hpp"

namespace publish {

std::size_t SnapshotCache::Kept::bytes() const {
    return sizeof(Kept) + text.capacity() + attempts.capacity() * sizeof(Attempt);
}

std::string_view SnapshotCache::json(const payments::Payment& payment) {
    if (out_.text().size() > most_kept_ / 4)
        out_ = {}; // free the memory of a very large snapshot
    out_.clear();
    const auto shown = lnrpc::without_attempts(payment);
    lnrpc::write_head(out_, shown);
    const auto begin = out_.text().size();
    write_attempts(payment);
    if (payment.terminal())
        erase(payment.key); // no further snapshot will come
    else if (payment.parts.size() > 1)
        keep(payment, out_.text().substr(begin));
    lnrpc::write_tail(out_, shown);
    return out_.text();
}

void SnapshotCache::write_attempts(const payments::Payment& payment) {
    static const Kept nothing;
    const auto place = index_.find(payment.key);
    const auto& kept = place == index_.end() ? nothing : *place->second;
    const bool same = kept.secret == payment.invoice_secret && (!kept.secret || kept.value == payment.value());
    auto before = same ? kept.attempts.begin() : kept.attempts.end();
    const auto begin = out_.text().size();
    written_.clear();
    for (const auto& part : payment.parts) {
        if (!written_.empty())
            out_.add(",");
        const auto at = out_.text().size();
        while (before != kept.attempts.end() && before->id < part.created)
            ++before;
        const bool known = before != kept.attempts.end() && before->id == part.created;
        if (known && part.revision != 0 && before->revision == part.revision)
            out_.add(std::string_view(kept.text).substr(before->begin, before->size));
        else
            lnrpc::write_attempt(out_, lnrpc::to_lnrpc(payment, part));
        written_.push_back({part.created, part.revision, at - begin, out_.text().size() - at});
    }
}

void SnapshotCache::keep(const payments::Payment& payment, std::string_view text) {
    auto [at, is_new] = index_.try_emplace(payment.key);
    if (is_new)
        at->second = kept_.emplace(kept_.end());
    else
        kept_bytes_ -= at->second->bytes();
    auto& kept = *at->second;
    kept.key = payment.key;
    kept.secret = payment.invoice_secret;
    kept.value = payment.value();
    kept.attempts = written_;
    kept.text = text;
    kept_bytes_ += kept.bytes();
    kept_.splice(kept_.end(), kept_, at->second);
    while (kept_bytes_ > most_kept_)
        erase(kept_.begin());
}

void SnapshotCache::erase(const payments::PaymentKey& key) {
    if (const auto at = index_.find(key); at != index_.end())
        erase(at->second);
}

void SnapshotCache::erase(KeptRef kept) {
    kept_bytes_ -= kept->bytes();
    index_.erase(kept->key);
    kept_.erase(kept);
}

} // namespace publish
