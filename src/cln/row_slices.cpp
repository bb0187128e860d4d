#include "cln/row_slices.hpp"

#include "json/members.hpp"

namespace cln {

RowSlices::RowSlices(std::string_view result) : text_(result) {
    json::ObjectScanner members(text_);
    while (const auto member = members.next())
        if (member->key == "\"payments\"" && member->value.front() == '[') {
            cuttable_ = true;
            at_ = static_cast<std::size_t>(member->value.data() - text_.data()) + 1;
        }
    cuttable_ &= members.ok();
}

std::string RowSlices::next() {
    if (!cuttable_) {
        done_ = true;
        return std::move(text_);
    }
    std::string slice = R"({"payments":[)";
    at_ = json::skip_space(text_, at_);
    if (text_[at_] == ']') {
        done_ = true;
        return slice + "]}";
    }
    for (std::size_t rows = 0; rows < rows_a_turn; ++rows) {
        at_ = json::skip_space(text_, at_);
        const auto end = json::skip_value(text_, at_);
        if (!end)
            return give_up(std::move(slice));
        slice.append(rows > 0 ? "," : "").append(text_, at_, *end - at_);
        at_ = json::skip_space(text_, *end);
        done_ = text_[at_] == ']';
        if (done_)
            break;
        if (text_[at_] != ',')
            return give_up(std::move(slice));
        ++at_;
    }
    return slice + "]}";
}

/// The text is not JSON: return the rest, made invalid, so that the decoder reports an error.
std::string RowSlices::give_up(std::string slice) {
    done_ = true;
    return std::move(slice.append("!").append(text_, at_));
}

} // namespace cln
