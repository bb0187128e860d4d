// Cuts a long answer of listsendpays into short ones. Its rows are processed over many turns of the loop, so that hook
// requests are answered in between.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cln {

class RowSlices final {
  public:
    /// Rows that one turn of the loop may process.
    static constexpr std::size_t rows_a_turn = 100;

    /// `result`: `{"payments": [row…]}`
    explicit RowSlices(std::string_view result);

    /// The next rows as an answer of the same form. Text that cannot be cut is returned whole, and the decoder reports
    /// its error.
    [[nodiscard]] std::string next();
    /// True when no slice is left.
    [[nodiscard]] bool done() const { return done_; }

  private:
    std::string give_up(std::string slice);

    std::string text_;
    std::size_t at_ = 0; // in the array, after a bracket or a comma
    bool cuttable_ = false;
    bool done_ = false;
};

} // namespace cln
