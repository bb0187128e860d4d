#include "lndapi/debt.hpp"

namespace lndapi {

namespace {

std::size_t size_of(const Frame& frame) {
    return frame.payment().json.size() + Debt::frame_bytes;
}

} // namespace

Debt::Debt(Ledger& ledger, std::function<void()> cut_off) : ledger_(ledger), cut_off_(std::move(cut_off)) {
    ledger_.debts_.insert(this);
}

Debt::~Debt() {
    ledger_.debts_.erase(this);
}

void Debt::add(const Frame& frame) {
    const auto size = size_of(frame);
    bytes_ += entry_bytes + size;
    ledger_.bytes_ += entry_bytes;
    if (frame.holders_++ > 0)
        return;
    ledger_.bytes_ += size + frame.wire_size();
    frame.counted_ = &ledger_.bytes_; // also if its wire form is made later
}

void Debt::remove(const Frame& frame) {
    const auto size = size_of(frame);
    bytes_ -= entry_bytes + size;
    ledger_.bytes_ -= entry_bytes;
    if (--frame.holders_ > 0)
        return;
    ledger_.bytes_ -= size + frame.wire_size();
    frame.counted_ = nullptr;
}

void Debt::add_bytes(std::size_t bytes) {
    bytes_ += bytes;
    ledger_.bytes_ += bytes;
}

void Debt::remove_bytes(std::size_t bytes) {
    bytes_ -= bytes;
    ledger_.bytes_ -= bytes;
}

} // namespace lndapi
