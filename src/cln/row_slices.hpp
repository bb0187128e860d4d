// A long answer of listsendpays cut into short ones, so that its rows are taken in over many turns of the loop and hook
// requests come in between.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cln {

class RowSlices final {
  public:
    /// Rows that one turn of the loop may take in.
    static constexpr std::size_t rows_a_turn = 100;

    /// `result`: `{"payments": [row…]}`
    explicit RowSlices(std::string_view result);

    /// An answer of the same form with the next rows. What cannot be cut comes as it is, for the decoder to judge.
    [[nodiscard]] std::string next();
    /// There is no other.
    [[nodiscard]] bool done() const { return done_; }

  private:
    std::string give_up(std::string slice);

    std::string text_;
    std::size_t at_ = 0; // in the array, behind a bracket or a comma
    bool cuttable_ = false;
    bool done_ = false;
};

} // namespace cln
