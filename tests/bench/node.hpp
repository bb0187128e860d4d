// The database of a lightningd that has only rows, and makes their text when asked: a million of them cost
// sixteen megabytes. Answers the plugin's calls; knows no socket.
#pragma once

#include "text.hpp"

#include <map>
#include <optional>

namespace bench {

class Node final {
  public:
    enum class Status : std::uint8_t { pending, complete, failed };

    /// `rows`: recorded ones, each the pattern for a kind of payments.
    explicit Node(const std::vector<json>& rows);

    /// The next payment, with that many pending parts. Returns its number.
    std::uint64_t pay(std::size_t parts = 1, std::size_t kind = 0);
    /// Old payments of one part each, one of every `every` still pending.
    void history(std::size_t payments, std::size_t every);
    void end(std::uint64_t created, Status status);
    /// Answers the waits that are due. Called by the benchmark, which decides the order of the plugin's input.
    void fire();

    [[nodiscard]] std::uint64_t created() const { return rows_.size(); }
    [[nodiscard]] std::uint64_t updated() const { return updates_.size(); }
    [[nodiscard]] std::uint64_t first_part(std::uint64_t payment) const { return payments_[payment].first; }
    [[nodiscard]] Values values(std::uint64_t created) const;
    /// True while the plugin waits for both counters. It pauses after an answer, and reads rows later.
    [[nodiscard]] bool waited_for() const;
    [[nodiscard]] std::size_t calls() const { return calls_; }
    [[nodiscard]] std::size_t rows_sent() const { return rows_sent_; }
    [[nodiscard]] std::uint64_t next_payment() const { return payments_.size(); }
    [[nodiscard]] std::size_t kind(std::uint64_t created) const { return payments_[rows_[created - 1].payment].kind; }

    /// One request of the plugin; its answer, now or later, goes to `say`.
    void call(std::string_view request);
    std::function<void(const std::string&)> say;

  private:
    struct Row {
        std::uint32_t payment;
        std::uint32_t updated;
        std::int32_t age; ///< seconds before the start
        Status status;
    };
    struct Payment {
        std::uint32_t first;
        std::uint16_t parts;
        std::uint16_t kind;
    };
    struct Kind {
        Text pending;
        Text complete;
        Text failed;
        std::uint64_t amount;
        explicit Kind(const json& row);
    };
    struct Wait {
        std::string id;
        std::string index;
        std::uint64_t next;
    };

    void append_row(std::string& to, std::uint64_t created);
    [[nodiscard]] std::string list(const json& params);
    [[nodiscard]] std::string result(const std::string& method, const json& params);
    [[nodiscard]] std::uint64_t counter(const std::string& index) const;
    [[nodiscard]] std::string details(const Wait& wait) const;
    void wait(Wait wait);

    std::vector<Kind> kinds_;
    std::int64_t start_;
    std::vector<Row> rows_;              // by created index - 1
    std::vector<std::uint32_t> updates_; // created index by updated index - 1
    std::vector<Payment> payments_;      // by number
    std::vector<Wait> waits_;
    std::size_t calls_ = 0;
    std::size_t rows_sent_ = 0;
};

} // namespace bench
