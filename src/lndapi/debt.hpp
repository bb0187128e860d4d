// What one client is owed, in bytes. All its queues count here, and all debts in one ledger.
#pragma once

#include "lndapi/frame.hpp"
#include "lndapi/ledger.hpp"

#include <functional>

namespace lndapi {

class Debt final {
  public:
    /// Of an entry in a queue: itself, its place in the index, its cursor.
    static constexpr std::size_t entry_bytes = 160;
    /// Of a frame, beside its JSON. Its wire form, made when some gRPC client takes it, counts in the ledger alone.
    static constexpr std::size_t frame_bytes = 200;

    /// `cut_off` must drop all that the subscriber is owed, or check() never returns. Called by check(), of this debt
    /// or another.
    Debt(Ledger& ledger, std::function<void()> cut_off);
    ~Debt();
    Debt(const Debt&) = delete;
    Debt& operator=(const Debt&) = delete;

    /// An entry with this frame was put into a queue, or taken out.
    void add(const Frame& frame);
    void remove(const Frame& frame);
    /// Bytes of an answer that only this client gets.
    void add_bytes(std::size_t bytes);
    void remove_bytes(std::size_t bytes);
    /// Keeps the ledger's limits. Call after add(), when the queue is in order.
    void check() { ledger_.keep_limits(*this); }
    /// Shared frames count in full here.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    friend class Ledger;

    Ledger& ledger_;
    std::function<void()> cut_off_;
    std::size_t bytes_ = 0;
};

} // namespace lndapi
