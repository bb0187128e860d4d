// The plugin's fake lightningd: answers from its rows, or with the input's results.
#pragma once

#include "json_input.hpp"
#include "unit/fake_lightningd.hpp"

namespace fuzz {

class NodeAtWork final {
  public:
    explicit NodeAtWork(io::Loop& loop) : fake_(loop, directory()) {
        fake_.answers = [this](const unit::Call& call) { return called(call); };
    }

    /// One directory for all inputs, because making directories is slow.
    static unit::Directory& directory() {
        static unit::Directory one;
        return one;
    }

    void add_row(std::string_view text) {
        if (auto row = parsed(text))
            rows_.push_back(std::move(*row));
    }
    void say_next(std::string_view text, bool is_error) { next_.emplace_back(text, is_error); }
    /// Answers the oldest open call.
    void fire_wait(std::string_view result) {
        if (fake_.calls.empty() || !fake_.connected())
            return;
        fake_.answer(fake_.calls.front(), result);
        fake_.calls.pop_front();
    }
    void say(std::string bytes) { fake_.send(std::move(bytes)); }
    void hang_up() {
        fake_.hang_up();
        fake_.calls.clear();
    }

  private:
    std::optional<std::string> called(const unit::Call& call) {
        const auto params = parsed(call.params);
        require(!call.id.empty() && !call.method.empty() && params && params->is_structured(),
                "a call has an id, a method and params");
        if (next_.empty() || call.method == "wait")
            return answer(call, *params);
        const auto [text, is_error] = next_.front();
        next_.pop_front();
        return is_error ? unit::FakeLightningd::refusal(call.id, text) : rpc::result(call.id, text);
    }

    /// Nothing while it waits.
    std::optional<std::string> answer(const unit::Call& call, const Tree& params) {
        if (call.method == "getinfo")
            return rpc::result(call.id, R"({"id":"02)" + std::string(64, 'b') + R"(","blockheight":800000})");
        if (call.method == "wait") {
            if (!at(params, "nextvalue") || params["nextvalue"] != 0)
                return std::nullopt;
            return rpc::result(call.id, R"({"subsystem":"sendpays","created":)" + std::to_string(rows_.size()) +
                                            R"(,"updated":)" + std::to_string(rows_.size()) + R"(,"deleted":0})");
        }
        if (call.method == "listsendpays") {
            auto found = Tree::array();
            for (const auto& row : rows_)
                if (!at(params, "payment_hash") || !at(row, "payment_hash") ||
                    params["payment_hash"] == row["payment_hash"])
                    found.push_back(row);
            return rpc::result(call.id, R"({"payments":)" + json::dump(found) + "}");
        }
        return rpc::error(call.id, {-32601, "Unknown command"});
    }

    std::vector<Tree> rows_;
    std::deque<std::pair<std::string, bool>> next_;
    unit::FakeLightningd fake_;
};

} // namespace fuzz
