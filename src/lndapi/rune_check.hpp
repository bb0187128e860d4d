// Asks lightningd whether a rune permits a method, with its command checkrune. At most eight questions are open at a
// time: each writes to the node's database.
#pragma once

#include "lndapi/output.hpp"
#include "rpc/client.hpp"

#include <deque>
#include <functional>

namespace lndapi {

class RuneCheck final {
  public:
    static constexpr std::size_t most_at_once = 8;
    static constexpr std::size_t most_waiting = 1000;

    /// Nothing if the rune permits the method, else LND's code and text of the same case, and lightningd's reason.
    using Answer = std::function<void(const std::optional<Failure>&)>;

    explicit RuneCheck(rpc::Client& client) : client_(client) {}

    /// `rune` must have passed looks_like_rune(). `params`: a JSON object. Answers once, in a later turn or at once.
    void check(const std::string& rune, std::string_view method, std::string_view params, Answer answer);

  private:
    struct Question {
        std::string params;
        Answer answer;
    };
    void ask(Question question);
    void answered(const Answer& answer, const std::optional<Failure>& failure);

    rpc::Client& client_;
    std::size_t open_ = 0;
    std::deque<Question> waiting_;
};

} // namespace lndapi
