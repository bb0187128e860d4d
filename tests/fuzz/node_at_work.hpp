// The plugin's fake lightningd: answers from its rows, or with the input's results.
#pragma once

#include "json/members.hpp"
#include "json_input.hpp"
#include "quick_json.hpp"
#include "unit/fake_lightningd.hpp"

#include <unistd.h>

namespace fuzz {

class NodeAtWork final {
  public:
    explicit NodeAtWork(io::Loop& loop) : fake_(loop, directory()) {
        fake_.answers = [this](const unit::Call& call) { return called(call); };
    }

    /// One directory for all inputs, because making directories is slow; in memory, where making sockets is fast.
    static unit::Directory& directory() {
        constexpr const char* memory = "/dev/shm";
        static unit::Directory one(::access(memory, W_OK) == 0 ? memory : std::filesystem::temp_directory_path());
        return one;
    }

    void add_row(std::string_view text) {
        // simdjson refuses longer numbers; an exception for text that is none takes long.
        const bool may_be_json = shallow(text) && text.find('\0') == std::string_view::npos;
        if (may_be_json && (quickly_parsed(text) || Tree::accept(text)))
            rows_.push_back({std::string(text), std::string(json::find_member(text, R"("payment_hash")"))});
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
    struct Row {
        std::string text;
        std::string hash; ///< raw; may be empty
    };

    std::optional<std::string> called(const unit::Call& call) {
        const auto params = quickly_parsed(call.params);
        require(!call.id.empty() && !call.method.empty() && params && (params->is_object() || params->is_array()),
                "a call has an id, a method and params");
        if (next_.empty() || call.method == "wait")
            return answer(call, *params);
        const auto [text, is_error] = next_.front();
        next_.pop_front();
        return is_error ? unit::FakeLightningd::refusal(call.id, text) : rpc::result(call.id, text);
    }

    /// Nothing while it waits.
    std::optional<std::string> answer(const unit::Call& call, simdjson::dom::element params) {
        if (call.method == "getinfo")
            return rpc::result(call.id, R"({"id":"02)" + std::string(64, 'b') + R"(","blockheight":800000})");
        if (call.method == "wait") {
            if (std::uint64_t next = 0; params["nextvalue"].get(next) != simdjson::SUCCESS || next != 0)
                return std::nullopt;
            return rpc::result(call.id, R"({"subsystem":"sendpays","created":)" + std::to_string(rows_.size()) +
                                            R"(,"updated":)" + std::to_string(rows_.size()) + R"(,"deleted":0})");
        }
        if (call.method == "listsendpays") {
            const auto hash = json::find_member(call.params, R"("payment_hash")");
            std::string found;
            for (const auto& row : rows_)
                if (hash.empty() || row.hash.empty() || hash == row.hash)
                    found.append(found.empty() ? "" : ",").append(row.text);
            return rpc::result(call.id, R"({"payments":[)" + found + "]}");
        }
        return rpc::error(call.id, {-32601, "Unknown command"});
    }

    std::vector<Row> rows_;
    std::deque<std::pair<std::string, bool>> next_;
    unit::FakeLightningd fake_;
};

} // namespace fuzz
