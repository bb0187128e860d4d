// Asks lightningd whether a rune permits a method, with its command checkrune. Each question writes to the node's
// database: at most eight are open at a time, clients take turns, and those that sent bad credentials lately share a
// slow turn.
#pragma once

#include "io/timer.hpp"
#include "lndapi/output.hpp"
#include "lndapi/rune_memory.hpp"
#include "rpc/client.hpp"

#include <deque>
#include <functional>
#include <list>

namespace lndapi {

/// LND's text for a macaroon that lacks a permission.
inline constexpr std::string_view permission_denied = "permission denied";

/// Who asks. A null function: always wanted, never slowed.
struct Asker {
    std::string client;           ///< its network: each has a turn of its own
    std::function<bool()> wanted; ///< false: nobody waits for the answer any more
    std::function<bool()> slowed; ///< http::Exchange::slowed(); called only while wanted
};

class RuneCheck final {
  public:
    static constexpr std::size_t most_at_once = 8;
    static constexpr std::size_t most_waiting = 1000;
    static constexpr std::size_t most_remembered = 1024;

    struct Times {
        /// Between two questions of all slowed clients together. A rune that lightningd has permitted does not wait.
        std::chrono::milliseconds pace{50};
        /// A rune that is not valid is refused to slowed clients without asking. lightningd can make a blacklisted one
        /// valid again: then it is refused for this time at most.
        std::chrono::milliseconds refusal{10'000};
        std::chrono::milliseconds trust = std::chrono::hours(24);
    };

    /// Nothing if the rune permits the method, else LND's code and text of the same case, and lightningd's reason.
    using Answer = std::function<void(const std::optional<Failure>&)>;

    RuneCheck(io::Loop& loop, rpc::Client& client) : RuneCheck(loop, client, Times()) {}
    RuneCheck(io::Loop& loop, rpc::Client& client, Times times);

    /// `rune` must have passed looks_like_rune(). `params`: a JSON object. Answers once, in a later turn or at once;
    /// not at all if nobody wants the answer.
    void check(const std::string& rune, std::string_view method, std::string_view params, Asker asker, Answer answer);
    /// lightningd is known to permit something with this rune.
    void trust(const std::string& rune);

  private:
    struct Question {
        std::string rune;
        std::string params;
        Asker asker;
        Answer answer;
    };
    struct Queue {
        std::string client;
        bool slow = false;
        std::deque<Question> waiting;
    };

    [[nodiscard]] bool is_slow(const Question& question) const;
    [[nodiscard]] std::list<Queue>::iterator queue_of(const std::string& client, bool slow);
    void wait(Question question, bool slow);
    void make_room();
    void ask_next();
    [[nodiscard]] bool take_turn();
    void ask(Question question);
    void answered(const Question& question, const std::optional<Failure>& failure, bool invalid);

    rpc::Client& client_;
    Times times_;
    std::size_t open_ = 0;
    std::size_t waiting_ = 0;
    std::list<Queue> queues_; // in the order of their turns; none is empty
    RuneMemory good_;
    RuneMemory invalid_;
    io::Timer pace_;
    bool asking_ = false; // inside ask_next()
};

} // namespace lndapi
