// The fake lightningd with a connected client, for tests of code that uses cln::Lightningd.
#pragma once

#include "../fake_lightningd.hpp"
#include "../until.hpp"
#include "cln/lightningd.hpp"
#include "cln/row_text.hpp"
#include "json/text.hpp"

namespace unit {

class Node final {
  public:
    struct Call {
        std::string id;
        std::string method;
        json::Tree params;
    };

    explicit Node(io::Loop& loop)
        : loop_(loop),
          fake_(loop),
          client_(std::make_unique<rpc::Client>(
              loop, "trackpayments", "tag", [this](base::LogLevel, const std::string& line) { log.push_back(line); })),
          lightningd(*client_, [this](base::LogLevel, const std::string& line) { log.push_back(line); }) {
        client_->start(
            fake_.path(), [] {},
            [this] {
                if (on_down)
                    on_down();
            });
        (void)until(loop, [&] { return connected(); });
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node() {
        client_.reset(); // all that waited for its answers has been destroyed before
        fake_.stop_listening();
        hang_up();
    }

    [[nodiscard]] bool connected() const { return client_->up() && fake_.connected(); }
    /// Waits for the next call.
    Call next() {
        if (!until(loop_, [&] { return !fake_.calls.empty(); }))
            return {};
        const auto call = std::move(fake_.calls.front());
        fake_.calls.pop_front();
        return {call.id, call.method, *json::parse(call.params)};
    }
    [[nodiscard]] bool quiet() {
        settle(loop_);
        return fake_.calls.empty();
    }
    void answer(const Call& call, const std::string& result) { send(rpc::result(call.id, result)); }
    void refuse(const Call& call, const rpc::Error& error) { send(rpc::error(call.id, error)); }
    /// `error` as raw JSON.
    void refuse_raw(const Call& call, const std::string& error) { send(FakeLightningd::refusal(call.id, error)); }
    void hang_up() {
        fake_.hang_up();
        settle(loop_);
    }

    std::vector<std::string> log;
    std::function<void()> on_down; ///< the connection is lost

  private:
    void send(std::string bytes) {
        fake_.send(std::move(bytes));
        settle(loop_);
    }

    io::Loop& loop_;
    FakeLightningd fake_;
    std::unique_ptr<rpc::Client> client_;

  public:
    cln::Lightningd lightningd;
};

/// `{"payments":[…]}` with these rows, as lightningd writes them. Joined as text: parsing and writing whole listings
/// again took a third of the time of tests with long ones.
inline std::string listing(const std::vector<payments::Row>& rows) {
    std::string text = R"({"payments":[)";
    for (const auto& row : rows) {
        auto part = payments::Part::of(row);
        part.merge(row);
        text += cln::RowText::of(row.key, part, row.invoice).json();
        text += ',';
    }
    if (!rows.empty())
        text.pop_back();
    return text + "]}";
}

} // namespace unit
